"""The `with` that takes the place of a `try` and of the statements that prepared it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Position, Span
from lint_exitstack.model.rewrite import (
    Block,
    Item,
    Kept,
    Line,
    NewWith,
    Reshaped,
    Rewrite,
    Suite,
    Trivia,
)
from lint_exitstack.semantics.comments import (
    comments_on,
    is_pragma,
    last_line,
    lines_between,
    speaks_of_line_only,
)
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Mapping, Sequence

    from lint_exitstack.model.lexing import Comment
    from lint_exitstack.model.position import Key
    from lint_exitstack.model.rewrite import Layout, Need, Statement
    from lint_exitstack.rules.context import Context, Place


@dataclass(frozen=True, slots=True)
class Moves:
    """What becomes of the statements around a `try`.

    `gone` dissolve: the last of them that has a comment behind it gives it to the header. `inside`
    go from in front of the `try` into the `with`; others between `gone` ones and the `try` stay in
    front. Of the body of the `try` the first `lead` statements go before the `with`, those that
    dissolve excepted. `kept` are expressions of dissolved statements that are used again.
    """

    gone: tuple[ast.stmt, ...] = ()
    inside: tuple[ast.stmt, ...] = ()
    lead: int = 0
    kept: tuple[ast.expr, ...] = ()


class Wrapping:
    """How the body of the `try` at `place` goes into a `with` and its `finally` goes away."""

    def __init__(self, context: Context, place: Place, node: ast.Try, moves: Moves) -> None:
        self.context = context
        self.source = context.source
        self.place = place
        self.node = node
        self.moves = moves
        here = [s for s in place.block[: place.index] if s in moves.gone or s in moves.inside]
        start = place.block.index(here[0]) if here else place.index
        self.preparing = place.block[start : place.index]
        self.first: ast.stmt = self.preparing[0] if self.preparing else node
        self.before = [
            s for s in self.preparing if s not in moves.gone and s not in moves.inside
        ] + [s for s in node.body[: moves.lead] if s not in moves.gone]
        self.handled = bool(node.handlers)
        self.instead: Mapping[ast.stmt, Sequence[Line]] = {}

    def rewrite(
        self,
        items: Sequence[Item],
        needs: Sequence[Need],
        *,
        is_async: bool = False,
        lines: Sequence[Line] = (),
        fresh: tuple[str, ...] = (),
        layout: Layout | None = None,
        instead: Mapping[ast.stmt, Sequence[Line]] | None = None,
    ) -> Rewrite:
        """Return the rewrite to `with` these items, `lines` first in its body.

        `instead` are the lines that take the place of statements in a `try` with handlers.
        """
        self.instead = instead or {}
        header = NewWith(
            items=tuple(items),
            body=(*lines, *self._inside(first=not lines), *self._body()) or (Line("pass"),),
            is_async=is_async,
            trivia=self._trivia(),
            footers=() if self.handled else (Block(self.context.key(self.node)),),
        )
        if layout is not None:
            header = _laid_out(header, layout)
        into = (*self._before(), header)
        return Rewrite(
            self.context.key(self.first),
            self.context.key(self.node),
            last_line(self.source, self.node),
            into,
            self._claims(),
            tuple(needs),
            fresh,
        )

    def _claims(self) -> frozenset[Key]:
        rests = self.node.body[self.moves.lead : self.moves.lead + 1]
        dressed = rests if self.moves.inside or self.moves.lead else []
        return frozenset(
            self.context.key(s)
            for s in (self.node, *self.moves.gone, *self.moves.inside, *self.before, *dressed)
        )

    def _before(self) -> Iterator[Statement]:
        for index, statement in enumerate(self.before):
            trivia = None if index else Trivia(self._comments_above(statement))
            unmoved = statement is self.first
            yield Kept(self.context.key(statement), None if unmoved else trivia)

    def _inside(self, *, first: bool) -> Iterator[Statement]:
        for index, statement in enumerate(self.moves.inside):
            leads = first and index == 0
            trivia = Trivia(self._comments_above(statement)) if leads else None
            yield Kept(self.context.key(statement), trivia)

    def _body(self) -> Iterator[Statement]:
        key = self.context.key(self.node)
        if self.handled:
            over = () if self._heir() is self.node else self._over_the_try()
            above = None if self.moves.inside else Trivia(over)
            body = tuple(self._reshaped()) if self.instead else None
            footers = (Block(key),) if self.instead else ()
            yield Reshaped(key, body, without_finally=True, trivia=above, footers=footers)
            return
        rest = self.node.body[self.moves.lead :]
        if not rest:
            return
        over = self._over_the_body() if self.moves.inside else ()
        strips = bool(self.moves.lead) and not self.moves.inside and self._has_blank_above(rest[0])
        over = self._comments_above(rest[0]) if strips else over
        if over or strips:
            yield Kept(self.context.key(rest[0]), Trivia(over))
        start = self.moves.lead + (1 if over or strips else 0)
        if start < len(self.node.body):
            yield Suite(Block(key), start)

    def _has_blank_above(self, statement: ast.stmt) -> bool:
        return not self.source.lines[statement.lineno - 2].strip()

    def _reshaped(self) -> Iterator[Statement]:
        """Yield the body of the `try` with other lines in the place of some statements."""
        block = Block(self.context.key(self.node))
        start = 0
        for index, statement in enumerate(self.node.body):
            if statement not in self.instead:
                continue
            if index > start:
                yield Suite(block, start, index)
            yield from self._dressed(index, self.instead[statement])
            start = index + 1
        if start < len(self.node.body):
            yield Suite(block, start)

    def _dressed(self, index: int, lines: Sequence[Line]) -> Iterator[Line]:
        """Yield `lines` with the comments of the statement whose place they take."""
        if not lines:
            return
        statement = self.node.body[index]
        above = self._comments_above(statement)
        if index:
            above = lines_between(self._end(self.node.body[index - 1]), statement.lineno)
        own = [comment.line for comment in self._own(statement)]
        beside = own.pop() if own and own[-1] == self._end(statement) else None
        yield Line(lines[0].text, lines[0].pieces, Trivia((*above, *own), beside))
        yield from lines[1:]

    def _over_the_body(self) -> tuple[int, ...]:
        """Return the lines from the last statement inside to the first one of the body."""
        first = self.node.body[self.moves.lead]
        if first.lineno == self.node.lineno:
            return ()
        upper = self._end(self.moves.inside[-1])
        rows = lines_between(upper, first.lineno)
        comments = self.source.comment_at
        return tuple(n for n in rows if n in comments or not self.source.lines[n - 1].strip())

    def _trivia(self) -> Trivia:
        beside = self._beside()
        above = self._leading()
        rest = [line for line in self._dissolved() if line != beside and line not in above]
        return Trivia((*above, *rest), beside)

    def _heir(self) -> ast.stmt | None:
        """Return the statement whose leading lines the `with` takes over as they are."""
        if not self.before:
            return None
        siblings = self._siblings(self.before[-1])
        following = siblings.index(self.before[-1]) + 1
        return siblings[following] if following < len(siblings) else None

    def _siblings(self, statement: ast.stmt) -> list[ast.stmt]:
        return self.node.body if statement in self.node.body else self.place.block

    def _leading(self) -> tuple[int, ...]:
        """Return the blank lines and comments between what stands in front and the `with`."""
        heir = self._heir()
        return () if heir is None else lines_between(self._end(self.before[-1]), heir.lineno)

    def _dissolved(self) -> list[int]:
        """Return the lines of all comments that lose their place, in order."""
        found: list[int] = []
        heir = self._heir()
        for statement in self.moves.gone:
            if statement is not self.first and statement is not heir:
                found += self._comments_above(statement)
            found += [comment.line for comment in self._own(statement)]
        if not self.handled and not (self.moves.inside and self._over_the_body()):
            found += self._over_the_try() if heir is not self.node else ()
            found += [comment.line for comment in self._behind_try()]
        found += [comment.line for comment in self.closing_comments()]
        return sorted(set(found))

    def _beside(self) -> int | None:
        for statement in reversed(self.moves.gone):
            for comment in self._own(statement):
                if comment.line == self._end(statement):
                    return comment.line
        if self.handled or self.moves.inside:
            return None
        return next((comment.line for comment in self._behind_try()), None)

    def _own(self, statement: ast.stmt) -> list[Comment]:
        """Return the comments on the lines of a dissolved statement that don't move with a part."""
        rows = tuple(range(statement.lineno, self._end(statement) + 1))
        return [c for c in comments_on(self.source, rows) if not self._is_kept(c)]

    def _is_kept(self, comment: Comment) -> bool:
        """Whether a comment stands in an expression that is used again."""
        place = Position(comment.line, comment.column)
        spans = [self.source.span(expression) for expression in self.moves.kept]
        return any(span.start <= place < span.end for span in spans)

    def _over_the_try(self) -> tuple[int, ...]:
        return self._comments_above(self.node) if self.first is not self.node else ()

    def _behind_try(self) -> list[Comment]:
        first = self.node.body[0].lineno
        rows = tuple(range(self.node.lineno, first))
        return [comment for comment in comments_on(self.source, rows) if not comment.own_line]

    def _comments_above(self, statement: ast.stmt) -> tuple[int, ...]:
        siblings = self._siblings(statement)
        index = siblings.index(statement)
        if index:
            upper = self._end(siblings[index - 1])
        elif siblings is self.node.body:
            upper = self.node.lineno - 1
        else:
            return ()
        rows = lines_between(upper, statement.lineno)
        return tuple(c.line for c in comments_on(self.source, rows) if c.own_line)

    def closing_comments(self) -> list[Comment]:
        """Return the comments of the `finally`: on its lines, over it, and under its block."""
        last = self._last_statement()
        column = self.source.start(last).column
        end = self._end(last)
        limit = self.node.finalbody[0].lineno
        found = list(
            comments_on(self.source, tuple(range(end + 1, last_line(self.source, self.node) + 1)))
        )
        # What is indented like the block before the clause ends that block and stays there.
        while found and found[0].own_line and found[0].column >= column:
            if found[0].line > limit or found[0].line > self._finally_line():
                break
            found.pop(0)
        return [comment for comment in found if not self._is_kept(comment)]

    def _finally_line(self) -> int:
        line = self.node.finalbody[0].lineno
        while line > self.node.lineno:
            if self.source.lines[line - 1].lstrip(" \t\f").startswith("finally"):
                return line
            line -= 1
        return line

    def _last_statement(self) -> ast.stmt:
        if self.node.orelse:
            return self.node.orelse[-1]
        return self.node.handlers[-1].body[-1] if self.node.handlers else self.node.body[-1]

    @staticmethod
    def _end(statement: ast.stmt) -> int:
        return statement.end_lineno or statement.lineno

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what the layout and the pragmas say."""
        return (*self._layout(), *self._pragmas())

    def _layout(self) -> tuple[Hazard, ...]:
        found = layout_hazards(self.source, [self.first, self.node])
        if found:
            return found
        for statement in (*self.preparing, *self.node.body[: self.moves.lead]):
            alone = layout_hazards(self.source, [statement])
            if alone:
                return alone
        return ()

    def _pragmas(self) -> Iterator[Hazard]:
        beside = self._beside()
        for line in self._dissolved():
            comment = self.source.comment_at[line]
            stays = line == beside and self._speaks_of_header(comment)
            if is_pragma(comment.text) and not stays:
                start = Position(line, comment.column)
                span = Span(start, Position(line, comment.column + len(comment.text)))
                message = f"`{comment.text}` speaks about a line that changes"
                yield Hazard("pragma-moved", message, span)

    def _speaks_of_header(self, comment: Comment) -> bool:
        """Whether a pragma is still on the line of the acquisition that it speaks about."""
        return speaks_of_line_only(comment.text) and any(
            statement.lineno == self._end(statement) == comment.line
            for statement in self.moves.gone
        )


def _laid_out(node: NewWith, layout: Layout) -> NewWith:
    return NewWith(node.items, node.body, node.is_async, layout, node.trivia, node.footers)
