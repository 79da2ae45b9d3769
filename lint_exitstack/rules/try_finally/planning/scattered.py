"""Plans the stack for an object that is acquired somewhere in a `try`, under a condition maybe."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Item, Kept, Line, Piece, Swapped, Template
from lint_exitstack.rules.stack_hazards import scope_hazards, stack_hazards
from lint_exitstack.rules.try_finally.planning.around import Around
from lint_exitstack.rules.try_finally.planning.wrapping import Moves, Wrapping
from lint_exitstack.rules.try_finally.reading.guards import guard_hazards
from lint_exitstack.rules.try_finally.reading.managing import Form, form_for, made_by
from lint_exitstack.rules.try_finally.reading.sites import acquired_by, called, obstacles, sites_of
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from lint_exitstack.model.rewrite import Need, Rewrite, Statement
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.reading.cleanup import Guard, Release
    from lint_exitstack.rules.try_finally.reading.sites import Site
    from lint_exitstack.semantics.imports import Way


class Scattered:
    """How `name`, None before the `try`, is entered on a stack wherever the `try` acquires it.

    `sites` are the statements that bind it there. Its guard in the `finally` then has nothing to
    ask: what was acquired is on the stack, once.
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
        self.sites = sites_of(self.name, node)
        self.around = Around(context, place, is_async=release.awaited)
        found = ((site, acquired_by(self.name, site.statement)) for site in self.sites)
        self.acquired = tuple((site, value) for site, value in found if value is not None)
        self.forms = tuple(self._form(value) for _, value in self.acquired)
        self.forbidden = next(self._forbidden(), None)

    def _form(self, value: ast.expr) -> Form | None:
        form = form_for(self.release, value, self.place, self.context)
        row = made_by(called(value), self.place, self.context)
        if form is Form.NATIVE and (row is None or not row.binds_self):
            return Form.CALLBACK  # entering gives something else than the object
        # Around a call on several lines two more brackets read badly.
        long = value.lineno != value.end_lineno and form is not None
        return Form.CALLBACK if long else form

    @property
    def is_known(self) -> bool:
        """Whether the `try` binds the name at all, and something closes what it gets."""
        generic = form_for(self.release, None, self.place, self.context)
        return bool(self.sites) and generic is not None and None not in self.forms

    @property
    def help(self) -> str:
        """The new header."""
        return self.around.help

    def plan(self) -> tuple[Rewrite | None, tuple[Hazard, ...]]:
        """Return the rewrite and what speaks against it."""
        if self.forbidden is not None:
            return None, (self.forbidden,)
        values = tuple(value for _, value in self.acquired)
        wrapping = Wrapping(self.context, self.place, self.node, Moves(kept=values))
        way = self.around.way
        rewrite = wrapping.rewrite(
            [Item(Template(f"{way.expression}()"), Template(self.around.name))],
            tuple(self._needs()),
            is_async=self.release.awaited,
            fresh=(self.around.name,),
        )
        pairs = zip(self.acquired, self.forms, strict=True)
        places = tuple(
            (self.context.key(site.statement), tuple(self._entered(site, value, form)))
            for (site, value), form in pairs
        )
        claims = rewrite.claims | {key for key, _ in places}
        hazards = (*wrapping.hazards(), *self._hazards())
        return replace(rewrite, places=places, claims=claims), hazards

    def _ways(self) -> Iterator[Way]:
        yield self.around.way
        for form, name in ((Form.CLOSING, "closing"), (Form.ACLOSING, "aclosing")):
            if form in self.forms:
                yield self.context.imports.way(name, self.scope, self.node)

    def _needs(self) -> Iterator[Need]:
        for way in self._ways():
            if way.need is not None:
                yield way.need

    def _entered(self, site: Site, value: ast.expr, form: Form | None) -> Iterator[Statement]:
        """Yield the acquisition with its exit put on the stack."""
        key, stack = self.context.key(site.statement), self.around.name
        if form is Form.CALLBACK:
            method = "push_async_callback" if self.release.awaited else "callback"
            yield Kept(key)
            yield Line(f"{stack}.{method}({self.name}.{self.release.method})")
            return
        span = self.source.span(value)
        made = "$0"
        if form is not Form.NATIVE:
            name = "closing" if form is Form.CLOSING else "aclosing"
            made = f"{self.context.imports.way(name, self.scope, self.node).expression}($0)"
        enter = f"{stack}.enter_context"
        if self.release.awaited:
            enter = f"await {stack}.enter_async_context"
        yield Swapped(key, ((span, Template(f"{enter}({made})", (Piece(span),))),))

    def _hazards(self) -> Iterator[Hazard]:
        for way in self._ways():
            yield from way.hazards
        yield from scope_hazards(self.context, self.place)
        yield from stack_hazards(self.context, [self.node], [self.release.call.call], ())
        for _, value in self.acquired:
            yield from guard_hazards(self.guard, value, self.place, self.context)
        owner = self.context.bindings.owner(self.scope, self.name)
        for event in () if owner is None else self.context.bindings.changes(owner, self.name):
            if event.origin is not self.scope:
                message = f"`{self.name}` is {event.act.value} elsewhere, on line {event.line}"
                yield Hazard("rebound-name", message, self.source.span(self.release.receiver))
                return

    def _forbidden(self) -> Iterator[Hazard]:
        """Yield why there is no such form, if there isn't."""
        for statement, why in obstacles(self.name, self.sites):
            yield Hazard("no-rewrite", why, self.source.span(statement), forbids=True)
        for site in self.sites:
            yield from layout_hazards(self.source, [site.statement])
