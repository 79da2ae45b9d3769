"""Which names a registered function reads too late: those that each turn of a loop binds anew."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import COMPREHENSIONS, Act
from lint_exitstack.semantics.flow import LOOPS, named_blocks
from lint_exitstack.semantics.registrations import Keeper

if TYPE_CHECKING:
    from lint_exitstack.semantics.bindings import Event, Scope
    from lint_exitstack.semantics.registrations import Registration
    from lint_exitstack.semantics.stacks import Stacks

_LEAVES = (ast.Break, ast.Return, ast.Raise)
_Loop = ast.For | ast.AsyncFor | ast.While


def late_names(found: Registration, stacks: Stacks) -> list[str]:
    """Return the names whose value the registered function finds changed, in order."""
    function = _function(found, stacks)
    if function is None:
        return []
    inner = stacks.bindings.scopes[function]
    outer = stacks.scope_of(found.call)
    names = []
    for scope in inner.subtree():
        for name, events in scope.events.items():
            reads = any(event.act is Act.READ for event in events)
            if reads and name not in names and _is_late(name, scope, found, outer, stacks):
                names.append(name)
    return sorted(names)


def _function(found: Registration, stacks: Stacks) -> ast.Lambda | ast.FunctionDef | None:
    """Return the lambda, or the function defined in the same turn, that is registered."""
    given = found.given
    if isinstance(given, ast.Lambda):
        return given
    definition = stacks.names.definition(given, stacks.scope_of(given))
    if not isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    return definition  # type: ignore[return-value]  # both kinds of def are the same here


def _is_late(name: str, inner: Scope, found: Registration, outer: Scope, stacks: Stacks) -> bool:
    owner = stacks.bindings.owner(inner, name)
    if owner is None or owner not in _chain(outer):
        return False
    if isinstance(owner.node, COMPREHENSIONS):
        return _outlives_comprehension(found, owner.node, stacks)
    for loop in stacks.parents.in_frame(found.call):
        if isinstance(loop, LOOPS) and _binds_in_turn(name, owner, loop, found, stacks):
            return True
    return False


def _chain(scope: Scope) -> list[Scope]:
    """Return `scope` and, where it is a comprehension, the scopes around it up to the function."""
    found = [scope]
    while isinstance(scope.node, COMPREHENSIONS) and scope.parent is not None:
        scope = scope.parent
        found.append(scope)
    return found


def _outlives_comprehension(found: Registration, comprehension: ast.AST, stacks: Stacks) -> bool:
    function = _function(found, stacks)
    inside = function is not None and stacks.parents.inside(function, comprehension)
    return inside and not isinstance(comprehension, ast.GeneratorExp)


def _binds_in_turn(
    name: str, owner: Scope, loop: ast.AST, found: Registration, stacks: Stacks
) -> bool:
    """Whether each turn of `loop` gives `name` something new before the registration."""
    if not isinstance(loop, (ast.For, ast.AsyncFor, ast.While)):
        return False
    function = _function(found, stacks)
    if function is None or not stacks.parents.inside(function, loop):
        return False
    if not _stays_in_loop(found.call, loop, stacks) or _is_kept_within(found, loop, stacks):
        return False
    changes = stacks.bindings.changes(owner, name)
    if any(event.act is not Act.BIND for event in changes):
        return False
    within = [event for event in changes if stacks.parents.inside(event.node, loop)]
    return any(_is_fresh(event, loop, found, stacks) for event in within)


def _is_fresh(event: Event, loop: _Loop, found: Registration, stacks: Stacks) -> bool:
    """Whether this binding runs in every turn, before the registration, with a value of its own."""
    if isinstance(loop, (ast.For, ast.AsyncFor)) and stacks.parents.inside(event.node, loop.target):
        return True
    statement = stacks.parents.statement(event.node)
    if statement is None or isinstance(statement, ast.AugAssign):
        return False
    value = _given(event, statement, stacks)
    if value is None or event.name in _names(value):
        return False
    if not isinstance(value, (ast.Call, ast.Await)) and not _is_looked_up(value, loop):
        return False
    return _leads_to(statement, found.call, loop, stacks)


def _given(event: Event, statement: ast.stmt, stacks: Stacks) -> ast.expr | None:
    """Return what a name is bound to, or the call whose result is unpacked into it."""
    given = stacks.values.given(event)
    if given is not None:
        return given.value
    if isinstance(statement, ast.Assign) and isinstance(statement.value, (ast.Call, ast.Await)):
        return statement.value
    return None


def _is_looked_up(value: ast.expr, loop: _Loop) -> bool:
    """Whether this is `table[x]` with the loop's variable: another object for each."""
    if not isinstance(value, ast.Subscript) or isinstance(loop, ast.While):
        return False
    return bool(_names(value.slice) & _names(loop.target))


def _names(expression: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}


def _leads_to(statement: ast.stmt, call: ast.AST, loop: _Loop, stacks: Stacks) -> bool:
    """Whether `statement` always runs before `call` in one turn: a sibling of what holds it."""
    path = [call, *stacks.parents.in_frame(call)]
    for node in path:
        if node is loop:
            return False
        above = stacks.parents.of(node)
        if node is statement:
            # The name of a `with` around the call.
            return isinstance(node, (ast.With, ast.AsyncWith))
        if not isinstance(above, (ast.stmt, ast.excepthandler)) or not isinstance(node, ast.stmt):
            continue
        for block in _blocks(above):
            if node in block and statement in block[: block.index(node)]:
                return True
    return False


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    if isinstance(node, ast.stmt):
        return [block for _, block in named_blocks(node)]
    return [node.body] if isinstance(node, ast.ExceptHandler) else []


def _stays_in_loop(call: ast.AST, loop: _Loop, stacks: Stacks) -> bool:
    """Whether another turn may follow the one that registers."""
    for node in [call, *stacks.parents.in_frame(call)]:
        if node is loop:
            return True
        above = stacks.parents.of(node)
        if isinstance(node, _LEAVES):
            return False
        if above is None or not isinstance(node, ast.stmt):
            continue
        for block in _blocks(above):
            if node in block and any(isinstance(s, _LEAVES) for s in block[block.index(node) :]):
                return False
    return True


def _is_kept_within(found: Registration, loop: _Loop, stacks: Stacks) -> bool:
    """Whether the keeper lives for one turn only: a stack made, closed or emptied in it."""
    receiver = found.receiver
    if found.keeper is Keeper.OBJECT:
        return False
    if found.keeper is not Keeper.STACK or receiver is None:
        return False
    if not isinstance(receiver, ast.Name):
        return not _is_self_attribute(receiver)
    owner = stacks.bindings.owner(stacks.scope_of(receiver), receiver.id)
    if owner is None:
        return True
    return any(
        stacks.parents.inside(event.node, loop) and not _registers(event, stacks)
        for event in stacks.bindings.events(owner, receiver.id)
    )


def _registers(event: Event, stacks: Stacks) -> bool:
    """Whether an event only registers on the stack."""
    from lint_exitstack.semantics.stacks import REGISTERING

    if event.act is not Act.READ:
        return False
    parent = stacks.parents.of(event.node)
    return isinstance(parent, ast.Attribute) and parent.attr in REGISTERING


def _is_self_attribute(receiver: ast.expr) -> bool:
    return isinstance(receiver, ast.Attribute) and isinstance(receiver.value, ast.Name)
