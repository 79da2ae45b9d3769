"""The statements of a module in parts that stand on lines of their own, each with what it gave."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from lint_exitstack.semantics.attributes import Uses
from lint_exitstack.semantics.extents import extents
from lint_exitstack.semantics.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.semantics.scopes import Event, Scope

Question = tuple[str, str]
Answer = object


class Learnt(NamedTuple):
    """What the rules found in a part and asked for it: see the fields of `Part`."""

    found: tuple[Finding, ...]
    asked: dict[Question, Answer]
    wide: bool
    placed: bool
    shifted: int


@dataclass(eq=False, slots=True)
class Part:
    """One top-level statement, or several that share a line; `first` to `last` are its lines.

    `moved` says how many lines its nodes are still to be moved by, `shifted` the same of its
    findings: neither is done before somebody looks.
    """

    nodes: list[ast.stmt]
    first: int
    last: int
    moved: int = 0
    shifted: int = 0
    located: list[dict[str, Any]] | None = None
    """The attributes of each node that has a place, from when they first were to be moved."""
    known: bool = False
    facts: Facts = field(init=False)
    events: dict[str, list[Event]] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)
    declared: dict[str, str] = field(default_factory=dict)
    children: list[Scope] = field(default_factory=list)
    used: Uses | None = None
    found: tuple[Finding, ...] = ()
    asked: dict[Question, Answer] = field(default_factory=dict)
    """What its rules asked about the rest of the module, and what they heard."""
    wide: bool = False
    """They looked at the rest of the module themselves."""
    placed: bool = False
    """Its findings tell of lines, of its own or of others."""

    def shift(self, lines: int) -> None:
        """Take note that lines were added, or taken away, above it."""
        self.first += lines
        self.last += lines
        self.moved += lines
        self.shifted += lines

    def learnt(self, shifted: int) -> Learnt:
        """Return what its rules found and asked; the findings are to be moved by `shifted`."""
        return Learnt(self.found, self.asked, self.wide, self.placed, shifted)

    def unlearn(self, learnt: Learnt) -> None:
        """Have what its rules found and asked before."""
        self.found, self.asked, self.wide, self.placed, self.shifted = learnt

    def settle(self) -> None:
        """Move the nodes to where they belong."""
        if not self.moved:
            return
        if self.located is None:
            self.located = [vars(node) for node in nodes_in(self.nodes) if hasattr(node, "lineno")]
        for fields in self.located:
            fields["lineno"] += self.moved
            fields["end_lineno"] += self.moved
        self.moved = 0

    def read(self, module: Scope) -> None:
        """Learn what its statements do to names; `module` is the scope that they stand in."""
        if self.known:
            return
        self.known = True
        module.events, module.bound = self.events, self.bound
        module.declared, module.children = self.declared, self.children
        self.facts = Facts(self.nodes, module)

    def uses(self) -> Uses:
        """Return the attributes and strings in it."""
        if self.used is None:
            self.used = Uses(self.nodes)
        return self.used

    def changed_names(self) -> set[str]:
        """Return the names of the module that it binds or unbinds, and maybe some more."""
        return self.bound.union(*(scope.declared for scope in self.facts.scopes.values()))

    def mentioned(self) -> set[str]:
        """Return every name in it."""
        return {*self.events, *self.declared, *self.facts.naming}


def parts_of(statements: Sequence[ast.stmt]) -> list[Part]:
    """Divide the statements of a module."""
    return [Part(*extent) for extent in extents(statements)]


def nodes_in(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield every node, those without a place excepted."""
    pending = list(statements)
    while pending:
        node = pending.pop()
        yield node
        for name in node._fields:
            value = getattr(node, name, None)
            if type(value) is list:
                pending.extend(each for each in value if isinstance(each, ast.AST))
            elif isinstance(value, ast.AST) and value._fields:
                pending.append(value)
