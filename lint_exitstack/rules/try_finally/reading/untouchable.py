"""Which cleanup code belongs to a protocol of its own and is never spoken about."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import FUNCTIONS
from lint_exitstack.semantics.flow import has, jumps_out, nodes_in_frame, yields
from lint_exitstack.semantics.names import dotted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.rules.context import Context, Place

# A child process that ends here, or asks for the exception that is being handled.
_PROCESS_OR_STATE = frozenset(
    {"os._exit", "os.fork", "os.forkpty", "pty.fork", "sys.exc_info", "sys.exception"}
)
_HINTS = frozenset(name.rpartition(".")[2] for name in _PROCESS_OR_STATE)
_IDIOMS = ("contextmanager", "fixture", "yield_fixture")


def is_untouchable(
    node: ast.Try, cleanup: Sequence[ast.stmt], place: Place, context: Context
) -> bool:
    """Whether the `try` with this `cleanup` (its `finally`, or a handler) isn't ours to change."""
    frame = place.frame
    if isinstance(frame, FUNCTIONS) and frame.name == "__del__":
        return True
    if has(cleanup, ast.Return, ast.Yield, ast.YieldFrom) or jumps_out(cleanup):
        return True
    if is_manager_idiom(place) and yields(node.body):
        return True
    return any(
        context.qualified(called, place) in _PROCESS_OR_STATE
        for called in _calls([node])
        if _last_name(called) in _HINTS
    )


def is_manager_idiom(place: Place) -> bool:
    """Whether the function around `place` is the inside of a context manager or a fixture."""
    frame = place.frame
    if not isinstance(frame, FUNCTIONS):
        return False
    for decorator in frame.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = dotted(called)
        if name is not None and name.rpartition(".")[2].endswith(_IDIOMS):
            return True
    return False


def _calls(statements: Sequence[ast.stmt]) -> list[ast.expr]:
    return [node.func for node in nodes_in_frame(statements) if isinstance(node, ast.Call)]


def _last_name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""
