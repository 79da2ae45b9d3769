"""What a handler gives back, where the `try` itself acquires it: registered right there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Kept, Line
from lint_exitstack.rules.try_finally.reading.acquisition import acquisition
from lint_exitstack.rules.try_finally.reading.guards import guard_hazards
from lint_exitstack.rules.try_finally.reading.sites import acquired_by, obstacles, sites_of
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from lint_exitstack.model.position import Key
    from lint_exitstack.model.rewrite import Statement, Trivia
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.reading.cleanup import Release
    from lint_exitstack.rules.try_finally.reading.sites import Site


@dataclass(frozen=True, slots=True, eq=False)
class Within:
    """The statements `sites` of a `try` acquire what `release`, in its handler, gives back."""

    release: Release
    sites: tuple[Site, ...]
    place: Place
    context: Context

    def places(self, stack: str, trivia: Trivia) -> Iterator[tuple[Key, tuple[Statement, ...]]]:
        """Yield each acquisition with the line behind it that puts its release on `stack`."""
        method = "push_async_callback" if self.release.awaited else "callback"
        text = f"{stack}.{method}({self.release.name}.{self.release.method})"
        for index, site in enumerate(self.sites):
            key = self.context.key(site.statement)
            line = Line(text) if index else Line(text, trivia=trivia)
            yield key, (Kept(key), line)

    def hazards(self) -> Iterator[Hazard]:
        """Yield what speaks against it."""
        source, name = self.context.source, self.release.name or ""
        for statement, why in obstacles(name, self.sites):
            yield Hazard("no-rewrite", why, source.span(statement), forbids=True)
        for site in self.sites:
            yield from layout_hazards(source, [site.statement])
            value = acquired_by(name, site.statement)
            if self.release.guard is not None and value is not None:
                yield from guard_hazards(self.release.guard, value, self.place, self.context)
        scope = self.context.scope(self.place)
        for event in self.context.bindings.changes(scope, name):
            if event.origin is not scope:
                message = f"`{name}` is {event.act.value} elsewhere, on line {event.line}"
                yield Hazard("rebound-name", message, source.span(self.release.receiver))
                break
        if self.release.guard is None:
            message = "the error of the acquisition leaves, instead of one about the name"
            yield Hazard("intent", message, source.span(self.sites[0].statement))


def within(node: ast.Try, release: Release, place: Place, context: Context) -> Within | None:
    """Return where the body of `node` acquires what `release` gives back, if it has none before.

    A guarded release needs `x = None` before the `try`, another one no value at all.
    """
    name = release.name or ""
    scope = context.scope(place)
    if release.has_arguments or "." in name or not release.guards_itself:
        return None
    if context.bindings.owner(scope, name) is not scope or name in scope.declared:
        return None
    acquired = acquisition(release.receiver, place, context)
    if acquired is None or (acquired.cleared is None and release.guard is not None):
        return None
    changes = context.bindings.changes(scope, name)
    before = any(each.line < node.lineno and each.act is not Act.DELETE for each in changes)
    if acquired.cleared is None and (before or any(c.origin is not scope for c in changes)):
        return None
    sites = sites_of(name, node)
    inside = all(site.path[0][1] == "body" for site in sites)
    return Within(release, sites, place, context) if sites and inside else None
