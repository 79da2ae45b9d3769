"""Plans the stack for cleanups that stand in a row, protected by nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.model.rewrite import Rewrite, Trivia
from lint_exitstack.rules.try_finally.planning.around import Around, pragma_hazards, trivia_of
from lint_exitstack.rules.try_finally.planning.registration import Registrar
from lint_exitstack.rules.try_finally.planning.rows import rest_runs, torn_step
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.finding import Hazard
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.reading.cleanup_calls import Cleanup


class Sequencing:
    """How the cleanups of `run`, the first of which stands at `place`, are put on a stack."""

    def __init__(self, run: Sequence[Cleanup], place: Place, context: Context) -> None:
        self.run = run
        self.context = context
        self.source = context.source
        self.statements = [each.call.statement for each in run]
        awaited = any(each.call.awaited for each in run)
        self.around = Around(context, place, is_async=awaited)
        registrar = Registrar(context, place, self.statements, self.around.name)
        self.registered = [registrar.callback(each.call) for each in run]

    def rewrite(self) -> Rewrite:
        """Return the stack, the last cleanup registered first."""
        pairs = zip(self.registered, self._trivia(), strict=True)
        lines = [registration.line(each) for registration, each in pairs]
        need = self.around.way.need
        first, last = self.statements[0], self.statements[-1]
        return Rewrite(
            self.context.key(first),
            self.context.key(last),
            last.end_lineno or last.lineno,
            (self.around.statement(lines[::-1]),),
            frozenset(self.context.key(statement) for statement in self.statements),
            () if need is None else (need,),
            (self.around.name,),
        )

    def _trivia(self) -> list[Trivia]:
        first, last = self.statements[0], self.statements[-1]
        kept = [
            self.source.span(each.call.call)
            for each, registration in zip(self.run, self.registered, strict=True)
            if registration.is_late
        ]
        end = last.end_lineno or last.lineno
        return trivia_of(self.source, self.statements, first.lineno, end, kept)

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what speaks against the rewrite, first of all that it does more."""
        first = self.run[0].call.call
        torn = torn_step(self.run, self.source)
        return (
            *self.around.hazards(),
            *self._layout(),
            *(() if torn is None else (torn,)),
            rest_runs(first, self.source, wanted=True),
            *self.around.exit_hazards([each.call.call for each in self.run]),
            *(hazard for each in self.registered for hazard in each.hazards),
            *pragma_hazards(self.source, self._trivia(), []),
        )

    def _layout(self) -> Iterator[Hazard]:
        for statement in self.statements:
            found = layout_hazards(self.source, [statement])
            if found:
                yield found[0]
                return
