"""What a stack's block stores for later although the stack closes it at the block's end."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.rules.exit_stacks.closed_values import is_closed
from lint_exitstack.semantics.callables import resource_of
from lint_exitstack.semantics.flow import nodes_in_frame
from lint_exitstack.semantics.names import dotted
from lint_exitstack.semantics.stacks import REGISTERING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.rules.context import Context
    from lint_exitstack.rules.exit_stacks.closed_values import Closed
    from lint_exitstack.semantics.bindings import Scope

With = ast.With | ast.AsyncWith
_FILLS = frozenset({"append", "add"})
# Statements and expressions in which nobody gets to use what was stored.
_STATEMENTS = (ast.Assign, ast.AnnAssign, ast.Expr, ast.For, ast.Pass, ast.Return)
_LEAVE = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda, ast.GeneratorExp)
_LOGGERS = frozenset({"log", "logger", "logging", "_log", "_logger", "LOG", "LOGGER"})
_NO_SIDE_EFFECT = frozenset(
    ["builtins.print", "builtins.str", "builtins.len", "builtins.enumerate", "builtins.sorted"]
)


def stored(
    node: With, name: str, closed: Closed, scope: Scope, context: Context
) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield (where, what) is stored by the block of `node`, where nothing uses it in the block."""
    found: list[tuple[ast.expr, ast.expr]] = []
    for statement in reversed(node.body):
        if not _is_quiet(statement, name, context):
            break
        here = [each for part in _parts(statement) for each in _store(part, closed)]
        found.extend((where, what) for where, what in here if _outlives(where, scope, context))
    for where, what in reversed(found):
        if not _is_undone(where, node, scope):
            yield where, what


def _parts(statement: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the simple statements of one that is quiet."""
    if isinstance(statement, ast.For):
        for inner in statement.body:
            yield from _parts(inner)
    else:
        yield statement


def _store(statement: ast.stmt, closed: Closed) -> Iterator[tuple[ast.expr, ast.expr]]:
    match statement:
        case ast.Assign(targets=[ast.Attribute() as where], value=what) if is_closed(what, closed):
            yield where, what
        case ast.Assign(targets=[ast.Subscript() as where], value=what) if is_closed(what, closed):
            yield where.value, what
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=where, attr=fill), args=[what])):
            if fill in _FILLS and is_closed(what, closed):
                yield where, what


def _outlives(where: ast.expr, scope: Scope, context: Context) -> bool:
    """Whether the place is an attribute of the object itself, or a name of the module."""
    if isinstance(where, ast.Attribute):
        return context.stacks.values.self_class(where.value, scope) is not None
    if isinstance(where, ast.Name):
        owner = context.bindings.owner(scope, where.id)
        return owner is not None and owner.is_module
    return False


def _is_quiet(statement: ast.stmt, name: str, context: Context) -> bool:
    """Whether nothing in `statement` may use what was stored before it."""
    awaited: set[ast.AST] = set()
    for node in nodes_in_frame([statement]):
        if isinstance(node, ast.stmt) and not isinstance(node, _STATEMENTS):
            return False
        if isinstance(node, ast.Await) and _is_on_the_stack(node.value, name):
            awaited.add(node)
        if isinstance(node, _LEAVE) and node not in awaited:
            return False
        if isinstance(node, ast.Call) and not _is_quiet_call(node, name, context):
            return False
    return True


def _is_quiet_call(call: ast.Call, name: str, context: Context) -> bool:
    func = call.func
    if _is_on_the_stack(call, name):
        return True
    if isinstance(func, ast.Attribute):
        root = (dotted(func) or "").split(".", maxsplit=1)[0]
        if func.attr in _FILLS or root in _LOGGERS:
            return True
    scope = context.stacks.scope_of(call)
    if context.names.qualified(func, scope) in _NO_SIDE_EFFECT:
        return True
    return resource_of(call, scope, context.stacks) is not None


def _is_on_the_stack(call: ast.expr, name: str) -> bool:
    func = call.func if isinstance(call, ast.Call) else None
    if not isinstance(func, ast.Attribute) or func.attr not in REGISTERING:
        return False
    return isinstance(func.value, ast.Name) and func.value.id == name


def _is_undone(where: ast.expr, node: With, scope: Scope) -> bool:
    """Whether the function does anything with the place after the block."""
    end = node.end_lineno or node.lineno
    written = dotted(where)
    body = (
        scope.node.body if isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)) else []
    )
    return any(
        isinstance(each, (ast.Attribute, ast.Name))
        and each.lineno > end
        and dotted(each) == written
        for each in nodes_in_frame(body)
    )
