"""Plans the stack for a `finally` of several cleanups: each becomes an exit of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Span
from lint_exitstack.model.rewrite import Block, NewTry, Reshaped, Suite, Trivia
from lint_exitstack.rules.stack_hazards import stack_hazards
from lint_exitstack.rules.try_finally.around import (
    Around,
    clause_comments,
    finally_line,
    opening,
    pragma_hazards,
    trivia_of,
)
from lint_exitstack.rules.try_finally.cleanup_calls import Cleanup, groups
from lint_exitstack.rules.try_finally.registration import Registrar
from lint_exitstack.semantics.comments import last_line

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence

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
        self.cleanups = [part for part in parts if isinstance(part, Cleanup)]
        self.steps = groups(self.cleanups)
        # Steps on one object stay together in a `finally` of their own, if they come first.
        self.kept = self.steps[0] if len(self.steps[0]) > 1 else []
        self.single = self.cleanups[len(self.kept) :]
        self.forbidden = tuple(self._forbidden())
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
        lines: list[Statement] = [
            registration.line(each)
            for registration, each in zip(self.registered, trivia, strict=True)
        ]
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
        return self.around.rewrite([new], frozenset([key]))

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
        leading = clause_comments(source, node, start, self._before())
        last = found[-1]
        found[-1] = Trivia((*leading, *last.above), last.beside)
        return found

    def _before(self) -> ast.stmt:
        node = self.node
        if node.orelse:
            return node.orelse[-1]
        return node.handlers[-1].body[-1] if node.handlers else node.body[-1]

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what speaks against the rewrite, first of all that it does more."""
        if self.forbidden:
            return self.forbidden
        first = self.cleanups[0].call.call
        text = short(self.source.segment(first))
        more = Hazard(
            "runs-more",
            f"the cleanups after `{text}` also run when it raises: that's the point",
            self.source.span(first),
        )
        exits = [each.call.call for each in self.single]
        lost = opening(self.source, self.node)
        return (
            *self.around.hazards(),
            more,
            *stack_hazards(self.context, [self.node], exits, ()),
            *(hazard for each in self.registered for hazard in each.hazards),
            *pragma_hazards(self.source, self._trivia(), [] if lost is None else [lost]),
        )

    def _forbidden(self) -> Iterator[Hazard]:
        for part in self.parts:
            if not isinstance(part, Cleanup):
                yield self._no(part, "is more than a call and stands among the cleanups")
                return
            if part.is_remark:
                yield self._no(part.call.statement, "stands among the cleanups")
                return
        seen: set[str] = set()
        for index, group in enumerate(self.steps):
            name = group[0].receiver
            if name in seen or (index and len(group) > 1):
                yield self._no(
                    group[-1].call.statement, f"is a step in the cleanup of `{short(name)}`"
                )
                return
            seen.add(name)
        if self.kept and (self.node.handlers or self._share_lines()):
            yield self._no(self.kept[-1].call.statement, f"is a step in the cleanup of `{name}`")

    def _share_lines(self) -> bool:
        lines = [statement.lineno for statement in self.node.finalbody]
        return len(set(lines)) < len(lines)

    def _no(self, statement: ast.stmt, why: str) -> Hazard:
        text = short(self.source.segment(statement))
        span = self.source.span(statement)
        return Hazard("no-rewrite", f"`{text}` {why}", span, forbids=True)


def short(text: str) -> str:
    """Return a piece of code for a message: on one line, not too long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 40 else f"{flat[:37]}…"
