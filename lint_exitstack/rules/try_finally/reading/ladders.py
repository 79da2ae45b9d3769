"""Reads `try`/`finally` statements that stand in one another: where a ladder begins and ends."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.rules.context import Place
from lint_exitstack.rules.try_finally.reading.cleanup import release_of
from lint_exitstack.rules.try_finally.reading.cleanup_calls import Cleanup, read_cleanups
from lint_exitstack.rules.try_finally.reading.managing import form_for
from lint_exitstack.rules.try_finally.reading.untouchable import is_untouchable

if TYPE_CHECKING:
    from lint_exitstack.rules.context import Context


@dataclass(frozen=True, slots=True, eq=False)
class Rung:
    """One `try` of a ladder and what its `finally` does."""

    node: ast.Try
    place: Place
    cleanups: tuple[Cleanup, ...]


def ladder_at(place: Place, context: Context) -> tuple[Rung, ...]:
    """Return the ladder that begins at `place`, empty if none does."""
    if not _has_neighbour(place) or _outer(place, context) is not None:
        return ()
    found = []
    rung = _rung(place, context)
    while rung is not None:
        found.append(rung)
        rung = _inner(rung, context)
    if len(found) < 2 or _reads_well_as_with(found, context):
        return ()
    return tuple(found)


def _has_neighbour(place: Place) -> bool:
    """Whether a `try` stands right around this one, or ends its body: a cheap first question."""
    node = place.node
    if not isinstance(node, ast.Try) or not node.finalbody:
        return False
    parent = place.parent
    return isinstance(node.body[-1], ast.Try) or (
        parent is not None and isinstance(parent.node, ast.Try)
    )


def _outer(place: Place, context: Context) -> Place | None:
    """Return the place of the rung above, if the `try` at `place` ends its body."""
    parent = place.parent
    if parent is None or place.part != "body" or place.following:
        return None
    rung = _rung(parent, context)
    return parent if rung is not None and not _is_lowest(rung) else None


def _inner(rung: Rung, context: Context) -> Rung | None:
    if _is_lowest(rung):
        return None
    body = rung.node.body
    last = Place(body[-1], body, len(body) - 1, "body", rung.place, rung.place.frame)
    return _rung(last, context)


def _is_lowest(rung: Rung) -> bool:
    """Whether nothing may be taken out of the body: handlers see what it raises."""
    return bool(rung.node.handlers)


def _rung(place: Place, context: Context) -> Rung | None:
    node = place.node
    if not isinstance(node, ast.Try) or not node.finalbody:
        return None
    parts = read_cleanups(node.finalbody, place, context)
    cleanups = tuple(part for part in parts if isinstance(part, Cleanup) and not part.is_remark)
    receivers = {each.receiver for each in cleanups}
    # Several steps on one object must stay together: such a `try` is no rung but part of the body.
    if len(receivers) < len(parts) or is_untouchable(node, node.finalbody, place, context):
        return None
    return Rung(node, place, cleanups)


def _reads_well_as_with(rungs: list[Rung], context: Context) -> bool:
    """Whether each rung only closes one thing, and there are few: plain `with` says that better."""
    if "XIT201" not in context.enabled or len(rungs) >= context.settings.exit_stack_depth:
        return False
    return all(_is_plain_close(rung, context) for rung in rungs)


def _is_plain_close(rung: Rung, context: Context) -> bool:
    if len(rung.cleanups) != 1:
        return False
    release = release_of(rung.node.finalbody[0])
    return release is not None and form_for(release, None, rung.place, context) is not None
