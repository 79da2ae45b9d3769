"""What happens to names, and the scopes in which it does."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

ScopeNode: TypeAlias = (
    ast.Module
    | ast.ClassDef
    | ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.Lambda
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
    | ast.GeneratorExp
)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Act(enum.Enum):
    """What happens to a name at a place."""

    READ = "read"
    BIND = "bound"
    DELETE = "deleted"
    IMPORT = "imported"
    DEFINE = "defined"
    PARAMETER = "a parameter"
    HANDLER = "bound by an except clause"


@dataclass(frozen=True, slots=True)
class Event:
    """`node` does `act` to `name`; `origin` is the scope in which it stands."""

    name: str
    act: Act
    node: ast.AST
    origin: Scope

    @property
    def line(self) -> int:
        return getattr(self.node, "lineno", 0)

    @property
    def place(self) -> tuple[int, int]:
        return self.line, getattr(self.node, "col_offset", 0)


@dataclass(eq=False, slots=True)
class Scope:
    """A module, class, function or comprehension and what happens to names directly in it."""

    node: ScopeNode
    parent: Scope | None
    events: dict[str, list[Event]] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)
    declared: dict[str, str] = field(default_factory=dict)
    children: list[Scope] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    @property
    def is_module(self) -> bool:
        return isinstance(self.node, ast.Module)

    def binds(self, name: str) -> bool:
        """Whether `name` is a variable of this very scope."""
        return name in self.bound and name not in self.declared

    def subtree(self) -> Iterator[Scope]:
        """Yield this scope and all scopes nested in it."""
        pending = [self]
        while pending:
            scope = pending.pop()
            yield scope
            pending.extend(scope.children)
