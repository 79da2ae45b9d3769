"""Who binds, rebinds, deletes, reads and captures a name: questions about one module."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from lint_exitstack.semantics.facts import Facts
from lint_exitstack.semantics.scopes import (
    COMPREHENSIONS,
    FUNCTIONS,
    Act,
    Event,
    Scope,
    ScopeNode,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["COMPREHENSIONS", "FUNCTIONS", "Act", "Bindings", "Event", "Scope", "ScopeNode"]


class Bindings:
    """Answers what happens to the names of one module.

    What a statement at module level may learn of the others, it learns here, of `Module.body`, or
    of the `Scope` of the module: `incremental` watches all three.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope(tree, None)
        facts = Facts(tree.body, self.module)
        self.scopes: dict[ast.AST, Scope] = {tree: self.module, **facts.scopes}
        self.values = facts.values
        """What each target is given by a plain assignment or a `with`."""
        self._naming = facts.naming
        self._star_imports = facts.star_imports
        self._events: dict[tuple[Scope, str], list[Event]] = {}
        self._changes: dict[tuple[Scope, str], list[Event]] = {}

    def owner(self, scope: Scope, name: str) -> Scope | None:
        """Return the scope whose variable `name` is when read in `scope`; None for a builtin."""
        return self._owner(scope, name)

    def _owner(self, scope: Scope, name: str) -> Scope | None:
        here: Scope | None = scope
        while here is not None:
            if here.declared.get(name) == "global":
                return self.module
            visible = here is scope or not here.is_class
            if visible and here.binds(name):
                return here
            here = here.parent
        return None

    def is_bound(self, name: str) -> bool:
        """Whether `name` is a variable of the module."""
        return self.module.binds(name)

    def events(self, owner: Scope, name: str) -> list[Event]:
        """Return all that happens to variable `name` of `owner`, in nested scopes too."""
        known = self._events.get((owner, name))
        if known is None:
            scopes = self._scopes_with(owner, name, lambda scope: name in scope.events)
            found = [event for scope in scopes for event in scope.events[name]]
            known = self._events[owner, name] = self._by_place(found)
        return known

    def changes(self, owner: Scope, name: str) -> list[Event]:
        """Return what binds or unbinds variable `name` of `owner`."""
        known = self._changes.get((owner, name))
        if known is None:
            scopes = self._scopes_with(owner, name, lambda scope: name in scope.bound)
            found = [event for scope in scopes for event in scope.events[name]]
            known = self._by_place([event for event in found if event.act is not Act.READ])
            self._changes[owner, name] = known
        return known

    def _by_place(self, events: list[Event]) -> list[Event]:
        return sorted(events, key=_place)

    def _scopes_with(
        self, owner: Scope, name: str, wanted: Callable[[Scope], bool]
    ) -> Iterator[Scope]:
        """Yield the wanted scopes in which `name` is that variable: `owner`, or scopes in it."""
        for scope in (self.module, *self._naming.get(name, ())):
            if wanted(scope) and (scope is owner or self._owner(scope, name) is owner):
                yield scope

    def bound_on(self, lines: range, scope: Scope) -> dict[str, Event]:
        """Return the names that a statement of `scope`, which stands on `lines`, binds or unbinds.

        Each with the first time that it does, in order.
        """
        return self._first_on(lines, scope.events)

    def _first_on(self, lines: range, events: Mapping[str, Sequence[Event]]) -> dict[str, Event]:
        here = [
            next((e for e in row if e.act is not Act.READ and e.line in lines), None)
            for row in events.values()
        ]
        return {event.name: event for event in sorted(filter(None, here), key=_place)}

    def imported(self, owner: Scope, name: str) -> frozenset[str | None]:
        """Return what variable `name` of `owner` is imported as; None for any other binding."""
        return frozenset(imported(event) for event in self.changes(owner, name))

    def mentions(self, scope: Scope, name: str) -> bool:
        """Whether `name` occurs at all in `scope` or in a scope nested in it."""
        if name in scope.events or name in scope.declared:
            return True
        return any(_is_in(inner, scope) for inner in self._naming.get(name, ()))

    def escapes(self, name: str) -> bool:
        """Whether code speaks of a `name` that is no variable of a function, or declares it."""
        module = self.module
        return any(
            name in inner.declared
            or (name in inner.events and self._owner(inner, name) in {None, module})
            for inner in (module, *self._naming.get(name, ()))
        )

    @property
    def star_imports(self) -> Sequence[ast.ImportFrom]:
        """The `from … import *` of the module, in order."""
        return self._star_imports

    @cached_property
    def top_level_imports(self) -> Sequence[ast.Import | ast.ImportFrom]:
        """The imports among the statements of the module itself, in order."""
        return imports_among(_body(self.module))

    def around(self, event: Event) -> Sequence[ast.stmt]:
        """Return statements of the module, in order, among them the one of `event`."""
        del event
        return _body(self.module)


def imports_among(statements: Sequence[ast.stmt]) -> list[ast.Import | ast.ImportFrom]:
    """Return those of `statements` that import."""
    return [node for node in statements if isinstance(node, (ast.Import, ast.ImportFrom))]


def imported(event: Event) -> str | None:
    """Return what an import event binds its name to; None for any other event."""
    if event.act is not Act.IMPORT:
        return None
    node = event.node
    if isinstance(node, ast.Import):
        return _imported_module(node, event.name)
    if isinstance(node, ast.ImportFrom):
        prefix = "." * node.level + (node.module or "")
        joint = "" if prefix.endswith(".") else "."
        for alias in node.names:
            if (alias.asname or alias.name) == event.name:
                return f"{prefix}{joint}{alias.name}"
    return None


def _imported_module(node: ast.Import, bound: str) -> str | None:
    for alias in node.names:
        if alias.asname == bound:
            return alias.name
        if alias.asname is None and alias.name.split(".", maxsplit=1)[0] == bound:
            return bound
    return None


def _body(module: Scope) -> Sequence[ast.stmt]:
    return module.node.body if isinstance(module.node, ast.Module) else ()


def _place(event: Event) -> tuple[int, int]:
    return event.place


def _is_in(inner: Scope, outer: Scope) -> bool:
    here: Scope | None = inner
    while here is not None and here is not outer:
        here = here.parent
    return here is outer
