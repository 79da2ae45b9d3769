"""Plans the stack for a `finally` of several cleanups: each becomes an exit of its own."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Span
from lint_exitstack.model.rewrite import Block, NewTry, Reshaped, Suite, Trivia
from lint_exitstack.rules.try_finally.planning.around import (
    Around,
    before_finally,
    clause_comments,
    finally_line,
    opening,
    pragma_hazards,
    trivia_of,
)
from lint_exitstack.rules.try_finally.planning.guarded import Guarded, out_of_order
from lint_exitstack.rules.try_finally.planning.registration import Registrar
from lint_exitstack.rules.try_finally.planning.rows import rest_runs
from lint_exitstack.rules.try_finally.reading.cleanup_calls import Cleanup
from lint_exitstack.rules.wording import quoted, short
from lint_exitstack.semantics.comments import last_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.position import Key
    from lint_exitstack.model.rewrite import Rewrite, Statement
    from lint_exitstack.rules.context import Context, Place


class Unwinding:
    """How the `finally` of `node`, read as `parts`, is put on a stack around the rest."""

    def __init__(
        self, node: ast.Try, parts: Sequence[Cleanup | ast.stmt], place: Place, context: Context
    ) -> None:
        self.node = node
        self.context = context
        self.source = context.source
        self.place = place
        self.parts = parts
        count = _prefix(parts)
        # What comes first may stay a `finally` of its own: steps on one object, an assignment.
        self.kept = node.finalbody[:count]
        self.single = [part for part in parts[count:] if isinstance(part, Cleanup)]
        self.guarded = {
            each: Guarded(each, node, place, context) for each in self.single if each.around
        }
        self.forbidden = tuple(self._forbidden(count))
        awaited = any(each.call.awaited for each in self.single)
        self.around = Around(context, place, is_async=awaited)
        registrar = Registrar(context, place, [node], self.around.name)
        self.registered = [registrar.callback(each.call) for each in self.single]

    @property
    def help(self) -> str:
        return self.around.help

    def rewrite(self) -> Rewrite | None:
        """Return the stack, the last cleanup registered first, around what the `try` held."""
        if self.forbidden:
            return None
        key = self.context.key(self.node)
        trivia = self._trivia()[len(self.kept) :]
        lines: list[Statement] = []
        places: list[tuple[Key, tuple[Statement, ...]]] = []
        for each, registration, own in zip(self.single, self.registered, trivia, strict=True):
            guarded = self.guarded.get(each)
            if guarded is None:
                lines.append(registration.line(own))
            elif guarded.within is None:
                lines.append(guarded.asked_first(registration, own))
            else:
                places += guarded.within.places(self.around.name, own)
        lines.reverse()
        handled = bool(self.node.handlers)
        inner: Statement = Suite(Block(key))
        if handled:
            inner = Reshaped(key, without_finally=True)
        if self.kept:
            final = Suite(Block(key, "finalbody"), 0, len(self.kept))
            inner = NewTry((inner,), (final,))
        beside = None if handled else opening(self.source, self.node)
        footers = () if handled else (Block(key),)
        new = self.around.statement([*lines, inner], Trivia(beside=beside), footers)
        claims = frozenset([key, *(place for place, _ in places)])
        return replace(self.around.rewrite([new], claims), places=tuple(places))

    def _trivia(self) -> list[Trivia]:
        """Return the comments of each cleanup, and those of the clause with the last one."""
        node, source = self.node, self.source
        start = finally_line(source, node)
        spans = [
            Span(source.start(each.call.call), source.span(each.call.call).end)
            for each, registration in zip(self.single, self.registered, strict=True)
            if registration.is_late
        ]
        found = trivia_of(source, node.finalbody, start, last_line(source, node), spans)
        leading = clause_comments(source, node, start, before_finally(node))
        if self.kept and start in source.comment_at:
            leading.append(start)
        last = found[-1]
        found[-1] = Trivia((*leading, *last.above), last.beside)
        return found

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what speaks against the rewrite, first of all that it does more."""
        if self.forbidden:
            return self.forbidden
        exits = [each.call.call for each in self.single]
        pairs = zip(self.single, self.registered, strict=True)
        judged = [self.guarded[e].hazards(r) if e in self.guarded else r.hazards for e, r in pairs]
        lost = opening(self.source, self.node)
        return (
            *self.around.hazards(),
            *self._more(),
            *self.around.exit_hazards(exits),
            *(hazard for each in judged for hazard in each),
            *pragma_hazards(self.source, self._trivia(), [] if lost is None else [lost]),
        )

    def _more(self) -> Iterator[Hazard]:
        if len(self.parts) == 1:
            return
        cleanups = [part for part in self.parts if isinstance(part, Cleanup)]
        first = next(each for each in cleanups if each.is_known).call.call
        yield rest_runs(first, self.source, wanted=True)

    def _forbidden(self, count: int) -> Iterator[Hazard]:
        if not self.single or (self.kept and not self._may_stay(self.parts[:count])):
            yield self._obstacle(self.parts[count - 1])
        yield from out_of_order([self.guarded.get(each) for each in self.single])

    def _may_stay(self, parts: Sequence[Cleanup | ast.stmt]) -> bool:
        """Whether these are steps on one object, or what is no cleanup, on lines of their own."""
        if self.node.handlers or self._share_lines():
            return False
        prefix = [part for part in parts if isinstance(part, Cleanup) and not part.is_remark]
        return not prefix or (len(prefix) == len(parts) and not skipped_by_first(prefix))

    def _obstacle(self, part: Cleanup | ast.stmt) -> Hazard:
        """Say why this part can't become an exit of its own."""
        if isinstance(part, Cleanup):
            statement: ast.stmt = part.statement
            name = short(part.receiver)
            why = f"is a step in the cleanup of `{name}`"
            if part.is_remark:
                why = "is no cleanup"
            elif isinstance(part.around, (ast.For, ast.AsyncFor)):
                why = "is a loop, which is no exit of its own"
        else:
            statement, why = part, "is more than a call"
        text = quoted(self.source, statement)
        span = self.source.span(statement)
        return Hazard("no-rewrite", f"`{text}` {why}", span, forbids=True)

    def _share_lines(self) -> bool:
        lines = [statement.lineno for statement in self.node.finalbody]
        return len(set(lines)) < len(lines)


def skipped_by_first(cleanups: Sequence[Cleanup]) -> list[Cleanup]:
    """Return the cleanups of other objects that don't run if the first one raises."""
    known = [each for each in cleanups if each.is_known]
    return [each for each in known[1:] if each.receiver != known[0].receiver]


def _prefix(parts: Sequence[Cleanup | ast.stmt]) -> int:
    """Return how many parts at the start can't each be an exit of its own."""
    seen = [part.receiver for part in parts if isinstance(part, Cleanup)]
    for count in range(len(parts), 0, -1):
        part = parts[count - 1]
        if not isinstance(part, Cleanup) or part.is_remark or seen.count(part.receiver) > 1:
            return count
        if isinstance(part.around, (ast.For, ast.AsyncFor)):
            return count
    return 0
