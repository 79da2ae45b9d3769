"""Attributes of `self` that nobody but the methods of one class can see."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.semantics.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lint_exitstack.semantics.module import Module
    from lint_exitstack.semantics.stacks import Stacks

# Nothing in these looks at attributes that a class below them adds.
_BASES = words(
    """
    builtins.object typing.Generic unittest.TestCase unittest.IsolatedAsyncioTestCase
    threading.Thread
    """
)
_REFLECTION = frozenset({"getattr", "setattr", "delattr", "vars"})


class Uses:
    """Attributes and strings in statements, by their names."""

    def __init__(self, statements: Iterable[ast.stmt]) -> None:
        self.places: dict[str, list[ast.Attribute]] = {}
        self.strings: set[str] = set()
        slots: set[ast.AST] = set()
        for statement in statements:
            for node in ast.walk(statement):
                if isinstance(node, ast.Attribute):
                    self.places.setdefault(node.attr, []).append(node)
                elif isinstance(node, ast.Assign) and _makes_slots(node):
                    slots.update(ast.walk(node.value))
                elif isinstance(node, ast.Constant) and node not in slots:
                    self.strings.update([node.value] if isinstance(node.value, str) else ())


class Attributes:
    """Where the attributes of one module are used."""

    def __init__(self, module: Module, stacks: Stacks) -> None:
        self.module = module
        self.stacks = stacks

    def own(self, home: ast.ClassDef, attribute: str) -> tuple[ast.Attribute, ...] | None:
        """Return every use of `self.attribute` in a class, None where others may use it too.

        Others are classes above it that aren't known, objects other than `self` in the module, and
        whatever finds attributes by their names.
        """
        if self.module.has_string(attribute) or not self._is_plain(home) or _reflects(home):
            return None
        places: list[ast.Attribute] = []
        for node in self.module.uses(attribute):
            owner = self.stacks.values.self_class(node.value, self.stacks.scope_of(node))
            if owner is home:
                places.append(node)
            elif owner is None or not self._is_plain(owner):
                return None
        return tuple(places)

    def _is_plain(self, home: ast.ClassDef) -> bool:
        if home.keywords or home.decorator_list:
            return False
        scope = self.stacks.scope_of(home)
        bases = [base.value if isinstance(base, ast.Subscript) else base for base in home.bases]
        return all(self.stacks.names.qualified(base, scope) in _BASES for base in bases)


def _makes_slots(node: ast.Assign) -> bool:
    """Whether the strings in an assignment only make room for attributes."""
    target = node.targets[0]
    return isinstance(target, ast.Name) and target.id == "__slots__"


def _reflects(home: ast.ClassDef) -> bool:
    """Whether a class looks at attributes by their names."""
    return any(
        (isinstance(node, ast.Name) and node.id in _REFLECTION)
        or (isinstance(node, ast.Attribute) and node.attr == "__dict__")
        for node in ast.walk(home)
    )
