"""Which thing a name means: imports, shadowing, qualified names, and names that are still free."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import Act, Bindings

if TYPE_CHECKING:
    from lint_exitstack.semantics.bindings import Scope

_BUILTINS = frozenset(dir(builtins))


class Names:
    """Answers about the names of one module."""

    def __init__(self, bindings: Bindings) -> None:
        self.bindings = bindings

    def qualified(self, expression: ast.expr, scope: Scope) -> str | None:
        """Return the dotted public name that `expression` stands for in `scope`, if it's sure.

        `builtins.open`, `contextlib.suppress`, `.helpers.cm` (relative imports keep their dots);
        None where the name is bound otherwise or more than one way.
        """
        attributes: list[str] = []
        while isinstance(expression, ast.Attribute):
            attributes.append(expression.attr)
            expression = expression.value
        if not isinstance(expression, ast.Name):
            return None
        root = self._root(expression.id, scope)
        return None if root is None else ".".join([root, *reversed(attributes)])

    def _root(self, name: str, scope: Scope) -> str | None:
        owner = self.bindings.owner(scope, name)
        if owner is None:
            known = name in _BUILTINS and not self.bindings.star_imports
            return f"builtins.{name}" if known else None
        targets = self.bindings.imported(owner, name)
        return next(iter(targets)) if len(targets) == 1 else None

    def definition(self, expression: ast.expr, scope: Scope) -> ast.AST | None:
        """Return the def or class of this module that a plain name means, if it's the only one."""
        if not isinstance(expression, ast.Name):
            return None
        owner = self.bindings.owner(scope, expression.id)
        if owner is None:
            return None
        changes = self.bindings.changes(owner, expression.id)
        if len(changes) == 1 and changes[0].act is Act.DEFINE:
            return changes[0].node
        return None

    def fresh(self, wish: str, scope: Scope) -> str:
        """Return `wish`, or `wish_2` …: a name that nothing in `scope` or below it mentions.

        At module level it starts with an underscore: others may import what doesn't.
        """
        home = scope
        if home.is_module:
            wish = f"_{wish}"
        count, name = 1, wish
        while self.bindings.mentions(home, name):
            count += 1
            name = f"{wish}_{count}"
        return name


def dotted(expression: ast.expr) -> str | None:
    """Return `a.b.c` as written, None for anything but names and attributes."""
    attributes: list[str] = []
    while isinstance(expression, ast.Attribute):
        attributes.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return None
    return ".".join([expression.id, *reversed(attributes)])
