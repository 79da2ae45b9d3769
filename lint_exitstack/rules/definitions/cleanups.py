"""What looks like cleanup: releasing something, or undoing what was done before."""

from __future__ import annotations

import ast
import itertools
import re
from typing import TYPE_CHECKING

from lint_exitstack.semantics.flow import has, nodes_in_frame
from lint_exitstack.semantics.names import dotted
from lint_exitstack.semantics.words import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# These release whatever they are called on; others need what they undo in sight.
_RELEASES = words(
    """
    close aclose release unlink shutdown server_close cleanup terminate kill disconnect
    umount unmount unlock restore rmtree tearDown teardown wait_closed
    """
)
_FUNCTIONS = words(
    """
    os.close os.unlink os.remove os.rmdir os.removedirs shutil.rmtree
    """
)
# Called once more with what was there before: `os.chdir(there)` … `os.chdir(back)`.
_SETTERS = words(
    """
    os.chdir os.umask signal.signal sys.settrace sys.setprofile locale.setlocale
    socket.setdefaulttimeout asyncio.set_event_loop sys.setrecursionlimit builtins.setattr
    decimal.setcontext threading.settrace logging.disable os.dup2
    """
)
_OPPOSITES = {
    "stop": ("start",),
    "remove": ("add", "append", "insert", "create"),
    "pop": ("push", "append", "insert", "add"),
    "discard": ("add",),
    "unregister": ("register",),
    "deregister": ("register",),
    "disable": ("enable",),
    "enable": ("disable",),
    "unpatch": ("patch",),
    "unsubscribe": ("subscribe",),
    "detach": ("attach",),
    "delete": ("create", "add", "put"),
    "drop": ("create",),
    "uninstall": ("install",),
    "deactivate": ("activate",),
    "leave": ("enter", "join"),
    "exit": ("enter",),
    "reset": ("set", "push"),
    "unset": ("set",),
    "unfreeze": ("freeze",),
    "resume": ("pause", "suspend"),
    "__exit__": ("__enter__",),
    "__aexit__": ("__aenter__",),
}
# Stopping a watch measures, and what fails isn't worth measuring.
_MEASURES = re.compile(r"tim(e|er)|watch|clock|measur|metric|stat|prof|span|trace", re.IGNORECASE)
_OUTCOMES = re.compile(r"fail|succe|error|ok$|done|finish|complet|status|result", re.IGNORECASE)
# What was written half is thrown away, and how deep it was indented with it.
_LAYOUT = re.compile(r"indent", re.IGNORECASE)


