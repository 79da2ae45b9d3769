"""The `with ExitStack()` that is put around a body, and the comments of what it dissolves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lint_exitstack.model.position import Position, Span
from lint_exitstack.model.rewrite import Block, Item, NewWith, Rewrite, Template, Trivia
from lint_exitstack.rules.pragmas import moved_pragmas
from lint_exitstack.rules.stack_hazards import scope_hazards, stack_hazards
from lint_exitstack.semantics.comments import (
    comments_on,
    last_line,
)
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.finding import Hazard
    from lint_exitstack.model.lexing import Comment
    from lint_exitstack.model.position import Key
    from lint_exitstack.model.rewrite import Statement
    from lint_exitstack.model.source import Source
    from lint_exitstack.rules.context import Context, Place

_FINALLY = re.compile(r"[ \t\f]*finally\b")


class Around:
    """A stack around the statement at `place`, or around it and its neighbours."""

    def __init__(self, context: Context, place: Place, *, is_async: bool) -> None:
        self.context = context
        self.source = context.source
        self.place = place
        self.is_async = is_async
        self.scope = context.scope(place)
        self.name = context.names.fresh("stack", self.scope)
        kind = "AsyncExitStack" if is_async else "ExitStack"
        self.way = context.imports.way(kind, self.scope, place.node)

    @property
    def help(self) -> str:
        """The new header."""
        word = "async with" if self.is_async else "with"
        return f"{word} {self.way.expression}() as {self.name}:"

    def statement(
        self,
        body: Sequence[Statement],
        trivia: Trivia | None = None,
        footers: tuple[Block, ...] = (),
    ) -> NewWith:
        """Return the `with` statement around `body`."""
        item = Item(Template(f"{self.way.expression}()"), Template(self.name))
        return NewWith(
            items=(item,),
            body=tuple(body),
            is_async=self.is_async,
            trivia=trivia or Trivia(),
            footers=footers,
        )

    def rewrite(
        self,
        into: Sequence[Statement],
        claims: frozenset[Key],
        first: ast.stmt | None = None,
        more: tuple[str, ...] = (),
    ) -> Rewrite:
        """Return the rewrite from `first` up to the statement at `place`, into `into`."""
        node = self.place.node
        needs = () if self.way.need is None else (self.way.need,)
        return Rewrite(
            self.context.key(first or node),
            self.context.key(node),
            last_line(self.source, node),
            tuple(into),
            claims,
            needs,
            (self.name, *more),
        )

    def hazards(self, first: ast.stmt | None = None) -> tuple[Hazard, ...]:
        """Return what speaks against any such rewrite here."""
        node = self.place.node
        statements = [node] if first is None else [first, node]
        return (
            *layout_hazards(self.source, statements),
            *self.way.hazards,
            *scope_hazards(self.context, self.place),
        )

    def exit_hazards(
        self, exits: Sequence[ast.expr], *, chained: bool = False
    ) -> tuple[Hazard, ...]:
        """Return what may differ because a stack makes these exits.

        `chained` tells that a later one always ran even if an earlier one raised.
        """
        cancelled = self.is_async and chained
        return stack_hazards(self.context, [self.place.node], exits, (), is_async=cancelled)


def opening(source: Source, node: ast.Try) -> int | None:
    """Return the line of `try:` if a comment stands behind it (not behind a one-line body)."""
    lines = range(node.lineno, node.body[0].lineno)
    return next((c.line for c in comments_on(source, tuple(lines)) if not c.own_line), None)


def finally_line(source: Source, node: ast.Try) -> int:
    """Return the line on which `finally:` stands."""
    line = node.finalbody[0].lineno
    while line > node.lineno and not _FINALLY.match(source.lines[line - 1]):
        line -= 1
    return line


def before_finally(node: ast.Try) -> ast.stmt:
    """Return the last statement before the `finally` clause."""
    if node.orelse:
        return node.orelse[-1]
    return node.handlers[-1].body[-1] if node.handlers else node.body[-1]


def clause_comments(source: Source, node: ast.Try, start: int, before: ast.stmt) -> list[int]:
    """Return the lines of the comments that lead a clause which goes away.

    It starts on line `start`, after the statement `before`; what is indented further than the
    `try` closes the block of that one and stays there.
    """
    column = source.start(node).column
    end = before.end_lineno or before.lineno
    found: list[int] = []
    for comment in comments_on(source, tuple(range(end + 1, start))):
        if found or comment.column <= column:
            found.append(comment.line)
    return found


def trivia_of(
    source: Source, block: Sequence[ast.stmt], start: int, last: int, kept: Sequence[Span] = ()
) -> list[Trivia]:
    """Return the comments of each statement in a block that goes away.

    The clause starts on line `start` and reaches to line `last`. Comments inside of the spans in
    `kept` go with their expressions.
    """
    found = []
    upper = start
    for index, statement in enumerate(block):
        end = statement.end_lineno or statement.lineno
        lower = last if index == len(block) - 1 else end
        comments = [
            comment
            for comment in comments_on(source, tuple(range(upper, lower + 1)))
            if not any(_holds(span, comment) for span in kept)
        ]
        beside = next((c.line for c in comments if c.line == end and not c.own_line), None)
        above = tuple(c.line for c in comments if c.line != beside)
        found.append(Trivia(above, beside))
        upper = end + 1
    return found


def _holds(span: Span, comment: Comment) -> bool:
    return span.start <= Position(comment.line, comment.column) < span.end


def pragma_hazards(
    source: Source, trivia: Sequence[Trivia], lost: Sequence[int]
) -> Iterator[Hazard]:
    """Yield a hazard for each pragma that leaves its line: those above, and those on `lost`."""
    moved = {line for each in trivia for line in each.above} | set(lost)
    beside = [source.comment_at.get(each.beside or 0) for each in trivia]
    yield from moved_pragmas(comments_on(source, tuple(sorted(moved))), beside)
