"""What to say of pragma comments that leave the line which they speak about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Position, Span
from lint_exitstack.semantics.comments import is_pragma, speaks_of_line_only

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lint_exitstack.model.lexing import Comment


def moved_pragmas(
    moved: Iterable[Comment], beside: Iterable[Comment | None] = ()
) -> Iterator[Hazard]:
    """Yield a hazard for each pragma among the comments that move.

    Those `beside` a line of new code still speak about it, if they only speak about a line.
    """
    for comment in moved:
        if is_pragma(comment.text):
            yield _hazard(comment)
    for kept in beside:
        if kept is not None and is_pragma(kept.text) and not speaks_of_line_only(kept.text):
            yield _hazard(kept)


def _hazard(comment: Comment) -> Hazard:
    start = Position(comment.line, comment.column)
    span = Span(start, Position(comment.line, comment.column + len(comment.text)))
    return Hazard("pragma-moved", f"`{comment.text}` speaks about a line that goes", span)
