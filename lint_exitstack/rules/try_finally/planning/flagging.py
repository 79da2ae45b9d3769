"""Plans the stack that makes a success flag unnecessary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Block, Kept, Line, Reshaped, Suite, Trivia
from lint_exitstack.rules.try_finally.planning.around import (
    before_finally,
    clause_comments,
    finally_line,
    opening,
    trivia_of,
)
from lint_exitstack.rules.try_finally.planning.committing import Committing
from lint_exitstack.semantics.comments import comments_on, last_line, lines_between
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from lint_exitstack.model.rewrite import Rewrite, Statement
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.reading.flags import Flag


class Flagging:
    """How the cleanups that `flag` decides about are registered and taken off a stack."""

    def __init__(self, flag: Flag, place: Place, context: Context) -> None:
        self.flag = flag
        self.node = flag.node
        self.place = place
        self.context = context
        self.source = context.source
        self.stack = Committing(flag.node, flag.cleanups, place, context)
        self.forbidden = tuple(self._forbidden())
        first = place.block.index(flag.before)
        self.between = place.block[first + 1 : place.index]

    def rewrite(self) -> Rewrite | None:
        """Return the statements from the flag's first assignment on."""
        success = self.flag.success
        if self.forbidden or success is None:
            return None
        key = self.context.key(self.node)
        lines = self.stack.lines(self._trivia())
        handled = bool(self.node.handlers)
        body = self._body(success)
        inner: list[Statement] = [*body]
        if handled:
            inner = [Reshaped(key, tuple(body), without_finally=True, footers=(Block(key),))]
        footers = () if handled else (Block(key),)
        beside = None if handled else opening(self.source, self.node)
        above: tuple[int, ...] = ()
        if self.flag.is_asked_once and self.between:
            above = lines_between(self.between[-1].end_lineno or 0, self.node.lineno)
        new = self.stack.around.statement([*lines, *inner], Trivia(above, beside), footers)
        claims = frozenset([key])
        if not self.flag.is_asked_once:
            return self.stack.around.rewrite([new], claims)
        kept = [Kept(self.context.key(statement)) for statement in self.between]
        if kept:
            kept[0] = Kept(kept[0].key, Trivia(self._over(self.between[0], self.flag.before)))
        return self.stack.around.rewrite([*kept, new], claims, first=self.flag.before)

    def _body(self, success: ast.Assign) -> list[Statement]:
        """Return the body with `pop_all()` for the assignment, or in front of it."""
        block = Block(self.context.key(self.node))
        at = self.node.body.index(success)
        end = success.end_lineno or success.lineno
        upper = self.node.body[at - 1].end_lineno or 0 if at else self.node.lineno
        above = lines_between(upper, success.lineno)
        beside = end if end in self.source.comment_at else None
        parts: list[Statement] = [Suite(block, 0, at)] if at else []
        if self.flag.is_asked_once:
            parts.append(Line(self.stack.popping, trivia=Trivia(above, beside)))
        else:
            parts.append(Line(self.stack.popping, trivia=Trivia(above)))
            parts.append(Kept(self.context.key(success), Trivia()))
        if at + 1 < len(self.node.body):
            parts.append(Suite(block, at + 1))
        return parts

    def _trivia(self) -> list[Trivia]:
        """Return the comments of each cleanup; the first line gets those of the clauses."""
        node, source, test = self.node, self.source, self.flag.test
        start = finally_line(source, node)
        kept = [source.span(call) for call in self.stack.kept_spans()]
        found = trivia_of(source, test.body, start, last_line(source, node), kept)
        leading = clause_comments(source, node, start, before_finally(node))
        if self.flag.is_asked_once:
            leading = [*self._of_flag(), *leading]
        top = found[-1]
        found[-1] = Trivia((*leading, *top.above), top.beside)
        return found

    def _of_flag(self) -> list[int]:
        """Return the lines of the comments that a dissolved assignment leaves behind."""
        flag = self.flag.before
        found = [] if self.between else list(self._over_try())
        end = flag.end_lineno or flag.lineno
        return [end, *found] if end in self.source.comment_at else found

    def _over_try(self) -> tuple[int, ...]:
        return self._over(self.node, self.between[-1] if self.between else self.flag.before)

    def _over(self, statement: ast.stmt, previous: ast.stmt) -> tuple[int, ...]:
        """Return the lines of the comments between two statements."""
        rows = lines_between(previous.end_lineno or previous.lineno, statement.lineno)
        return tuple(comment.line for comment in comments_on(self.source, rows))

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what speaks against the rewrite."""
        if self.forbidden:
            return self.forbidden
        lost = opening(self.source, self.node)
        success = self.flag.success
        at = 0 if success is None else self.node.body.index(success)
        early = self.stack.early_exit(self.node.body[:at])
        clean = early is not None or bool(self.node.handlers)
        return tuple(
            self.stack.hazards(self._trivia(), [] if lost is None else [lost], clean=clean)
        )

    def _forbidden(self) -> Iterator[Hazard]:
        flag = self.flag
        if flag.success is None:
            message = f"`{flag.name}` is set in another block, or more than once"
            span = self.source.span(flag.test.test)
            yield Hazard("no-rewrite", message, span, forbids=True)
        yield from layout_hazards(self.source, [flag.before])
        for found in (self.stack.steps_hazard(), self.stack.joined_lines()):
            if found is not None:
                yield found
