"""Plans a stack whose cleanups run only on failure: `pop_all()` where ownership passes on."""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Block, Kept, Line, Piece, Suite, Trivia
from lint_exitstack.rules.try_finally.planning.around import Around, pragma_hazards
from lint_exitstack.rules.try_finally.planning.leaving import falls_through, is_settled
from lint_exitstack.rules.try_finally.planning.registration import Registrar
from lint_exitstack.rules.try_finally.planning.rows import rest_runs, torn_step
from lint_exitstack.rules.try_finally.reading.absent import may_be_none
from lint_exitstack.semantics.comments import comments_on
from lint_exitstack.semantics.flow import has, jumps_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.rewrite import Statement
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.reading.cleanup_calls import Cleanup


@dataclass(frozen=True, slots=True)
class Success:
    """The end of a body that succeeds: its statements with `pop_all()` in them.

    `fresh` are the names that it needs besides the stack's.
    """

    body: tuple[Statement, ...]
    fresh: tuple[str, ...] = ()


class Committing:
    """The cleanups of a failure on a stack around `node`."""

    def __init__(
        self,
        node: ast.Try,
        cleanups: Sequence[Cleanup],
        place: Place,
        context: Context,
    ) -> None:
        self.node = node
        self.place = place
        self.cleanups = cleanups
        self.context = context
        self.source = context.source
        awaited = any(each.call.awaited for each in cleanups)
        self.around = Around(context, place, is_async=awaited)
        registrar = Registrar(context, place, [node], self.around.name)
        self.registered = [registrar.callback(each.call) for each in cleanups]

    @property
    def popping(self) -> str:
        """The statement that keeps the cleanups from running."""
        return f"{self.around.name}.pop_all()"

    def kept_spans(self) -> list[ast.Call]:
        """Return the calls that stand in their lines as they are, comments in them included."""
        pairs = zip(self.cleanups, self.registered, strict=True)
        return [each.call.call for each, registration in pairs if registration.is_late]

    def lines(self, trivia: Sequence[Trivia]) -> list[Statement]:
        """Return the lines that register the cleanups, each with its comments, the last first."""
        pairs = zip(self.registered, trivia, strict=True)
        found: list[Statement] = [registration.line(each) for registration, each in pairs]
        return found[::-1]

    @property
    def ends_with_popping(self) -> bool:
        """Whether `pop_all()` comes last in the new body."""
        return falls_through(self.node.body)

    def success(self, above: tuple[int, ...] = ()) -> Success:
        """Return the body with `pop_all()` at its end, before what it returns.

        If it comes last, the comments on the lines `above` stand over it.
        """
        key = self.context.key(self.node)
        pop = Line(self.popping, trivia=Trivia(above))
        last = self.node.body[-1]
        if not isinstance(last, ast.Return):
            body: tuple[Statement, ...] = (Suite(Block(key)),)
            return Success((*body, pop) if self.ends_with_popping else body)
        count = len(self.node.body) - 1
        before: tuple[Statement, ...] = (Suite(Block(key), 0, count),) if count else ()
        led = self._trivia(last)
        if last.value is None or is_settled(last.value):
            if last.lineno == self.node.lineno:
                return Success((pop, Suite(Block(key))))
            pop = Line(self.popping, trivia=Trivia(led.above))
            return Success((*before, pop, Kept(self.context.key(last), Trivia())))
        name = self.context.names.fresh("result", self.around.scope)
        line = Line(f"{name} = $0", (Piece(self.source.span(last.value)),), led)
        return Success((*before, line, pop, Line(f"return {name}")), (name,))

    def _trivia(self, statement: ast.Return) -> Trivia:
        """Return the lines above the last statement of the body, and that of its comment."""
        body = self.node.body
        previous = body[-2] if len(body) > 1 else None
        upper = self.node.lineno if previous is None else previous.end_lineno or previous.lineno
        end = statement.end_lineno or statement.lineno
        beside = end if end in self.source.comment_at else None
        return Trivia(tuple(range(upper + 1, statement.lineno)), beside)

    def early_exit(self, before: Sequence[ast.stmt]) -> ast.stmt | None:
        """Return the statement of `before` through which the body can be left without failing."""
        for statement in before:
            if has([statement], ast.Return) or jumps_out([statement]):
                return statement
        return None

    def hazards(
        self, trivia: Sequence[Trivia], lost: Sequence[int], *, clean: bool
    ) -> Iterator[Hazard]:
        """Yield what speaks against it; `clean` tells that exits may follow a clean body."""
        yield from self.around.hazards()
        exits = [each.call.call for each in self.cleanups]
        if len(exits) > 1:
            yield rest_runs(exits[0], self.source)
        # While an exception leaves the body contextlib's chain is that of nested statements.
        if clean:
            yield from self.around.exit_hazards(exits)
        for each in self.registered:
            yield from each.hazards
        yield from self._absent()
        yield from pragma_hazards(self.source, trivia, lost)

    def _absent(self) -> Iterator[Hazard]:
        """Yield a hazard where only an error would have shown that there is nothing to clean up."""
        before = self.place.block[: self.place.index]
        for each, registration in zip(self.cleanups, self.registered, strict=True):
            func = each.call.call.func
            if registration.is_late or not isinstance(func, ast.Attribute):
                continue
            root = func.value
            if isinstance(root, ast.Name) and may_be_none(
                root.id, before, self.around.scope, self.context.bindings
            ):
                message = f"`{root.id}` may be None, which has no `{func.attr}`"
                yield Hazard("early-evaluation", message, self.source.span(root))

    def joined_lines(self) -> Hazard | None:
        """Return what forbids to put a line between statements that share one."""
        for before, after in itertools.pairwise(self.node.body):
            if before.end_lineno == after.lineno:
                message = "a semicolon joins statements of the body"
                span = self.source.span(after)
                return Hazard("statement-layout", message, span, forbids=True)
        return None

    def steps_hazard(self) -> Hazard | None:
        """Return what forbids to tear apart the steps of one cleanup, if there are any."""
        return torn_step(self.cleanups, self.source)


def commented(context: Context, first: int, last: int) -> list[int]:
    """Return the lines from `first` to `last` that have a comment."""
    return [c.line for c in comments_on(context.source, tuple(range(first, last + 1)))]
