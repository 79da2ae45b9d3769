"""Plans the `with` for what is there before a `try`, or None, and is closed if it's there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Item, Piece, Template
from lint_exitstack.rules.try_finally.planning.wrapping import Moves, Wrapping
from lint_exitstack.rules.try_finally.reading.acquisition import is_surely_bound
from lint_exitstack.rules.try_finally.reading.cleanup import Test
from lint_exitstack.rules.try_finally.reading.managing import Form, form_for
from lint_exitstack.semantics.evaluation import Spot, changed_in, is_bound_before

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from lint_exitstack.model.rewrite import Rewrite
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.reading.cleanup import Guard, Release


class Lent:
    """How the guard of `release` chooses between `closing` and nothing, before the body.

    It asks the same as after the body where nothing gives the name another value.
    """

    def __init__(
        self, node: ast.Try, release: Release, guard: Guard, place: Place, context: Context
    ) -> None:
        self.node = node
        self.release = release
        self.guard = guard
        self.place = place
        self.context = context
        self.source = context.source
        self.scope = context.scope(place)
        self.name = release.name or ""
        self.closing = context.imports.way("closing", self.scope, node)
        self.null = context.imports.way("nullcontext", self.scope, node)
        self.change = changed_in(self.name, [node], self.scope, context.bindings)

    @property
    def is_known(self) -> bool:
        """Whether `closing` does what the `finally` does, for an object of this function."""
        shared = self.context.qualified(self.release.receiver, self.place) is not None
        form = form_for(self.release, None, self.place, self.context)
        return form is Form.CLOSING and not shared and self.name not in {"self", "cls"}

    @property
    def help(self) -> str:
        """The new header."""
        test = self.source.segment(self.guard.node.test)
        closing = f"{self.closing.expression}({self.name})"
        return f"with {closing} if {test} else {self.null.expression}():"

    def plan(self) -> tuple[Rewrite, tuple[Hazard, ...]]:
        """Return the rewrite and what speaks against it."""
        test, receiver = self.guard.node.test, self.release.receiver
        wrapping = Wrapping(self.context, self.place, self.node, Moves(kept=(test, receiver)))
        text = f"{self.closing.expression}($0) if $1 else {self.null.expression}()"
        pieces = tuple(Piece(self.source.span(each)) for each in (receiver, test))
        needs = [way.need for way in (self.closing, self.null) if way.need is not None]
        rewrite = wrapping.rewrite([Item(Template(text, pieces))], needs)
        ways = (*self.closing.hazards, *self.null.hazards)
        return rewrite, (*wrapping.hazards(), *ways, *self._hazards())

    def _hazards(self) -> Iterator[Hazard]:
        span = self.source.span(self.release.receiver)
        event = self.change
        if event is not None and event.origin is self.scope:
            message = f"`{self.name}` is {event.act.value} on line {event.line}"
            text = f"{message}, and the guard asks what it is then"
            yield Hazard("no-rewrite", text, span, forbids=True)
        elif event is not None:
            message = f"`{self.name}` is {event.act.value} elsewhere, on line {event.line}"
            yield Hazard("rebound-name", message, span)
        if self.guard.test is Test.TRUE:
            message = f"whether `{self.name}` is true is asked before the body"
            yield Hazard("early-evaluation", message, span)
            return
        spot = Spot(self.node, self.scope, self.place.statements_before)
        bound = is_bound_before(self.name, spot, self.context.bindings)
        if not bound and not is_surely_bound(self.name, self.place, self.context):
            message = f"`{self.name}` is looked up before the body instead of after it"
            yield Hazard("early-evaluation", message, span)
