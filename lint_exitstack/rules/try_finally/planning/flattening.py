"""Plans one flat stack for a ladder of `try`/`finally` statements."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.rewrite import Block, Kept, Piece, Reshaped, Suite, Trivia
from lint_exitstack.rules.try_finally.planning.around import (
    Around,
    before_finally,
    clause_comments,
    finally_line,
    opening,
    pragma_hazards,
    trivia_of,
)
from lint_exitstack.rules.try_finally.planning.registration import Registrar
from lint_exitstack.rules.try_finally.planning.rows import rest_runs
from lint_exitstack.rules.try_finally.reading.cleanup import release_of
from lint_exitstack.rules.try_finally.reading.managing import Form, form_for, made_by
from lint_exitstack.semantics.comments import comments_on, last_line, lines_between
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.finding import Hazard
    from lint_exitstack.model.rewrite import Rewrite, Statement
    from lint_exitstack.rules.context import Context
    from lint_exitstack.rules.try_finally.planning.registration import Registration
    from lint_exitstack.rules.try_finally.reading.ladders import Rung


class Flattening:
    """How the cleanups of `rungs` are registered, each right after its acquisition."""

    def __init__(self, rungs: Sequence[Rung], context: Context) -> None:
        self.rungs = rungs
        self.context = context
        self.source = context.source
        self.top = rungs[0]
        awaited = any(each.call.awaited for rung in rungs for each in rung.cleanups)
        self.around = Around(context, self.top.place, is_async=awaited)
        self.registered = [self._registered(rung) for rung in rungs]
        self.first = self._moved()

    def _registered(self, rung: Rung) -> list[Registration]:
        registrar = Registrar(self.context, rung.place, [rung.node], self.around.name)
        return [registrar.callback(each.call) for each in rung.cleanups]

    def _moved(self) -> ast.stmt | None:
        """Return the first acquisition, if it stands right before the ladder."""
        before = self.top.place.previous
        if not isinstance(before, ast.Assign) or layout_hazards(self.source, [before]):
            return None
        targets = {self.source.segment(target) for target in before.targets}
        return before if any(each.receiver in targets for each in self.top.cleanups) else None

    @property
    def help(self) -> str:
        return self.around.help

    def rewrite(self) -> Rewrite:
        """Return the one stack that does what the ladder did."""
        body: list[Statement] = []
        for index in range(len(self.rungs)):
            body += self._step(index)
        keys = [self.context.key(rung.node) for rung in self.rungs]
        lowest = self.rungs[-1].node
        if lowest.handlers:
            body.append(Reshaped(keys[-1], without_finally=True))
        else:
            body.append(Suite(Block(keys[-1])))
        footers = tuple(Block(key) for key in reversed(keys if not lowest.handlers else keys[:-1]))
        beside = opening(self.source, self.top.node)
        new = self.around.statement(body, Trivia(beside=beside), footers)
        return self.around.rewrite([new], frozenset(keys), first=self.first)

    def _step(self, index: int) -> list[Statement]:
        """Return what stands before rung `index`, and what registers its cleanups."""
        rung = self.rungs[index]
        entered = self._entered(index)
        lines: list[Statement] = [] if entered is None else [entered]
        if entered is None:
            pairs = zip(self.registered[index], self._trivia(index), strict=True)
            lines = [*reversed([one.line(each) for one, each in pairs])]
        if index == 0:
            moved = [] if self.first is None or entered is not None else [self.first]
            return [*(Kept(self.context.key(node), Trivia()) for node in moved), *lines]
        count = len(rung.place.block) - (1 if entered is None else 2)
        block = Block(self.context.key(self.rungs[index - 1].node))
        return [*([Suite(block, 0, count)] if count else []), *lines]

    def _entered(self, index: int) -> Statement | None:
        """Return the line that enters the resource itself, where its exit does what was done."""
        rung = self.rungs[index]
        before = rung.place.previous if index or self.first is not None else None
        if not isinstance(before, ast.Assign) or len(rung.cleanups) != 1:
            return None
        registration = self.registered[index][0]
        release = release_of(rung.node.finalbody[0])
        target = before.targets[0]
        if release is None or registration.is_late or not isinstance(target, ast.Name):
            return None
        row = made_by(before.value, rung.place, self.context)
        named = len(before.targets) == 1 and target.id == release.name
        if row is None or not row.binds_self or row.is_async or not named:
            return None
        if form_for(release, before.value, rung.place, self.context) is not Form.NATIVE:
            return None
        registrar = Registrar(self.context, rung.place, [rung.node], self.around.name)
        value, name = (Piece(self.source.span(part)) for part in (before.value, target))
        return registrar.entered(value, name).line(self._joined(index, before))

    def _joined(self, index: int, acquired: ast.Assign) -> Trivia:
        """Return the comments of an acquisition together with those of its cleanup."""
        (cleanup,) = self._trivia(index)
        block = self.rungs[index].place.block
        at = block.index(acquired)
        upper = (block[at - 1].end_lineno or 0) if at else self._header(index)
        end = acquired.end_lineno or acquired.lineno
        above = lines_between(upper, acquired.lineno) if index else ()
        beside = end if end in self.source.comment_at else None
        rest = [*cleanup.above, *([] if cleanup.beside is None else [cleanup.beside])]
        if beside is None and cleanup.beside is not None:
            beside = rest.pop()
        return Trivia((*above, *rest), beside)

    def _header(self, index: int) -> int:
        """Return the line on which the `try` around rung `index` stands."""
        return self.rungs[index - 1].node.lineno

    def _trivia(self, index: int) -> list[Trivia]:
        """Return the comments of each cleanup of a rung, the others' with the first line."""
        rung, source = self.rungs[index], self.source
        node = rung.node
        start = finally_line(source, node)
        kept = [
            source.span(each.call.call)
            for each, registration in zip(rung.cleanups, self.registered[index], strict=True)
            if registration.is_late
        ]
        found = trivia_of(source, node.finalbody, start, last_line(source, node), kept)
        leading = [
            *self._over_try(index),
            *clause_comments(source, node, start, before_finally(node)),
        ]
        last = found[-1]
        found[-1] = Trivia((*leading, *last.above), last.beside)
        return found

    def _over_try(self, index: int) -> list[int]:
        """Return the lines of comments over the word `try` of a rung, and behind it."""
        rung = self.rungs[index]
        node = rung.node
        if node.handlers or (index == 0 and self.first is None):
            return []
        before = rung.place.previous
        upper = self._header(index) if before is None else before.end_lineno or 0
        found = [c.line for c in comments_on(self.source, lines_between(upper, node.lineno))]
        behind = opening(self.source, node) if index else None
        return found if behind is None else [*found, behind]

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what speaks against the rewrite."""
        calls = [each.call.call for rung in self.rungs for each in rung.cleanups]
        trivia = [each for index in range(len(self.rungs)) for each in self._trivia(index)]
        lost = opening(self.source, self.top.node)
        return (
            *self.around.hazards(self.first),
            *self._joined_lines(),
            *self._more(),
            *self.around.exit_hazards(calls, chained=True),
            *(hazard for each in self.registered for one in each for hazard in one.hazards),
            *pragma_hazards(self.source, trivia, [] if lost is None else [lost]),
        )

    def _joined_lines(self) -> Iterator[Hazard]:
        for rung in self.rungs[1:]:
            for statement in rung.place.block:
                found = layout_hazards(self.source, [statement])
                if found:
                    yield found[0]
                    return

    def _more(self) -> Iterator[Hazard]:
        for rung in self.rungs:
            if len(rung.cleanups) > 1:
                call = rung.cleanups[0].call.call
                yield rest_runs(call, self.source)