class Cleanups:
    """Judges what runs after a `yield` by what ran before it."""

    def __init__(
        self,
        before: Sequence[ast.AST],
        managed: frozenset[str],
        qualified: Callable[[ast.expr], str | None],
    ) -> None:
        """Take the nodes that ran before; `managed` are the names that a `with` closes anyway."""
        self.qualified = qualified
        self.managed = managed
        self.before = before
        calls = [node for node in before if isinstance(node, ast.Call)]
        self.called = {(_receiver(call), _verb(call)) for call in calls}
        self.functions = {self.qualified(call.func) for call in calls} - {None}
        self.assigned: dict[str, list[ast.stmt]] = {}
        self.saved: dict[str, str] = {}
        for node in before:
            self._remember(node)

    def _remember(self, node: ast.AST) -> None:
        if isinstance(node, ast.AugAssign):
            self.assigned.setdefault(_text(node.target), []).append(node)
        if not isinstance(node, ast.Assign):
            return
        for target in node.targets:
            if isinstance(target, (ast.Attribute, ast.Subscript)):
                self.assigned.setdefault(_text(target), []).append(node)
            elif isinstance(target, ast.Name):
                self.saved[target.id] = _text(node.value)

    def first_in(
        self, statements: Iterable[ast.stmt], *, only_calls: bool = False
    ) -> ast.stmt | None:
        """Return the first cleanup in `statements` and in those nested in them.

        With `only_calls` what sets state back by itself doesn't count.

        What ends in a `raise` answers to an error that was found, not to the one in the body.
        What follows an assertion relies on success.
        """
        found = [
            node
            for statement in itertools.takewhile(_is_no_assertion, statements)
            if not has([statement], ast.Raise)
            for node in nodes_in_frame([statement])
            if isinstance(node, ast.Expr if only_calls else ast.stmt) and self.is_cleanup(node)
        ]
        return min(found, key=lambda node: node.lineno, default=None)

    def is_cleanup(self, node: ast.stmt) -> bool:
        """Whether this simple statement releases or undoes something."""
        match node:
            case ast.Expr(value=ast.Call() as call) | ast.Expr(value=ast.Await(ast.Call() as call)):
                return self._is_release(call)
            case ast.Assign(targets=[target], value=value):
                return self._is_restore(target, value)
            case ast.AugAssign(target=target, op=op):
                return self._is_counted_back(target, op)
            case ast.Delete(targets=[target]):
                return _text(target) in self.assigned
            case _:
                return False

    def _is_release(self, call: ast.Call) -> bool:
        name = self.qualified(call.func)
        if name in _FUNCTIONS:
            return True
        if name in _SETTERS:
            return name in self.functions and self._gives_back(call)
        verb, receiver = _verb(call), _receiver(call)
        if isinstance(call.func, ast.Attribute):
            if receiver is None or receiver.partition(".")[0] in self.managed:
                return False
            if verb in _RELEASES:
                return True
            if verb == "pop" and call.args and isinstance(call.func.value, ast.expr):
                item = f"{receiver}[{_text(call.args[0])}]"
                if item in self.assigned:
                    return True
        return self._undoes(receiver, verb)

    def _gives_back(self, call: ast.Call) -> bool:
        """Whether a setter is called with what was remembered, not with something new."""
        last = call.args[-1] if call.args else None
        return isinstance(last, ast.Constant) or (
            isinstance(last, ast.Name) and last.id in self.saved
        )

    def _undoes(self, receiver: str | None, verb: str) -> bool:
        """Whether the opposite was called on the same object: `start` and `stop`."""
        bare = verb if verb.startswith("__") else verb.lstrip("_")
        if _MEASURES.search(f"{receiver or ''} {verb}"):
            return False
        word, _, rest = bare.partition("_") if not bare.startswith("__") else (bare, "", "")
        for opposite in _OPPOSITES.get(word, ()):
            partner = f"{opposite}_{rest}" if rest else opposite
            if {(receiver, partner), (receiver, f"_{partner}")} & self.called:
                return True
        return False

    def _is_restore(self, target: ast.expr, value: ast.expr) -> bool:
        if not isinstance(target, (ast.Attribute, ast.Subscript)):
            return False
        text = _text(target)
        if text not in self.assigned:
            return False
        if isinstance(value, ast.Name) and self.saved.get(value.id) == text:
            return True
        if _OUTCOMES.search(text) or not isinstance(value, ast.Constant) or value.value:
            return False
        return all(_value(node) != _text(value) for node in self.assigned[text])

    def _is_counted_back(self, target: ast.expr, op: ast.operator) -> bool:
        back = {ast.Sub: ast.Add, ast.Add: ast.Sub}.get(type(op))
        if _LAYOUT.search(_text(target)):
            return False
        return back is not None and any(
            isinstance(node, ast.AugAssign) and isinstance(node.op, back)
            for node in self.assigned.get(_text(target), ())
        )


def _is_no_assertion(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return not _verb(node.value).lstrip("_").startswith("assert")
    return not isinstance(node, ast.Assert)


def sounds_like_cleanup(call: ast.Call) -> bool:
    """Whether the word alone suggests cleanup; enough beside what surely is."""
    word = _verb(call).lstrip("_")
    parts = re.split(r"_|(?=[A-Z])", word)
    return word in _RELEASES or parts[0] in _OPPOSITES


def _value(node: ast.stmt) -> str:
    value = getattr(node, "value", None)
    return _text(value) if isinstance(value, ast.expr) else ""


def _text(node: ast.expr) -> str:
    return ast.unparse(node)


def _receiver(call: ast.Call) -> str | None:
    """Return what a method is called on, as written; None for plain functions."""
    return dotted(call.func.value) if isinstance(call.func, ast.Attribute) else None


def _verb(call: ast.Call) -> str:
    func = call.func
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""
