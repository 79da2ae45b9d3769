"""Hand-written exit stacks: loops that close one object after the other and survive errors only."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.semantics.flow import nodes_in_frame

if TYPE_CHECKING:
    from lint_exitstack.rules.context import Context, Place

_CLOSES = frozenset({"__aexit__", "aclose", "close", "disconnect", "shutdown", "stop"})


def interruptible(statements: list[ast.stmt], place: Place, context: Context) -> ast.Await | None:
    """Return the closing in a `finally` that a cancellation breaks off, with all that follow.

    That is `await` of what a loop goes over, in a `try` that catches Exception and no more: a
    CancelledError is a BaseException.
    """
    loop = statements[0]
    if len(statements) != 1 or not isinstance(loop, ast.For) or loop.orelse:
        return None
    match loop.body:
        case [ast.Try(body=[ast.Expr(value=ast.Await() as waiting)], orelse=[]) as guarded]:
            pass
        case _:
            return None
    names = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    if not _closes(waiting.value, names) or not guarded.handlers:
        return None
    for handler in guarded.handlers:
        caught = handler.type
        if caught is None or context.qualified(caught, place) != "builtins.Exception":
            return None
        if any(isinstance(node, (ast.Raise, ast.Return)) for node in nodes_in_frame(handler.body)):
            return None
    return waiting


def _closes(call: ast.expr, names: set[str]) -> bool:
    """Whether `call` calls one of `names`, or its closing method."""
    func = call.func if isinstance(call, ast.Call) else None
    if isinstance(func, ast.Attribute):
        return func.attr in _CLOSES and isinstance(func.value, ast.Name) and func.value.id in names
    return isinstance(func, ast.Name) and func.id in names
