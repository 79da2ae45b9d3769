"""A guarded cleanup among others: asked before the body, or registered where it is acquired."""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Reshaped, Trivia
from lint_exitstack.rules.try_finally.reading.cleanup import Test, release_of
from lint_exitstack.rules.try_finally.reading.within import within
from lint_exitstack.rules.wording import quoted
from lint_exitstack.semantics.comments import comments_on
from lint_exitstack.semantics.evaluation import changed_in, names_in
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.planning.registration import Registration
    from lint_exitstack.rules.try_finally.reading.cleanup_calls import Cleanup


class Guarded:
    """How `each`, a cleanup under an `if`, gets onto the stack around `node`."""

    def __init__(self, each: Cleanup, node: ast.Try, place: Place, context: Context) -> None:
        self.node = node
        self.place = place
        self.context = context
        self.source = context.source
        self.statement = each.statement
        release = release_of(each.statement)
        self.guard = None if release is None else release.guard
        self.within = None if release is None else within(node, release, place, context)

    def asked_first(self, registration: Registration, trivia: Trivia) -> Reshaped:
        """Return the `if` with the registration in it."""
        above = tuple(line for line in trivia.above if line < self.statement.lineno)
        inside = tuple(line for line in trivia.above if line > self.statement.lineno)
        line = registration.line(Trivia(inside, trivia.beside))
        return Reshaped(self.context.key(self.statement), (line,), trivia=Trivia(above))

    def hazards(self, registration: Registration) -> Iterator[Hazard]:
        """Yield what speaks against it."""
        if self.within is not None:
            yield from self.within.hazards()
            return
        yield from registration.hazards
        if self.guard is None:
            return
        span = self.source.span(self.guard.subject)
        text = quoted(self.source, self.guard.node.test)
        for name in names_in(self.guard.subject):
            event = changed_in(
                name.id, [self.node], self.context.scope(self.place), self.context.bindings
            )
            if event is not None:
                message = (
                    f"`if {text}:` asks about `{name.id}` at the end, bound on line {event.line}"
                )
                yield Hazard("no-rewrite", message, span, forbids=True)
        if self.guard.test is Test.TRUE or isinstance(self.guard.subject, ast.Attribute):
            message = f"`if {text}:` is asked before the body"
            yield Hazard("early-evaluation", message, span)
        yield from self._layout()

    def _layout(self) -> Iterator[Hazard]:
        if self.guard is None:
            return
        inner = self.guard.node.body[0]
        yield from layout_hazards(self.source, [inner])
        header = tuple(range(self.statement.lineno, inner.lineno))
        if any(not comment.own_line for comment in comments_on(self.source, header)):
            message = "a comment behind the `if` would lose its place"
            span = self.source.span(self.statement)
            yield Hazard("statement-layout", message, span, forbids=True)


def out_of_order(cleanups: Sequence[Guarded | None]) -> Iterator[Hazard]:
    """Yield what forbids to register some of these where they are acquired: the order.

    A stack releases last what was acquired first, and what was there before the body after all.
    """
    for one, other in itertools.pairwise(cleanups):
        if other is None or other.within is None:
            continue
        later = None if one is None or one.within is None else one.within.sites[0].statement
        if later is None or later.lineno < other.within.sites[-1].statement.lineno:
            text = quoted(other.source, other.statement)
            message = f"a stack would do `{text}` first: it's the last to be acquired"
            span = other.source.span(other.statement)
            yield Hazard("no-rewrite", message, span, forbids=True)
            return
