"""Plans the `with` for one object that a `finally` closes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Position, Span
from lint_exitstack.model.rewrite import Item, Piece, Template
from lint_exitstack.rules.try_finally.planning.around import Around
from lint_exitstack.rules.try_finally.planning.calling import breakable, callback_plan
from lint_exitstack.rules.try_finally.planning.wrapping import Moves, Wrapping
from lint_exitstack.rules.try_finally.reading.acquisition import (
    Origin,
    acquisition,
    binds,
    is_short,
    is_silent,
    is_surely_bound,
)
from lint_exitstack.rules.try_finally.reading.cleanup import release_of
from lint_exitstack.rules.try_finally.reading.managing import (
    Form,
    form_for,
    made_by,
    may_be_entered_late,
    only_value,
)
from lint_exitstack.rules.try_finally.reading.untouchable import is_untouchable
from lint_exitstack.semantics.evaluation import Spot, changed_in, is_bound_before
from lint_exitstack.semantics.flow import LOOPS, nodes_in_frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.rewrite import Expression, Rewrite
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.reading.acquisition import Acquisition
    from lint_exitstack.rules.try_finally.reading.cleanup import Release
    from lint_exitstack.semantics.bindings import Event
    from lint_exitstack.semantics.imports import Way

_MADE = (Form.CLOSING, Form.ACLOSING)


class Closing:
    """How the object of `release`, acquired as `acquired` says, is closed by a `with`."""

    def __init__(
        self,
        node: ast.Try,
        release: Release,
        acquired: Acquisition,
        place: Place,
        context: Context,
        *,
        keeps_none: bool = False,
    ) -> None:
        self.node = node
        self.keeps_none = keeps_none
        self.release = release
        self.acquired = acquired
        self.place = place
        self.context = context
        self.source = context.source
        self.scope = context.scope(place)
        self.form = form_for(release, self._made_by(), place, context)
        self.change = self._change()
        if self.form is not None and self._is_rebound():
            self.form = Form.CALLBACK
        self.inline = self._is_inline()
        if self.form is Form.NATIVE and not self.inline and self._may_be_spent():
            self.form = form_for(release, None, place, context)
        self.wrapping = Wrapping(context, place, node, self._moves())

    def _made_by(self) -> ast.expr | None:
        """Return what the object surely comes from."""
        value = self.acquired.value
        if value is not None or self.acquired.origin is not Origin.ELSEWHERE:
            return value
        subject = self.acquired.subject
        if self.context.bindings.owner(self.scope, subject) is not self.scope:
            return None
        found = only_value(subject, self.scope, self.context)
        loops = [p.node for p in self.place.around_in_frame() if isinstance(p.node, LOOPS)]
        if found is None or any(loop.lineno > found.lineno for loop in loops):
            return None  # by the second turn it may be closed
        return found

    def _change(self) -> Event | None:
        """Return what may give the name another object before the cleanup."""
        root = self.acquired.subject.partition(".")[0]
        if self.acquired.origin is not Origin.INSIDE:
            return changed_in(root, [self.node], self.scope, self.context.bindings)
        clauses = [*self.node.handlers, *self.node.orelse, self.node.finalbody[0]]
        after = [*self.node.body[len(self.acquired.gap) + 1 :], *clauses]
        return changed_in(root, after, self.scope, self.context.bindings)  # type: ignore[arg-type]  # handlers have lines, too

    @property
    def rebound(self) -> Event | None:
        """What makes the name mean something else in the body itself, if anything does."""
        return self.change if self._is_rebound() else None

    def _is_rebound(self) -> bool:
        """Whether the body itself makes the name mean something else, or a function that has it."""
        if self.change is None:
            return False
        owner = self.context.bindings.owner(self.scope, self.change.name)
        captured = owner is self.scope and self.release.guard is None
        return self.change.origin is self.scope or captured

    def _is_inline(self) -> bool:
        """Whether the acquisition moves into the header."""
        acquired = self.acquired
        plain = isinstance(acquired.statement, ast.Assign) and "." not in acquired.subject
        if not plain or self.form is Form.CALLBACK:
            return False
        value = acquired.value
        call = value.value if isinstance(value, ast.Await) else value
        if not isinstance(call, ast.Call):
            return False
        if acquired.origin is Origin.BEFORE and not is_short(acquired.gap):
            return False
        row = made_by(call, self.place, self.context)
        return self.form is not Form.NATIVE or (row is not None and row.binds_self)

    def _may_be_spent(self) -> bool:
        """Whether the object may have been closed before its `with` begins: files refuse that."""
        gap = self.acquired.gap
        attributes = [n.value for n in nodes_in_frame(gap) if isinstance(n, ast.Attribute)]
        closes = any(
            isinstance(n, ast.Attribute) and n.attr in {"close", "detach"}
            for n in nodes_in_frame(gap)
        )
        uses = [
            n
            for n in nodes_in_frame(gap)
            if isinstance(n, ast.Name) and n.id == self.acquired.subject
        ]
        handed_on = any(name not in attributes for name in uses)
        value = self._made_by()
        call = value.value if isinstance(value, ast.Await) else value
        late = may_be_entered_late(call, self.place, self.context)
        return closes or handed_on or (bool(uses) and not late)

    def _moves(self) -> Moves:
        acquired = self.acquired
        kept: list[ast.expr] = [self.release.call.call] if self.form is Form.CALLBACK else []
        gone = [acquired.cleared] if acquired.cleared is not None and not self.keeps_none else []
        if self.inline and acquired.statement is not None and acquired.value is not None:
            gone.append(acquired.statement)
            kept.append(acquired.value)
        if acquired.origin is Origin.INSIDE:
            return Moves(tuple(gone), (), len(acquired.gap) + 1, tuple(kept))
        return Moves(tuple(gone), acquired.gap if self.inline else (), 0, tuple(kept))

    @property
    def span(self) -> Span:
        """The word `try` and its colon."""
        start = self.source.start(self.node)
        return Span(start, Position(start.line, start.column + len("try:")))

    @property
    def is_async(self) -> bool:
        return self.release.awaited

    @property
    def help(self) -> str:
        """The new header."""
        word = "async with" if self.is_async else "with"
        if self.form is Form.CALLBACK:
            return Around(self.context, self.place, is_async=self.is_async).help
        text = " ".join(self.source.segment(self._entered()).split())
        if self.way is not None:
            text = f"{self.way.expression}({text})"
        bound = f" as {self.acquired.subject}" if self.inline else ""
        return f"{word} {text}{bound}:"

    def plan(self) -> tuple[Rewrite, tuple[Hazard, ...]]:
        """Return the rewrite and what speaks against it."""
        if self.form is Form.CALLBACK:
            return callback_plan(self.wrapping, self.release.call)
        hazards = [*self.wrapping.hazards(), *self._hazards()]
        way = self.way
        hazards.extend(() if way is None else way.hazards)
        needs = [] if way is None or way.need is None else [way.need]
        target = Template(self.acquired.subject) if self.inline else None
        item = Item(self._manager(), target)
        rewrite = self.wrapping.rewrite([item], needs, is_async=self.is_async)
        return rewrite, tuple(hazards)

    @property
    def way(self) -> Way | None:
        """How `closing` or `aclosing` is written here; None where neither is used."""
        if self.form not in _MADE:
            return None
        name = "closing" if self.form is Form.CLOSING else "aclosing"
        return self.context.imports.way(name, self.scope, self.node)

    def _entered(self) -> ast.expr:
        """Return what stands in the header, alone or as the argument of `closing`."""
        value = self.acquired.value
        if not self.inline or value is None:
            return self.release.receiver
        if self.form is Form.NATIVE and isinstance(value, ast.Await):
            row = made_by(value.value, self.place, self.context)
            if row is not None and row.enters_unawaited:
                return value.value
        return value

    def _manager(self) -> Expression:
        inner = self._entered()
        if self.way is not None:
            return Template(f"{self.way.expression}($0)", (Piece(self.source.span(inner)),))
        around = "async with  as :" if self.is_async else "with  as :"
        column = self.span.start.column + len(around) + len(self.acquired.subject)
        return breakable(inner, column, self.context)

    def _hazards(self) -> Iterator[Hazard]:
        span = self.source.span(self.release.receiver)
        subject = self.acquired.subject
        if self.change is not None:
            event = self.change
            message = f"`{event.name}` is {event.act.value} elsewhere, on line {event.line}"
            yield Hazard("rebound-name", message, span)
        elif "." in subject:
            message = f"`{subject}` may be given another value while the body runs"
            yield Hazard("rebound-name", message, span)
        if not self.inline:
            yield from self._unbound(span)
            return
        if self.acquired.origin is Origin.INSIDE:
            return
        for statement in self.acquired.gap:
            if not is_silent(statement, self.place, self.context):
                message = f"`{subject}` is now also closed when line {statement.lineno} fails"
                yield Hazard("runs-more", message, self.source.span(statement))
                return

    def _unbound(self, span: Span) -> Iterator[Hazard]:
        """Yield a hazard where the name may have no value when the `with` begins."""
        root, _, attributes = self.acquired.subject.partition(".")
        spot = Spot(self.node, self.scope, self.place.statements_before)
        bound = is_bound_before(root, spot, self.context.bindings)
        bound = bound or is_surely_bound(root, self.place, self.context)
        known = self.acquired.origin in {Origin.BEFORE, Origin.INSIDE}
        if known or (bound and not attributes):
            return
        message = f"`{self.acquired.subject}` is looked up before the body instead of after it"
        yield Hazard("early-evaluation", message, span)


def closing_of(node: ast.Try, place: Place, context: Context) -> Closing | None:
    """Return the plan for a `try` whose `finally` only closes one object, without a guard."""
    if len(node.finalbody) != 1:
        return None
    release = release_of(node.finalbody[0])
    if release is None or release.guard is not None or release.has_arguments:
        return None
    acquired = acquisition(release.receiver, place, context)
    if acquired is None or not _is_ours(release, acquired, node, place, context):
        return None
    plan = Closing(node, release, acquired, place, context)
    if plan.form is None or is_untouchable(node, node.finalbody, place, context):
        return None
    return plan


def _is_ours(
    release: Release, acquired: Acquisition, node: ast.Try, place: Place, context: Context
) -> bool:
    """Whether the object is one that is in hand when the `try` begins."""
    if acquired.subject in {"self", "cls"} or acquired.cleared is not None:
        return False
    if context.qualified(release.receiver, place) is not None:
        return False  # a module, or something that one shares
    if "." in acquired.subject and acquired.origin is not Origin.BEFORE:
        return False  # open for longer than this block
    acquired_inside = any(binds(acquired.subject, statement) for statement in node.body)
    return acquired.origin is not Origin.ELSEWHERE or not acquired_inside
