"""Comments and pragmas, and which line or `with` item they speak about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.model.position import Position
from lint_exitstack.model.rewrite import Trivia

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from lint_exitstack.model.lexing import Comment
    from lint_exitstack.model.source import Source

# Comments that tools read and that speak about the line (or block) on which they stand.
_PRAGMA = re.compile(
    r"#\s*(?:noqa\b|type:|pragma\b|nosec\b|pylint:|fmt:|isort:|pyright:|mypy:|ruff:|flake8:"
    r"|exitstack:|yapf:|pyre-|pytype:|nosonar\b|nosemgrep\b|ty:|pyrefly:|coverage:)",
    re.IGNORECASE,
)
# Of these, the ones that speak about nothing but their line, so that they may move with it.
_LINE_PRAGMA = re.compile(
    r"#\s*(?:noqa\b|type:\s*ignore|nosec\b|pyright:\s*ignore|ty:)", re.IGNORECASE
)
_GAP = re.compile(r"(?:[ \t\f),]|\\?(?:\r\n|\r|\n)|#[^\r\n]*)*")
_COMMENT = re.compile(r"#[^\r\n]*")


def is_pragma(comment: str) -> bool:
    """Whether tools read this comment."""
    return _PRAGMA.search(comment) is not None


def speaks_of_line_only(comment: str) -> bool:
    """Whether a pragma speaks about its own line and not about a block or a whole file."""
    found = [match.start() for match in _PRAGMA.finditer(comment)]
    return all(_LINE_PRAGMA.match(comment, start) for start in found)


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a `with`: where its colon stands, its parentheses, and its comments.

    `items` and `below` hold the comments around the items; `trailing` is the one behind the colon.
    """

    colon: Position
    parenthesized: bool
    items: tuple[Trivia, ...]
    below: tuple[int, ...]
    trailing: Comment | None
    comments: tuple[Comment, ...]


def colon_after(source: Source, node: ast.expr) -> Position:
    """Return the colon that ends the header of which `node` is the last expression."""
    start = source.offset(source.span(node).end)
    gap = _GAP.match(source.text, start)
    offset = gap.end() if gap else start
    return position_at(source, offset)


def position_at(source: Source, offset: int) -> Position:
    """Return the position of a character of the text."""
    import bisect

    line = bisect.bisect_right(source.line_starts, offset, hi=len(source.lines))
    return Position(line, offset - source.line_starts[line - 1])


def with_header(source: Source, node: ast.With | ast.AsyncWith) -> Header:
    """Read the header of `node`."""
    last = node.items[-1]
    colon = colon_after(source, last.optional_vars or last.context_expr)
    # Behind the colon of a one-line body a comment speaks about that body.
    own_lines = node.body[0].lineno > colon.line
    comments = tuple(
        comment
        for comment in _outside_items(source, node, colon)
        if own_lines or (comment.line, comment.column) < colon
    )
    trailing = next((c for c in comments if (c.line, c.column) > colon), None)
    inside = [comment for comment in comments if comment is not trailing]
    above: list[list[int]] = [[] for _ in node.items]
    beside: list[int | None] = [None for _ in node.items]
    below: list[int] = []
    starts = [source.start(item.context_expr) for item in node.items]
    for comment in inside:
        before = sum(start < (comment.line, comment.column) for start in starts)
        if before and not comment.own_line and beside[before - 1] is None:
            beside[before - 1] = comment.line
        elif before < len(starts):
            above[before].append(comment.line)
        else:
            below.append(comment.line)
    trivia = tuple(Trivia(tuple(a), b) for a, b in zip(above, beside, strict=True))
    return Header(
        colon, _parenthesized(source, node, colon), trivia, tuple(below), trailing, comments
    )


def _outside_items(
    source: Source, node: ast.With | ast.AsyncWith, colon: Position
) -> Iterator[Comment]:
    spans = [source.span(item.context_expr) for item in node.items]
    spans += [source.span(item.optional_vars) for item in node.items if item.optional_vars]
    for line in range(node.lineno, colon.line + 1):
        comment = source.comment_at.get(line)
        if comment is None:
            continue
        place = Position(comment.line, comment.column)
        if not any(span.start <= place < span.end for span in spans):
            yield comment


def _parenthesized(source: Source, node: ast.With | ast.AsyncWith, colon: Position) -> bool:
    first = node.items[0]
    span = source.span(first.context_expr)
    opens = _code(source, source.start(node), span.start).count("(")
    if len(node.items) == 1 and first.optional_vars is None:
        return opens > 0
    if first.optional_vars is not None:
        end = source.start(first.optional_vars)
    elif len(node.items) > 1:
        end = source.start(node.items[1].context_expr)
    else:
        end = colon
    return opens > _code(source, span.end, end).count(")")


def _code(source: Source, start: Position, end: Position) -> str:
    """Return the text between two positions that hold no strings, without its comments."""
    return _COMMENT.sub("", source.text[source.offset(start) : source.offset(end)])


def has_backslash(source: Source, node: ast.With | ast.AsyncWith, header: Header) -> bool:
    """Whether the header of `node` is continued by a backslash between or around its items."""
    spans = [source.span(item.context_expr) for item in node.items]
    spans += [source.span(item.optional_vars) for item in node.items if item.optional_vars]
    place = source.start(node)
    for span in sorted(spans):
        if "\\" in _code(source, place, span.start):
            return True
        place = span.end
    return "\\" in _code(source, place, header.colon)


def lines_between(first: int, last: int) -> tuple[int, ...]:
    """Return the lines after `first` and before `last`: those that stand above a statement."""
    return tuple(range(first + 1, last))


def comments_on(source: Source, lines: tuple[int, ...]) -> tuple[Comment, ...]:
    """Return the comments on `lines`."""
    return tuple(source.comment_at[line] for line in lines if line in source.comment_at)


def last_line(source: Source, node: ast.stmt) -> int:
    """Return the last line that belongs to `node`: comments that close its last block included."""
    end = node.end_lineno or node.lineno
    column = _last_block_column(source, node)
    line = end
    while column is not None and line < len(source.lines):
        text = source.lines[line]
        stripped = text.lstrip(" \t\f")
        if stripped.startswith("#"):
            if len(text) - len(stripped) < column:
                break
            end = line + 1
        elif stripped:
            break
        line += 1
    return end


def _last_block_column(source: Source, node: ast.stmt) -> int | None:
    """Return the column of the last block of a compound statement, None if it has none."""
    for part in ("finalbody", "orelse", "handlers", "cases", "body"):
        clauses = getattr(node, part, None)
        if clauses:
            first = clauses[-1].body[0] if part in {"handlers", "cases"} else clauses[0]
            start = source.start(first)
            before = source.lines[start.line - 1][: start.column]
            return None if before.strip() else start.column
    return None
