"""One `with` of a chain: one of the file, or one that a rewrite is about to make."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.model.position import Position
from lint_exitstack.model.rewrite import Item, Layout, Piece
from lint_exitstack.semantics.comments import Header, comments_on, lines_between, with_header
from lint_exitstack.semantics.written import written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.rewrite import NewWith
    from lint_exitstack.model.source import Source
    from lint_exitstack.rules.nested_with.contexts import With


@dataclass(frozen=True, slots=True)
class Level:
    """What its header holds (`items` without their comments), and where that stands.

    `above` are the lines of the comments between the header over it and its own; `line` is its
    first line, `last` the one on which its last item ends.
    """

    items: tuple[Item, ...]
    texts: tuple[str, ...]
    header: Header
    above: tuple[int, ...]
    line: int
    last: int

    @property
    def is_in_rows(self) -> bool:
        """Whether its items stand in parentheses on lines of their own."""
        return self.header.parenthesized and self.header.colon.line != self.line


def levels_of(source: Source, chain: Sequence[With]) -> list[Level]:
    """Return the levels of `with` statements of the file, each the only one in the one before."""
    found: list[Level] = []
    for node in chain:
        upper = found[-1].header.colon.line if found else node.lineno
        above = comments_on(source, lines_between(upper, node.lineno))
        found.append(level_of(source, node, tuple(comment.line for comment in above)))
    return found


def level_of(source: Source, node: With, above: tuple[int, ...]) -> Level:
    """Return the level of a `with` of the file, with the comments over it."""
    last = node.items[-1].optional_vars or node.items[-1].context_expr
    return Level(
        tuple(_item(item, source) for item in node.items),
        tuple(_text(item, source) for item in node.items),
        with_header(source, node),
        above,
        node.lineno,
        last.end_lineno or node.lineno,
    )


def _item(item: ast.withitem, source: Source) -> Item:
    target = None if item.optional_vars is None else Piece(source.span(item.optional_vars))
    return Item(Piece(source.span(item.context_expr)), target)


def _text(item: ast.withitem, source: Source) -> str:
    text = source.segment(item.context_expr)
    if isinstance(item.context_expr, (ast.NamedExpr, ast.Yield, ast.YieldFrom)):
        text = f"({text})"
    if item.optional_vars is not None:
        text += f" as {source.segment(item.optional_vars)}"
    return text


def level_to_be(source: Source, node: NewWith, above: tuple[int, ...], line: int) -> Level:
    """Return the level of a `with` that takes the place of the statement on `line`."""
    trailing = source.comment_at.get(node.trivia.beside or 0)
    line = trailing.line if trailing else line
    rows = node.layout is Layout.ROWS
    colon = Position(line + 1 if rows else line, 0)
    trivia = tuple(item.trivia for item in node.items)
    below = node.items[-1].below
    inside = [row for each in trivia for row in (*each.above, each.beside) if row]
    comments = comments_on(source, (*inside, *below))
    if trailing is not None:
        comments = (*comments, trailing)
    parenthesized = node.layout is not Layout.LINE
    return Level(
        tuple(Item(item.context, item.target) for item in node.items),
        tuple(_text_to_be(item, source) for item in node.items),
        Header(colon, parenthesized, trivia, below, trailing, comments),
        above,
        line,
        line,
    )


def _text_to_be(item: Item, source: Source) -> str:
    text = written(item.context, source)
    return text if item.target is None else f"{text} as {written(item.target, source)}"
