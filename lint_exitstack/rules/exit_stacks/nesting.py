"""Whether what is registered on a stack outlives a manager that it stands on."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.callables import resource_of
from lint_exitstack.semantics.catalogue import Exit
from lint_exitstack.semantics.names import dotted
from lint_exitstack.semantics.registrations import EXITS, Role, registration
from lint_exitstack.semantics.stacks import REGISTERING, Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.rules.context import Context
    from lint_exitstack.semantics.registrations import Registration
    from lint_exitstack.semantics.stacks import Stacks

With = ast.With | ast.AsyncWith
_WITHS = (ast.With, ast.AsyncWith)
_ENTERS = frozenset({Role.ENTER, Role.ENTER_ASYNC, *EXITS})

# These must end in reverse order of their start.
_SCOPES = frozenset(
    [
        "anyio.CancelScope",
        "anyio.create_task_group",
        "anyio.fail_after",
        "anyio.move_on_after",
        "asyncio.TaskGroup",
        "asyncio.timeout",
        "asyncio.timeout_at",
        "trio.CancelScope",
        "trio.fail_after",
        "trio.fail_at",
        "trio.move_on_after",
        "trio.move_on_at",
        "trio.open_nursery",
    ]
)
# What these give stays of use after their exit: mocks, recorded warnings, the object given in.
_HARMLESS = frozenset(
    [
        "catch_warnings",
        "catch",
        "chdir",
        "context",
        "dict",
        "multiple",
        "nullcontext",
        "object",
        "patch",
        "raises",
        "record",
        "redirect_stderr",
        "redirect_stdout",
        "subTest",
        "suppress",
        "warns",
    ]
)
# Closing these leaves alone what was made from them: members of an archive share its file.
_SHARED = frozenset({"zipfile.ZipFile", "zipfile.PyZipFile"})
# Cleanups that may well come after the end of their object, or do nothing then.
_LATE_METHODS = frozenset(
    ["aclose", "cleanup", "close", "join", "kill", "release", "stop", "terminate", "unlink", "wait"]
)


def misnesting(found: Registration, context: Context) -> str | None:
    """Return what is over before `found` is exited although it shouldn't be, None if nothing is."""
    for items in _inner_withs(found, context.stacks):
        for item in items:
            why = _against(found, item, context)
            if why is not None:
                return why
    return None


def _inner_withs(found: Registration, stacks: Stacks) -> Iterator[list[ast.withitem]]:
    """Yield the items of each `with` around `found` that end before its stack, innermost first."""
    below: ast.AST = found.call
    for node in stacks.parents.in_frame(found.call):
        if isinstance(node, _WITHS) and below in node.body:
            own = _own_item(found, node)
            if own is not None:
                yield node.items[own + 1 :]
                return
            if _lives_in(found, node, stacks):
                return
            yield node.items
        below = node


def _own_item(found: Registration, node: With) -> int | None:
    """Return which item of `node` opens the stack."""
    receiver = dotted(found.receiver) if found.receiver is not None else None
    for index, item in enumerate(node.items):
        target = item.optional_vars
        if target is not None and dotted(target) == receiver:
            return index
        if dotted(item.context_expr) == receiver:
            return index
    return None


def _lives_in(found: Registration, node: With, stacks: Stacks) -> bool:
    """Whether the stack is made, closed, emptied or handed on in the body of `node`."""
    receiver = found.receiver
    if isinstance(receiver, ast.Name):
        owner = stacks.bindings.owner(stacks.scope_of(receiver), receiver.id)
        if owner is None:
            return True
        events = [
            (event.node, event.act is Act.READ)
            for event in stacks.bindings.events(owner, receiver.id)
        ]
    elif isinstance(receiver, ast.Attribute):
        events = [
            (each, isinstance(each.ctx, ast.Load))
            for statement in node.body
            for each in ast.walk(statement)
            if isinstance(each, ast.Attribute) and dotted(each) == dotted(receiver)
        ]
    else:
        return True
    return any(
        not (read and _only_registers(place, stacks))
        for place, read in events
        if any(stacks.parents.inside(place, statement) for statement in node.body)
    )


def _only_registers(node: ast.AST, stacks: Stacks) -> bool:
    parent = stacks.parents.of(node)
    return isinstance(parent, ast.Attribute) and parent.attr in REGISTERING


