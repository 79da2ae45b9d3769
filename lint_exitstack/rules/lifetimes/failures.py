"""What becomes of an error on the way: caught on the spot, or the end of the process."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.semantics.flow import has, jumps_out
from lint_exitstack.semantics.names import dotted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.rules.context import Place

_TRIES = (ast.Try, ast.TryStar)
_EVERYTHING = frozenset({"Exception", "BaseException"})
# What opening, reading and writing fail with.
_OF_THE_SYSTEM = frozenset({"OSError", "IOError", "EnvironmentError", "socket.error"})
_EXITS = frozenset({"sys.exit", "os._exit", "os.abort", "exit", "quit"})
# How modules of Ansible end, each a process of its own.
_MODULE_EXITS = frozenset({"exit_json", "fail_json"})


def is_caught(statement: ast.stmt) -> bool:
    """Whether no error comes out of `statement`: the code after it runs whatever happens."""
    if not isinstance(statement, ast.Try) or statement.orelse or statement.finalbody:
        return False
    if not any(_catches(handler, _EVERYTHING) for handler in statement.handlers):
        return False
    # A generator may be closed and a task be cancelled, which those handlers let through.
    if has([statement], ast.Return, ast.Yield, ast.YieldFrom, ast.Await):
        return False
    return not jumps_out([statement]) and not any(_may_leave(each) for each in statement.handlers)


def ends_the_process(place: Place) -> bool:
    """Whether the `try` around this place ends the process when something fails."""
    here = place
    for around in place.around_in_frame():
        if isinstance(around.node, _TRIES) and here.part == "body":
            handlers = around.node.handlers
            caught = any(_catches(each, _EVERYTHING | _OF_THE_SYSTEM) for each in handlers)
            return caught and all(_is_exit(handler.body[-1]) for handler in handlers)
        here = around
    return False


def _catches(handler: ast.ExceptHandler, names: frozenset[str]) -> bool:
    if handler.type is None:
        return True
    types: Sequence[ast.expr] = (
        handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    )
    return any(dotted(each) in names for each in types)


def _may_leave(handler: ast.ExceptHandler) -> bool:
    return has(handler.body, ast.Raise) or any(_is_exit(each) for each in handler.body)


def _is_exit(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=func)):
            name = dotted(func) or ""
            return name in _EXITS or name.rpartition(".")[2] in _MODULE_EXITS
        case ast.Raise(exc=ast.Call(func=ast.Name(id="SystemExit")) | ast.Name(id="SystemExit")):
            return True
    return False
