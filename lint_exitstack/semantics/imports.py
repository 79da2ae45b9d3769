"""How new code may name what it needs: reuse an import, or say which one to add."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Need
from lint_exitstack.semantics.bindings import Act, imported
from lint_exitstack.semantics.bootstrap import is_bootstrap_module

if TYPE_CHECKING:
    from lint_exitstack.model.source import Source
    from lint_exitstack.semantics.bindings import Event, Scope
    from lint_exitstack.semantics.names import Names


class Way(NamedTuple):
    """How to write a name (`expression`), what to import for it, and what speaks against it."""

    expression: str
    need: Need | None
    hazards: tuple[Hazard, ...] = ()


class Imports:
    """Answers how a module can name things of `contextlib` (or of our runtime)."""

    def __init__(self, source: Source, names: Names, runtime: str) -> None:
        self.source = source
        self.names = names
        self.bindings = names.bindings
        self.runtime = runtime

    def way(self, name: str, scope: Scope, place: ast.stmt) -> Way:
        """Return how `contextlib`'s `name` is written in `scope`, where `place` stands."""
        for module, found in self._existing(scope, place):
            if found == name:
                return Way(module, None)
            if found is None:
                return Way(f"{module}.{name}", None)
        if self._is_bootstrap_module():
            return Way(
                name, None, (_forbids("bootstrap-module", "contextlib imports this module"),)
            )
        hazards = self._star_hazard(name)
        if self._free(name, scope):
            return Way(name, Need(self.runtime, name), hazards)
        root = self.runtime.partition(".")[0]
        if root == self.runtime and self._free(root, scope):
            return Way(f"{root}.{name}", Need(self.runtime), hazards)
        text = f"`{name}` means something else here"
        return Way(name, None, (_forbids("name-conflict", text),))

    def _existing(self, scope: Scope, place: ast.stmt) -> list[tuple[str, str | None]]:
        """Return (local name, what it is) of the imports that can be used at `place`."""
        found: list[tuple[str, str | None]] = []
        for statement in self.bindings.top_level_imports:
            # Cells run one by one: what a later one imports isn't there yet for a call in between.
            in_order = scope.is_module or self.source.embedded
            if in_order and statement.lineno >= place.lineno:
                continue
            for alias in statement.names:
                local = alias.asname or alias.name
                if self._imports_runtime(statement, alias) and self._means(local, statement, scope):
                    kind = alias.name if isinstance(statement, ast.ImportFrom) else None
                    found.append((local, kind))
        return sorted(found, key=lambda pair: pair[1] is None)

    def _imports_runtime(self, statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> bool:
        if isinstance(statement, ast.ImportFrom):
            return statement.module == self.runtime and statement.level == 0 and alias.name != "*"
        dotted = "." in alias.name and alias.asname is None
        return alias.name == self.runtime and not dotted

    def _means(self, local: str, statement: ast.stmt, scope: Scope) -> bool:
        """Whether `local` is this import wherever `scope` looks, and never anything else."""
        owner = self.bindings.owner(scope, local)
        if owner is not self.bindings.module or self.bindings.star_imports:
            return False
        changes = self.bindings.changes(owner, local)
        return all(self._same_import(event, statement, local) for event in changes)

    def _same_import(self, event: Event, statement: ast.stmt, local: str) -> bool:
        if event.node is statement:
            return True
        wanted = imported(_event_like(event, statement, local))
        return event.act is Act.IMPORT and imported(event) == wanted

    def _free(self, name: str, scope: Scope) -> bool:
        """Whether a module-level import may bind `name` without any code noticing."""
        if self.bindings.is_bound(name) or self.bindings.owner(scope, name) is not None:
            return False
        # A read that nothing here binds would change its meaning (a builtin, a star import).
        return not self.bindings.escapes(name)

    def _star_hazard(self, name: str) -> tuple[Hazard, ...]:
        if not self.bindings.star_imports:
            return ()
        star = self.bindings.star_imports[0]
        message = f"`from {star.module or '.'} import *` may bind `{name}` too"
        return (Hazard("rebound-name", message, self.source.span(star)),)

    def _is_bootstrap_module(self) -> bool:
        return self.runtime == "contextlib" and is_bootstrap_module(self.source.path)


def _event_like(event: Event, statement: ast.stmt, local: str) -> Event:
    return type(event)(local, Act.IMPORT, statement, event.origin)


def _forbids(name: str, message: str) -> Hazard:
    return Hazard(name, message, forbids=True)
