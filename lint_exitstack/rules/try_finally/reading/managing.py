"""Which context manager does what a cleanup call does by hand: the resource's own or `closing`."""

from __future__ import annotations

import ast
import enum
import sys
from typing import TYPE_CHECKING

from lint_exitstack.semantics import catalogue
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.flow import nodes_in_frame
from lint_exitstack.semantics.names import dotted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.reading.cleanup import Release
    from lint_exitstack.semantics.bindings import Scope
    from lint_exitstack.semantics.catalogue import Resource


class Form(enum.Enum):
    """What the new `with` enters."""

    NATIVE = "the resource itself"
    CLOSING = "closing"
    ACLOSING = "aclosing"
    CALLBACK = "a stack with a callback"


def form_for(
    release: Release, value: ast.expr | None, place: Place, context: Context
) -> Form | None:
    """Return what does the same as `release` for what `value` made; None where nothing is simple.

    `value` is None where nobody knows what made the object.
    """
    if release.has_arguments:
        return None
    call = value.value if isinstance(value, ast.Await) else value
    row = made_by(call, place, context)
    if row is not None and row.is_lock:
        return None  # entering takes it, which making it didn't
    if row is not None and isinstance(call, ast.Call):
        awaits = (isinstance(value, ast.Await), release.awaited)
        keywords = [keyword.arg for keyword in call.keywords]
        same = _exit_is_same(row, release, keywords, context) or _only_reads(row, call)
        if awaits == _awaits(row) and same and "entering" not in row.exit_note:
            doubled = is_doubled(call, context) or replaces(release.method, place.node)
            if not doubled:
                return Form.NATIVE
    return _generic(release, context)


def _generic(release: Release, context: Context) -> Form | None:
    if release.awaited:
        if release.method == "aclose" and offers(context, (3, 10)):
            return Form.ACLOSING
        return Form.CALLBACK if release.method in {"close", "aclose"} else None
    return Form.CLOSING if release.method == "close" else None


def offers(context: Context, since: tuple[int, int]) -> bool:
    """Whether what came with this version of contextlib is there for the target version."""
    settings = context.settings
    return settings.runtime != "contextlib" or settings.target_version >= since


def _awaits(row: Resource) -> tuple[bool, bool]:
    """Return whether making it by hand is awaited, and closing it."""
    return row.awaited_open, row.awaited_close


def _exit_is_same(
    row: Resource, release: Release, keywords: Sequence[str | None], context: Context
) -> bool:
    known = [keyword for keyword in keywords if keyword is not None]
    if None in keywords and row.differs_with:
        return False
    if row.exit_against(release.method, known) is not catalogue.Exit.SAME:
        return False
    return row.since is None or row.since <= context.settings.target_version


def _only_reads(row: Resource, call: ast.Call) -> bool:
    """Whether this is an archive opened for reading: only for writing its exit isn't `close`."""
    if row.name != "tarfile.open":
        return False
    mode: ast.expr = ast.Constant("r")
    if len(call.args) > 1:
        mode = call.args[1]
    for keyword in call.keywords:
        if keyword.arg in {"mode", None}:
            mode = keyword.value
    return isinstance(mode, ast.Constant) and str(mode.value).startswith("r")


def may_be_entered_late(call: ast.expr | None, place: Place, context: Context) -> bool:
    """Whether an object that was used already may still be entered: clients may refuse that."""
    row = made_by(call, place, context)
    return row is not None and row.name.partition(".")[0] in sys.stdlib_module_names


def made_by(call: ast.expr | None, place: Place, context: Context) -> Resource | None:
    """Return what is known of the object that a call makes."""
    if not isinstance(call, ast.Call):
        return None
    extra = context.settings.resources
    for name in _names_of(call.func, context.scope(place), context):
        row = catalogue.resource(name, extra)
        if row is not None:
            return row
    return None


def _names_of(func: ast.expr, scope: Scope, context: Context) -> list[str]:
    """Return the names under which the catalogue may know `func`; of methods, by their object."""
    name = context.names.qualified(func, scope)
    if name is not None:
        return [name]
    if not isinstance(func, ast.Attribute):
        return []
    maker = _maker(func.value, scope, context)
    if maker is None:
        return []
    return [f"{maker}.{func.attr}", f"{catalogue.canonical(maker)}.{func.attr}"]


def _maker(expression: ast.expr, scope: Scope, context: Context) -> str | None:
    """Return the name of the callable whose result `expression` surely is."""
    if isinstance(expression, ast.Call):
        return context.names.qualified(expression.func, scope)
    if not isinstance(expression, ast.Name):
        return None
    value = only_value(expression.id, scope, context)
    return context.names.qualified(value.func, scope) if isinstance(value, ast.Call) else None


def only_value(name: str, scope: Scope, context: Context) -> ast.expr | None:
    """Return what is assigned to `name`, if that happens in one place only."""
    owner = context.bindings.owner(scope, name)
    changes = [] if owner is None else context.bindings.changes(owner, name)
    if owner is None or len(changes) != 1 or changes[0].act is not Act.BIND:
        return None
    for statement in nodes_in_frame(getattr(owner.node, "body", [])):
        match statement:
            case ast.Assign(targets=[target], value=value) if target is changes[0].node:
                return value
            case ast.AnnAssign(target=target, value=value) if target is changes[0].node:
                return value
            case ast.withitem(context_expr=value, optional_vars=target) if (
                target is changes[0].node
            ):
                return value
    return None


def is_doubled(call: ast.Call, context: Context) -> bool:
    """Whether this file puts something else in the place of what is called, as tests do.

    A double need not be a context manager, and tests ask whether its `close` was called.
    """
    if not context.says(b"patch") and not context.says(b"setattr"):
        return False
    last = (dotted(call.func) or "").rpartition(".")[2]
    return bool(last) and any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.rpartition(".")[2] == last
        for node in ast.walk(context.tree)
    )


def replaces(method: str, node: ast.stmt) -> bool:
    """Whether an object gets another `method` in the statements of `node`."""
    return any(
        isinstance(part, ast.Attribute)
        and part.attr == method
        and not isinstance(part.ctx, ast.Load)
        for part in nodes_in_frame([node])
    )
