"""A local name bound to a resource: which row it is, and how a `with` would close it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.model.rewrite import Piece, Template
from lint_exitstack.semantics.catalogue import Exit, resource
from lint_exitstack.semantics.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.rewrite import Expression
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.imports import Way
    from lint_exitstack.semantics.resource import Resource


_WRAPPERS = words(
    """
    TextIOWrapper BufferedReader BufferedWriter BufferedRandom BufferedRWPair EncodedFile
    StreamReaderWriter StreamRecoder Shelf
    """
)
# Methods that are done with the object when they return.
USES = words(
    """
    read read1 readline readlines readinto write writelines writestr truncate namelist infolist
    extractall extract testzip printdir getnames getmembers getinfo readframes writeframes
    """
)
# Parts of an archive or of a connection, what closes itself when it's used up, what is in memory.
_WITHIN = words(
    """
    tarfile.TarFile.extractfile zipfile.ZipFile.open fileinput.input os.scandir
    http.client.HTTPConnection.getresponse tempfile.SpooledTemporaryFile
    """
)
# `mock.patch`, `mock.patch.object`, and pytest's `monkeypatch.setattr`.
_REPLACING = frozenset({"object", "patch", "setattr"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Opened:
    """`name = call`, with what the catalogue says about the result."""

    name: str
    statement: ast.Assign
    call: ast.Call
    row: Resource

    @property
    def keywords(self) -> tuple[str, ...]:
        """The keywords of the call; some change what an exit does."""
        return tuple(keyword.arg or "" for keyword in self.call.keywords)

    def closes_itself(self, method: str) -> bool:
        """Whether leaving its own `with` does exactly what `method` does."""
        same = self.row.exit_against(method, self.keywords) is Exit.SAME
        return same and self.row.binds_self


def opened(node: ast.AST, place: Place, context: Context) -> Opened | None:
    """Return what `node` opens if it's a plain assignment to one name.

    Only what is used synchronously and isn't usually kept for long: leaving the others open proves
    nothing.
    """
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return None
    target = node.targets[0]
    if not isinstance(target, ast.Name) or not isinstance(node.value, ast.Call):
        return None
    row = context.acquisitions.resource(node.value, context.scope(place))
    if row is None or is_kept_long(row) or wraps(node.value, row, place, context):
        return None
    return Opened(target.id, node, node.value, row)


def is_kept_long(row: Resource) -> bool:
    """Whether finding this resource open proves nothing."""
    asynchronous = row.is_async or row.awaited_open or row.awaited_close
    return row.long_lived or row.is_lock or asynchronous


def wraps(call: ast.Call, row: Resource, place: Place, context: Context) -> bool:
    """Whether the object is a view of another one, which has an owner of its own."""
    if any(keyword.arg == "fileobj" for keyword in call.keywords):
        return True
    made = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    made = call.func.id if isinstance(call.func, ast.Name) else made
    if made in _WRAPPERS or row.name in _WITHIN:
        return True
    if not call.args:
        return False
    inner = context.acquisitions.kind(call.args[0], context.scope(place))
    return inner is not None and resource(inner, context.settings.resources) is not None


def is_replaced(call: ast.Call, place: Place) -> bool:
    """Whether the function puts something else in the place of what is called, as tests do."""
    name = _last_word(call.func)
    frames = [each.node for each in place.ancestors() if isinstance(each.node, _FUNCTIONS)]
    return any(
        isinstance(node, ast.Call)
        and _last_word(node.func) in _REPLACING
        and any(_names(argument, name) for argument in node.args)
        for frame in frames[-1:]
        for node in ast.walk(frame)
    )


def _last_word(func: ast.expr) -> str:
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""


def _names(argument: ast.expr, name: str) -> bool:
    """Whether a string in `argument`, or the end of one, is the dotted name of `name`."""
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.rpartition(".")[2] == name
        for node in ast.walk(argument)
    )


def managed(found: Opened, method: str, way: Way, context: Context) -> Expression:
    """Return the context expression that closes what was opened."""
    call = Piece(context.source.span(found.call))
    if found.closes_itself(method):
        return call
    return Template(f"{way.expression}($0)", (call,))


def guards(name: str, place: Place) -> bool:
    """Whether a `try` around this place takes care of `name` when something fails."""
    for around in place.around_in_frame():
        node = around.node
        if isinstance(node, (ast.Try, ast.TryStar)):
            parts: Sequence[ast.AST] = [*node.handlers, *node.orelse, *node.finalbody]
            if any(
                isinstance(each, ast.Name) and each.id == name
                for part in parts
                for each in ast.walk(part)
            ):
                return True
    return False
