"""Which calls look like cleanup, and to what they are done: by their names alone."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.rules.try_finally.reading.calls import Call, call_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.rules.context import Context, Place

_VERB = re.compile(
    r"_*(?:safe_)?(?:a?close|release|unlock|stop|terminate|kill|join|shut_?[dD]own|unlink|remove|rm_?tree|rmdir"
    r"|clean_?[uU]p|dis_?connect|destroy|cancel|un_?register|de_?register|dispose|tear_?[dD]own|log_?[oO]ut"
    r"|quit|delete|discard|free|un_?subscribe|un_?install|un_?patch|reset|restore|detach|finali[sz]e"
    r"|wait_closed|server_close|un_?set)(?:_\w*|[A-Z0-9]\w*)?"
)
# These put back what was saved; their names alone wouldn't say so.
_RESTORING = frozenset(
    [
        "asyncio.set_event_loop",
        "asyncio.set_event_loop_policy",
        "builtins.setattr",
        "locale.setlocale",
        "os.chdir",
        "os.fchdir",
        "os.umask",
        "signal.alarm",
        "signal.pthread_sigmask",
        "signal.setitimer",
        "signal.signal",
        "socket.setdefaulttimeout",
        "sys.setprofile",
        "sys.setrecursionlimit",
        "sys.settrace",
        "threading.setprofile",
        "threading.settrace",
    ]
)
# Speaking, waiting and checking: nobody registers these on a stack.
_REMARK = re.compile(
    r"print|pprint|log|debug|info|warn|warning|error|exception|critical|write|sleep|assert\w*|fail"
    r"|print_exc"
)


@dataclass(frozen=True, slots=True)
class Cleanup:
    """One call in a list of cleanups.

    `receiver` is the text of what it is done to; `is_known` says that its name speaks of cleanup,
    `is_remark` that it's no cleanup at all but a log line, a pause or a check. `around` is the
    `if` or the loop that holds nothing else.
    """

    call: Call
    receiver: str
    is_known: bool
    is_remark: bool
    around: ast.If | ast.For | ast.AsyncFor | None = None

    @property
    def statement(self) -> ast.stmt:
        """All of it."""
        return self.call.statement if self.around is None else self.around


def read_cleanup(statement: ast.stmt, place: Place, context: Context) -> Cleanup | None:
    """Return what there is to know of a statement that may be a cleanup call."""
    call = call_of(statement)
    if call is None:
        return None
    func = call.call.func
    last = _last_name(func)
    known = _VERB.fullmatch(last) is not None or context.qualified(func, place) in _RESTORING
    remark = not known and _REMARK.fullmatch(last) is not None
    return Cleanup(call, _receiver(call.call, place, context), known, remark)


def read_cleanups(
    block: Sequence[ast.stmt], place: Place, context: Context
) -> list[Cleanup | ast.stmt]:
    """Return the statements of `block`, each as a cleanup where it is a call."""
    return [read_cleanup(statement, place, context) or statement for statement in block]


def _last_name(func: ast.expr) -> str:
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""


def _receiver(call: ast.Call, place: Place, context: Context) -> str:
    """Return the text of the object: before the method's dot, or a function's first argument."""
    func = call.func
    if isinstance(func, ast.Attribute) and not _is_module(func, place, context):
        return context.source.segment(func.value)
    first = call.args[0] if call.args else call.func
    return context.source.segment(first)


def _is_module(func: ast.Attribute, place: Place, context: Context) -> bool:
    """Whether the function hangs on something imported: its object is then an argument."""
    name = context.qualified(func, place)
    return name is not None and not name.startswith("builtins.")
