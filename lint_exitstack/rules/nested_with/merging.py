"""Plans one header for a chain of `with` statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Position, Span
from lint_exitstack.model.rewrite import (
    Block,
    Item,
    Layout,
    NewWith,
    Rewrite,
    Suite,
    Trivia,
)
from lint_exitstack.rules.nested_with.contexts import can_wrap
from lint_exitstack.rules.nested_with.levels import levels_of
from lint_exitstack.semantics.comments import (
    comments_on,
    is_pragma,
    last_line,
    speaks_of_line_only,
)
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.lexing import Comment
    from lint_exitstack.model.rewrite import Statement
    from lint_exitstack.model.source import Source
    from lint_exitstack.rules.context import Context
    from lint_exitstack.rules.nested_with.contexts import With
    from lint_exitstack.rules.nested_with.levels import Level
    from lint_exitstack.semantics.comments import Header


class OneHeader:
    """How the headers of `levels`, each the only statement of the one before, become one."""

    def __init__(
        self, context: Context, levels: Sequence[Level], column: int, *, is_async: bool
    ) -> None:
        self.context = context
        self.source: Source = context.source
        self.levels = levels
        self.column = column
        self.word = "async with " if is_async else "with "
        self.comments = self._comments()
        self.text = f"{self.word}{', '.join(t for level in levels for t in level.texts)}:"
        self.layout = self._layout()

    def _comments(self) -> tuple[Comment, ...]:
        found: list[Comment] = []
        for level in self.levels:
            found += (*comments_on(self.source, level.above), *level.header.comments)
        return tuple(sorted(found))

    @property
    def help(self) -> str:
        """The header as one line, for the message."""
        return " ".join(self.text.split())

    def _layout(self) -> Layout | None:
        """Return how the header is written, None where the target version has no way."""
        first = self.levels[0]
        if can_wrap(self.context):
            if self.comments or not self._fits(self.text):
                return Layout.ROWS
            if any(level.is_in_rows for level in self.levels):
                return Layout.ROWS
            if not first.header.parenthesized:
                return Layout.LINE
            closed = len(first.items) > 1 and self._fits(f"({self.text})")
            return Layout.PARENTHESES if closed else Layout.LINE
        if any(level.header.parenthesized and "\n" in self.text for level in self.levels):
            return None
        lines = self.text.splitlines()
        width = self.context.settings.line_length
        fits = self.column + len(lines[0]) <= width
        return Layout.LINE if fits and all(len(line) <= width for line in lines[1:]) else None

    def _fits(self, text: str) -> bool:
        width = self.context.settings.line_length
        return "\n" not in text and "\r" not in text and self.column + len(text) <= width

    def pragmas(self) -> Iterator[Hazard]:
        """Yield a hazard for each pragma that can't stay where it is."""
        for level in self.levels:
            comments = (*comments_on(self.source, level.above), *level.header.comments)
            for comment in comments:
                if is_pragma(comment.text) and not self._stays(comment, level):
                    yield _moved(comment)

    def _stays(self, comment: Comment, level: Level) -> bool:
        """Whether a pragma is afterwards on the line of the code that it speaks about."""
        if self.layout is not Layout.ROWS or not speaks_of_line_only(comment.text):
            return False
        header = level.header
        if comment is not header.trailing:
            return not comment.own_line and any(
                comment.line == trivia.beside for trivia in header.items
            )
        alone = len(level.items) == 1 or header.colon.line != level.line
        return alone and level.last == comment.line and not header.items[-1].beside

    def statement(
        self, body: tuple[Statement, ...], above: tuple[int, ...], footers: tuple[Block, ...]
    ) -> NewWith:
        """Return the `with` around `body`, with the comments `above` over it."""
        layout = self.layout or Layout.LINE
        rows = layout is Layout.ROWS
        return NewWith(
            items=self._rows() if rows else tuple(i for each in self.levels for i in each.items),
            body=body,
            is_async=self.word.startswith("async"),
            layout=layout,
            trivia=Trivia(above) if rows else self._over(above),
            footers=footers,
        )

    def _over(self, above: tuple[int, ...]) -> Trivia:
        """Return the comments for over the header: only its own first one may stay beside it."""
        first = self.levels[0].header.trailing
        rest = tuple(comment.line for comment in self.comments if comment is not first)
        return Trivia((*above, *rest), first.line if first else None)

    def _rows(self) -> tuple[Item, ...]:
        """Return the items with the comments that speak about each."""
        found: list[Item] = []
        for level in self.levels:
            *trivia, last = with_trailing(level.header, level.above)
            pairs = zip(level.items, (*trivia, last), strict=True)
            items = [Item(item.context, item.target, each) for item, each in pairs]
            final = items.pop()
            below = level.header.below
            found += (*items, Item(final.context, final.target, last, below))
        return tuple(found)


def _moved(comment: Comment) -> Hazard:
    start = Position(comment.line, comment.column)
    span = Span(start, Position(comment.line, comment.column + len(comment.text)))
    return Hazard("pragma-moved", f"`{comment.text}` speaks about a line that changes", span)


class Merge:
    """How the headers of `chain`, each the only statement of the one before, become one."""

    def __init__(self, context: Context, chain: Sequence[With]) -> None:
        self.context = context
        self.source = context.source
        self.chain = chain
        self.start = self.source.start(chain[0])
        is_async = chain[0].__class__.__name__ == "AsyncWith"
        levels = levels_of(self.source, chain)
        self.header = OneHeader(context, levels, self.start.column, is_async=is_async)

    @property
    def span(self) -> Span:
        """From the first header's start to the last one's colon."""
        colon = self.header.levels[-1].header.colon
        return Span(self.start, Position(colon.line, colon.column + 1))

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what speaks against the merge: pragmas that must move, and the layout."""
        return (*layout_hazards(self.source, [self.chain[0]]), *self.header.pragmas())

    def rewrite(self) -> Rewrite:
        """Return the chain as one statement."""
        keys = [self.context.key(node) for node in self.chain]
        footers = tuple(Block(key) for key in reversed(keys))
        new = self.header.statement((Suite(footers[0]),), (), footers)
        end = last_line(self.source, self.chain[0])
        return Rewrite(keys[0], keys[0], end, (new,), frozenset(keys))


def with_trailing(header: Header, above: tuple[int, ...]) -> list[Trivia]:
    """Return the comments of a header's items, with the one behind its colon on the last one."""
    placed = list(header.items)
    if header.trailing is not None:
        last = placed[-1]
        if last.beside is None:
            placed[-1] = Trivia(last.above, header.trailing.line)
        else:
            above = (*above, header.trailing.line)
    placed[0] = Trivia((*above, *placed[0].above), placed[0].beside)
    return placed