def _against(found: Registration, item: ast.withitem, context: Context) -> str | None:
    """Return what of `item` is over too early for `found`."""
    stacks = context.stacks
    inner = item.context_expr
    if is_scope(found.given, stacks) and is_scope(inner, stacks):
        return f"the scope `{_text(inner, context)}`, which must end later (line {inner.lineno})"
    name = item.optional_vars
    if isinstance(name, ast.Name) and stacks.kind(name, stacks.scope_of(name)) is not None:
        return _against_stack(found, name, context)
    gone = _names(name)
    if not gone or _is_harmless(inner) or _is_shared(inner, stacks):
        return None
    used = _stands_on(found, gone, inner, stacks)
    return None if used is None else f"`{used}` has been closed (line {inner.lineno})"


def _against_stack(found: Registration, inner: ast.Name, context: Context) -> str | None:
    """Return what the inner stack closes before `found`, which stands on it or came later."""
    stacks = context.stacks
    if found.role not in _ENTERS:
        return None
    owner = stacks.bindings.owner(stacks.scope_of(inner), inner.id)
    if owner is None:
        return None
    usages = stacks.usages(owner, inner.id)
    if any(usage.use in {Use.POP_ALL, Use.HANDED} for usage in usages):
        # It may end later than its block: undone on errors only, then handed on.
        return None
    for usage in usages:
        call = usage.call
        if call is None or not _comes_before(call, found.call):
            continue
        other = registration(call, stacks.scope_of(call), stacks)
        if other is not None and other.role in _ENTERS:
            return f"what `{inner.id}` has held since line {call.lineno}"
    return None


def _comes_before(one: ast.expr, other: ast.expr) -> bool:
    return (one.lineno, one.col_offset) < (other.lineno, other.col_offset)


def is_scope(expression: ast.expr, stacks: Stacks) -> bool:
    """Whether a call makes a cancel scope, or a group of tasks with one."""
    if not isinstance(expression, ast.Call):
        return False
    return stacks.names.qualified(expression.func, stacks.scope_of(expression)) in _SCOPES


def _is_shared(inner: ast.expr, stacks: Stacks) -> bool:
    if not isinstance(inner, ast.Call):
        return False
    return stacks.names.qualified(inner.func, stacks.scope_of(inner)) in _SHARED


def _is_harmless(inner: ast.expr) -> bool:
    func = inner.func if isinstance(inner, ast.Call) else inner
    last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    return last in _HARMLESS or last.startswith(("assert", "lock"))


def _names(target: ast.expr | None) -> set[str]:
    if target is None:
        return set()
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _stands_on(found: Registration, gone: set[str], inner: ast.expr, stacks: Stacks) -> str | None:
    """Return the name out of `gone` that the registered manager is made from."""
    if found.role in _ENTERS:
        return _made_from(found.given, gone)
    row = resource_of(inner, stacks.scope_of(inner), stacks)
    if row is None or row.exit is Exit.NONE or not row.binds_self:
        return None
    return _called_with(found, gone)


def _made_from(given: ast.expr, gone: set[str]) -> str | None:
    """Return the name that a manager is, is a method's result of, or takes as an argument."""
    if isinstance(given, ast.Name):
        return given.id if given.id in gone else None
    if not isinstance(given, ast.Call) or (_is_harmless(given) and not _redirects(given)):
        return None
    words = [word.value for word in given.keywords]
    receiver = [given.func.value] if isinstance(given.func, ast.Attribute) else []
    for part in [*receiver, *given.args, *words]:
        if isinstance(part, ast.Name) and part.id in gone:
            return part.id
    return None


def _redirects(given: ast.Call) -> bool:
    return (dotted(given.func) or "").rpartition(".")[2].startswith("redirect_")


def _called_with(found: Registration, gone: set[str]) -> str | None:
    """Return the name that a callback is a method of, or gets as an argument."""
    func = found.given
    rest = found.rest
    if isinstance(func, ast.Lambda) and isinstance(func.body, ast.Call):
        rest = [*func.body.args, *(word.value for word in func.body.keywords)]
        func = func.body.func
    method = isinstance(func, ast.Attribute) and func.attr not in _LATE_METHODS
    receiver = [func.value] if isinstance(func, ast.Attribute) and method else []
    for part in [*receiver, *rest]:
        if isinstance(part, ast.Name) and part.id in gone:
            return part.id
    return None


def _text(node: ast.expr, context: Context) -> str:
    return " ".join(context.source.segment(node).split())
