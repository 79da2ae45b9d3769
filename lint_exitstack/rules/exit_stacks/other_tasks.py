"""Scopes that one method enters on a stack of `self` and another exits: maybe in another task."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeGuard

from lint_exitstack.rules.exit_stacks.nesting import is_scope
from lint_exitstack.semantics.bindings import FUNCTIONS
from lint_exitstack.semantics.flow import yields
from lint_exitstack.semantics.registrations import Role
from lint_exitstack.semantics.stacks import CLOSING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.rules.context import Context
    from lint_exitstack.semantics.registrations import Registration
    from lint_exitstack.semantics.stacks import Stacks

Function = ast.FunctionDef | ast.AsyncFunctionDef
# These hold a task group while they are entered.
_WITH_TASKS = frozenset(
    [
        "mcp.ClientSession",
        "mcp.client.session.ClientSession",
        "mcp.client.sse.sse_client",
        "mcp.client.stdio.stdio_client",
        "mcp.client.streamable_http.streamable_http_client",
        "mcp.client.streamable_http.streamablehttp_client",
        "mcp.client.websocket.websocket_client",
        "mcp.stdio_client",
    ]
)


def closing_method(found: Registration, context: Context) -> str | None:
    """Return the method that exits the scope which `found` enters in a method beside it."""
    stacks = context.stacks
    stack = found.receiver
    if found.role not in {Role.ENTER, Role.ENTER_ASYNC} or not isinstance(stack, ast.Attribute):
        return None
    if not is_scope(found.given, stacks) and not _holds_tasks(found.given, stacks):
        return None
    home = stacks.values.self_class(stack.value, stacks.scope_of(found.call))
    opener = stacks.parents.frame(found.call)
    if home is None or not _is_plain_method(opener, home):
        return None
    closers = [
        node
        for node in home.body
        if isinstance(node, FUNCTIONS) and any(_closed(stack.attr, node, home, stacks))
    ]
    if len(closers) != 1 or closers[0] is opener or not _is_plain_method(closers[0], home):
        return None
    names = {opener.name, closers[0].name}
    if _called_by_the_class(names, home, stacks) or _called_together(names, context):
        return None
    return closers[0].name


def _holds_tasks(expression: ast.expr, stacks: Stacks) -> bool:
    if not isinstance(expression, ast.Call):
        return False
    return stacks.names.qualified(expression.func, stacks.scope_of(expression)) in _WITH_TASKS


def _is_plain_method(node: ast.AST, home: ast.ClassDef) -> TypeGuard[Function]:
    """Whether a method is called by whoever likes: no special one, no generator, no decorator."""
    if not isinstance(node, FUNCTIONS) or node not in home.body:
        return False
    return not (node.name.startswith("__") or node.decorator_list or yields(node.body))


def _closed(
    attribute: str, method: Function, home: ast.ClassDef, stacks: Stacks
) -> Iterator[ast.Attribute]:
    """Yield where a method ends the stack `self.attribute`, or gives it to others."""
    for node in ast.walk(method):
        if not isinstance(node, ast.Attribute) or node.attr != attribute:
            continue
        if not isinstance(node.ctx, ast.Load):
            continue
        if stacks.values.self_class(node.value, stacks.scope_of(node)) is not home:
            continue
        above = stacks.parents.of(node)
        registers = isinstance(above, ast.Attribute) and above.attr not in {*CLOSING, "pop_all"}
        if not registers:
            yield node


def _called_by_the_class(names: set[str], home: ast.ClassDef, stacks: Stacks) -> bool:
    """Whether the class has a method that uses one of its methods called `names`."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in names
        and stacks.values.self_class(node.value, stacks.scope_of(node)) is not None
        for node in ast.walk(home)
    )


def _called_together(names: set[str], context: Context) -> bool:
    """Whether one function, or the module itself, uses all the methods called `names`."""
    frames: dict[ast.AST, set[str]] = {}
    for node in ast.walk(context.tree):
        if isinstance(node, ast.Attribute) and node.attr in names:
            frames.setdefault(context.stacks.parents.frame(node), set()).add(node.attr)
    return any(used == names for used in frames.values())
