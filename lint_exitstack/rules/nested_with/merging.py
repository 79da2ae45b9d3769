"""Plans one header for a chain of `with` statements."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Position, Span
from lint_exitstack.model.rewrite import (
    Block,
    Item,
    Layout,
    NewWith,
    Piece,
    Rewrite,
    Suite,
    Trivia,
)
from lint_exitstack.rules.nested_with.contexts import can_wrap
from lint_exitstack.semantics.comments import (
    comments_on,
    is_pragma,
    last_line,
    lines_between,
    speaks_of_line_only,
    with_header,
)
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.source import Comment, Source
    from lint_exitstack.rules.context import Context
    from lint_exitstack.rules.nested_with.contexts import With
    from lint_exitstack.semantics.comments import Header


class Merge:
    """How the headers of `chain`, each the only statement of the one before, become one."""

    def __init__(self, context: Context, chain: Sequence[With]) -> None:
        self.context = context
        self.source: Source = context.source
        self.chain = chain
        self.headers = [with_header(self.source, node) for node in chain]
        self.word = "async with " if chain[0].__class__.__name__ == "AsyncWith" else "with "
        self.comments = self._comments()
        self.text = self._one_line()
        self.layout = self._layout()

    @property
    def span(self) -> Span:
        """From the first header's start to the last one's colon."""
        colon = self.headers[-1].colon
        return Span(self.source.start(self.chain[0]), Position(colon.line, colon.column + 1))

    def _comments(self) -> tuple[Comment, ...]:
        found = [comment for header in self.headers for comment in header.comments]
        for outer, header in zip(self.chain, self.headers, strict=True):
            if outer is not self.chain[-1]:
                between = lines_between(header.colon.line, outer.body[0].lineno)
                found.extend(comments_on(self.source, between))
        return tuple(sorted(found))

    def _one_line(self) -> str:
        items = [item for node in self.chain for item in node.items]
        return f"{self.word}{', '.join(self._text(item) for item in items)}:"

    def _text(self, item: ast.withitem) -> str:
        text = self.source.segment(item.context_expr)
        if isinstance(item.context_expr, (ast.NamedExpr, ast.Yield, ast.YieldFrom)):
            text = f"({text})"
        if item.optional_vars is not None:
            text += f" as {self.source.segment(item.optional_vars)}"
        return text

    @property
    def help(self) -> str:
        """The header as one line, for the message."""
        return " ".join(self.text.split())

    def _layout(self) -> Layout | None:
        """Return how the header is written, None where the target version has no way."""
        if can_wrap(self.context):
            if self.comments or not self._fits(self.text):
                return Layout.ROWS
            if any(self._has_rows(*pair) for pair in zip(self.chain, self.headers, strict=True)):
                return Layout.ROWS
            if not self.headers[0].parenthesized:
                return Layout.LINE
            closed = len(self.chain[0].items) > 1 and self._fits(f"({self.text})")
            return Layout.PARENTHESES if closed else Layout.LINE
        if any(header.parenthesized and "\n" in self.text for header in self.headers):
            return None
        column = self.span.start.column
        lines = self.text.splitlines()
        width = self.context.settings.line_length
        fits = column + len(lines[0]) <= width and all(len(line) <= width for line in lines[1:])
        return Layout.LINE if fits else None

    @staticmethod
    def _has_rows(node: With, header: Header) -> bool:
        return header.parenthesized and header.colon.line != node.lineno

    def _fits(self, text: str) -> bool:
        width = self.context.settings.line_length
        return "\n" not in text and "\r" not in text and self.span.start.column + len(text) <= width

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what speaks against the merge: pragmas that must move, and the layout."""
        found = list(layout_hazards(self.source, [self.chain[0]]))
        for node, header in zip(self.chain, self.headers, strict=True):
            found.extend(self._pragmas(node, header))
        return tuple(found)

    def _pragmas(self, node: With, header: Header) -> list[Hazard]:
        index = self.chain.index(node)
        above: tuple[Comment, ...] = ()
        if index:
            upper = self.headers[index - 1].colon.line
            above = comments_on(self.source, lines_between(upper, node.lineno))
        moved = [comment for comment in (*above, *header.comments) if is_pragma(comment.text)]
        return [self._moved(c) for c in moved if not self._stays(c, node, header)]

    def _stays(self, comment: Comment, node: With, header: Header) -> bool:
        """Whether a pragma is afterwards on the line of the code that it speaks about."""
        if self.layout is not Layout.ROWS or not speaks_of_line_only(comment.text):
            return False
        if comment is not header.trailing:
            return not comment.own_line and any(
                comment.line == trivia.beside for trivia in header.items
            )
        last = node.items[-1].optional_vars or node.items[-1].context_expr
        alone = len(node.items) == 1 or header.colon.line != node.lineno
        return alone and last.end_lineno == comment.line and not header.items[-1].beside

    def _moved(self, comment: Comment) -> Hazard:
        start = Position(comment.line, comment.column)
        span = Span(start, Position(comment.line, comment.column + len(comment.text)))
        return Hazard("pragma-moved", f"`{comment.text}` speaks about a line that changes", span)

    def rewrite(self) -> Rewrite:
        """Return the chain as one statement."""
        keys = [self.context.key(node) for node in self.chain]
        layout = self.layout or Layout.LINE
        items = self.items() if layout is Layout.ROWS else self._bare_items()
        new = NewWith(
            items=items,
            body=(Suite(Block(keys[-1])),),
            is_async=self.word.startswith("async"),
            layout=layout,
            trivia=Trivia() if layout is Layout.ROWS else self._above(),
            footers=tuple(Block(key) for key in reversed(keys)),
        )
        end = last_line(self.source, self.chain[0])
        return Rewrite(keys[0], keys[0], end, (new,), frozenset(keys))

    def _above(self) -> Trivia:
        """Return the comments for over the header: only its own first one may stay beside it."""
        first = self.headers[0].trailing
        rest = tuple(comment.line for comment in self.comments if comment is not first)
        return Trivia(rest, first.line if first else None)

    def _bare_items(self) -> tuple[Item, ...]:
        return tuple(self._item(item, Trivia()) for node in self.chain for item in node.items)

    def _item(self, item: ast.withitem, trivia: Trivia, below: tuple[int, ...] = ()) -> Item:
        target = None if item.optional_vars is None else Piece(self.source.span(item.optional_vars))
        return Item(Piece(self.source.span(item.context_expr)), target, trivia, below)

    def items(self) -> tuple[Item, ...]:
        """Return the items with the comments that speak about each."""
        found: list[Item] = []
        for index, (node, header) in enumerate(zip(self.chain, self.headers, strict=True)):
            upper = self.headers[index - 1].colon.line if index else node.lineno
            above = tuple(
                comment.line
                for comment in comments_on(self.source, lines_between(upper, node.lineno))
            )
            placed = with_trailing(header, above)
            for number, (item, trivia) in enumerate(zip(node.items, placed, strict=True)):
                last = number == len(node.items) - 1
                found.append(self._item(item, trivia, header.below if last else ()))
        return tuple(found)


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
