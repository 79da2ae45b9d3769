"""What the `with` statement of a stack has closed when it ends: names, and containers of them."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import FUNCTIONS, Act
from lint_exitstack.semantics.callables import entered, resource_of
from lint_exitstack.semantics.registrations import CALLBACKS, EXITS, registration
from lint_exitstack.semantics.stacks import Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.semantics.bindings import Scope
    from lint_exitstack.semantics.registrations import Registration
    from lint_exitstack.semantics.stacks import Stacks

# After their exit these are still of use: an exit code, the buffered bytes, the results.
_USABLE = frozenset(
    [
        "buffer",
        "condition",
        "event loop",
        "executor",
        "exit stack",
        "lock",
        "log handler",
        "pool",
        "process",
        "progress bar",
        "semaphore",
        "server",
    ]
)
_CLOSING = frozenset({"contextlib.aclosing", "contextlib.closing"})
_CLOSES = frozenset({"close", "aclose", "disconnect"})


@dataclass(slots=True)
class Closed:
    """The variables whose objects one stack closes."""

    names: set[str] = field(default_factory=set)
    calls: set[ast.Call] = field(default_factory=set)


def closed_by(name: str, scope: Scope, body: list[ast.stmt], stacks: Stacks) -> Closed | None:
    """Return what stack `name` closes at the end of `body`; None where others may keep it."""
    usages = stacks.usages(scope, name)
    if any(u.use in {Use.HANDED, Use.POP_ALL} or u.nested for u in usages):
        return None
    found = Closed()
    for usage in usages:
        call = usage.call
        if call is None or not any(stacks.parents.inside(call, statement) for statement in body):
            continue
        registered = registration(call, stacks.scope_of(call), stacks)
        if registered is None:
            continue
        if registered.role in CALLBACKS | EXITS:
            found.names.update(_closed_by_callback(registered))
        elif _is_closed_by_exit(registered, stacks):
            found.calls.add(call)
    _add_variables(found, scope, stacks)
    _add_containers(found, scope, stacks)
    return found


def _closed_by_callback(registered: Registration) -> Iterator[str]:
    """Yield the local whose closing method is registered."""
    given = registered.given
    if isinstance(given, ast.Lambda) and isinstance(given.body, ast.Call):
        given = given.body.func
    if registered.rest or not isinstance(given, ast.Attribute) or given.attr not in _CLOSES:
        return
    if isinstance(given.value, ast.Name):
        yield given.value.id


def _is_closed_by_exit(registered: Registration, stacks: Stacks) -> bool:
    scope = stacks.scope_of(registered.call)
    given = registered.given
    if isinstance(given, ast.Call) and stacks.names.qualified(given.func, scope) in _CLOSING:
        row = resource_of(given.args[0], scope, stacks) if len(given.args) == 1 else None
    else:
        row = entered(resource_of(given, scope, stacks))
    return row is not None and row.kind not in _USABLE and not row.long_lived


def _add_variables(found: Closed, scope: Scope, stacks: Stacks) -> None:
    """Add the names that hold nothing but what was entered."""
    for name, events in scope.events.items():
        changes = [event for event in events if event.act is not Act.READ]
        given = [stacks.values.given(event) for event in changes]
        values = [_awaited(each.value) if each and not each.entered else None for each in given]
        if changes and all(value in found.calls or _fills(value, found) for value in values):
            found.names.add(name)


def _awaited(value: ast.expr) -> ast.expr:
    return value.value if isinstance(value, ast.Await) else value


def _fills(value: ast.expr | None, found: Closed) -> bool:
    """Whether a comprehension collects what is entered."""
    if isinstance(value, ast.ListComp):
        return _awaited(value.elt) in found.calls
    return isinstance(value, ast.DictComp) and _awaited(value.value) in found.calls


def _add_containers(found: Closed, scope: Scope, stacks: Stacks) -> None:
    """Add the lists and dicts made here into which closed objects are put."""
    for name, events in scope.events.items():
        changes = [event for event in events if event.act is not Act.READ]
        if len(changes) != 1:
            continue
        given = stacks.values.given(changes[0])
        if given is None or not _is_empty_container(given.value):
            continue
        if any(_takes_closed(event.node, found, stacks) for event in events):
            found.names.add(name)


def _is_empty_container(value: ast.expr) -> bool:
    if isinstance(value, ast.List):
        return not value.elts
    return isinstance(value, ast.Dict) and not value.keys


def _takes_closed(node: ast.AST, found: Closed, stacks: Stacks) -> bool:
    parent = stacks.parents.of(node)
    if isinstance(parent, ast.Attribute) and parent.attr == "append":
        call = stacks.parents.of(parent)
        return isinstance(call, ast.Call) and len(call.args) == 1 and is_closed(call.args[0], found)
    if isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store):
        assign = stacks.parents.of(parent)
        return isinstance(assign, ast.Assign) and is_closed(assign.value, found)
    return False


def is_closed(expression: ast.expr, found: Closed) -> bool:
    """Whether `expression` gives a closed object, or a tuple, list or dict that holds one."""
    expression = _awaited(expression)
    if expression in found.calls or _fills(expression, found):
        return True
    match expression:
        case ast.Name(id=name):
            return name in found.names
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return any(is_closed(element, found) for element in elements)
        case ast.Dict(values=values):
            return any(is_closed(value, found) for value in values)
    return False


def function_scope(node: ast.AST, stacks: Stacks) -> Scope | None:
    """Return the scope of the function around `node`."""
    frame = stacks.parents.frame(node)
    return stacks.bindings.scopes[frame] if isinstance(frame, FUNCTIONS) else None
