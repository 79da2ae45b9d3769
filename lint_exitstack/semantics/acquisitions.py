"""Which resource an expression makes: calls resolved to rows of the catalogue."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.semantics import catalogue
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.words import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lint_exitstack.semantics.bindings import Event, Scope
    from lint_exitstack.semantics.names import Names
    from lint_exitstack.semantics.resource import Resource

_PATH = "pathlib.Path"
_TO_PATH = words(
    """
    absolute expanduser joinpath parent relative_to resolve with_name with_stem with_suffix
    cwd home
    """
)


class Acquisitions:
    """Answers what calls return, as far as the module shows it."""

    def __init__(self, names: Names, extra: Mapping[str, Resource]) -> None:
        self.names = names
        self.extra = extra

    def resource(self, expression: ast.expr, scope: Scope) -> Resource | None:
        """Return the row of the resource that this call makes, None for anything else."""
        if not isinstance(expression, ast.Call):
            return None
        name = self.callee(expression, scope)
        return None if name is None else catalogue.resource(name, self.extra)

    def callee(self, call: ast.Call, scope: Scope) -> str | None:
        """Return the qualified name of what is called; methods of known types included."""
        func = call.func
        name = self.names.qualified(func, scope)
        if name is not None or not isinstance(func, ast.Attribute):
            return name
        kind = self.kind(func.value, scope)
        return None if kind is None else f"{kind}.{func.attr}"

    def kind(self, expression: ast.expr, scope: Scope, depth: int = 4) -> str | None:
        """Return the callable whose result `expression` is, under its name in the catalogue."""
        if depth == 0:
            return None
        if isinstance(expression, ast.Call):
            return self._kind_of_call(expression, scope, depth)
        if isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Div):
            left = self.kind(expression.left, scope, depth - 1)
            return _PATH if left == _PATH else None
        if isinstance(expression, ast.Attribute):
            inner = expression.attr in _TO_PATH and self.kind(expression.value, scope, depth - 1)
            return _PATH if inner == _PATH else None
        if isinstance(expression, ast.Name):
            return self._kind_of_name(expression.id, scope, depth - 1)
        return None

    def _kind_of_call(self, call: ast.Call, scope: Scope, depth: int) -> str | None:
        func = call.func
        name = self.names.qualified(func, scope)
        if name is not None:
            class_, _, method = name.rpartition(".")
            name = _PATH if class_ == _PATH and method in _TO_PATH else name
            return catalogue.canonical(name)
        if not isinstance(func, ast.Attribute):
            return None
        kind = self.kind(func.value, scope, depth - 1)
        if kind == _PATH and func.attr in _TO_PATH:
            return _PATH
        return None if kind is None else catalogue.canonical(f"{kind}.{func.attr}")

    def _kind_of_name(self, name: str, scope: Scope, depth: int) -> str | None:
        owner = self.names.bindings.owner(scope, name)
        if owner is None:
            return None
        changes = self.names.bindings.changes(owner, name)
        kinds = {self._kind_of_event(event, depth) for event in changes}
        return kinds.pop() if len(kinds) == 1 else None

    def _kind_of_event(self, event: Event, depth: int) -> str | None:
        if event.act is Act.BIND:
            value = self.names.bindings.values.get(event.node)
            return None if value is None else self.kind(value, event.origin, depth)
        annotation = getattr(event.node, "annotation", None)
        if event.act is Act.PARAMETER and annotation is not None and event.origin.parent:
            name = self.names.qualified(annotation, event.origin.parent)
            return None if name is None else catalogue.canonical(name)
        return None
