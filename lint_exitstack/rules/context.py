"""What a rule is given: the place of a node, and the file around it with its answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Finding, fixability_of
from lint_exitstack.rules.notebook_cells import objections
from lint_exitstack.semantics.acquisitions import Acquisitions
from lint_exitstack.semantics.attributes import Attributes
from lint_exitstack.semantics.imports import Imports
from lint_exitstack.semantics.module import Module
from lint_exitstack.semantics.names import Names
from lint_exitstack.semantics.stacks import Stacks

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Hazard
    from lint_exitstack.model.position import Key, Span
    from lint_exitstack.model.rewrite import Rewrite
    from lint_exitstack.model.source import Source
    from lint_exitstack.rules.rule import Rule
    from lint_exitstack.semantics.bindings import Bindings, Scope, ScopeNode
    from lint_exitstack.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a statement stands: the block that holds it, and the statements around it."""

    node: ast.stmt
    block: list[ast.stmt]
    index: int
    part: str
    parent: Place | None
    frame: ScopeNode

    @property
    def previous(self) -> ast.stmt | None:
        """The statement before this one in its block."""
        return self.block[self.index - 1] if self.index else None

    @property
    def following(self) -> list[ast.stmt]:
        """The statements after this one in its block."""
        return self.block[self.index + 1 :]

    def ancestors(self) -> Iterator[Place]:
        """Yield the places of the statements around this one, innermost first, in any frame."""
        here = self.parent
        while here is not None:
            yield here
            here = here.parent

    def around_in_frame(self) -> Iterator[Place]:
        """Yield the places around this one up to the function, class or module."""
        for place in self.ancestors():
            if place.node is self.frame:
                return
            yield place

    def statements_before(self) -> list[ast.stmt]:
        """Return the statements of its function that have run, or begun, when it is reached."""
        found = list(self.block[: self.index])
        for around in self.around_in_frame():
            found.extend(around.block[: around.index])
            found.append(around.node)
        return found


class Context:
    """One file under analysis; what takes time is made when a rule first asks."""

    def __init__(
        self,
        source: Source,
        settings: Settings,
        enabled: frozenset[str] = frozenset(),
        module: Module | None = None,
    ) -> None:
        """Take what is known of the source as `module`, or parse it.

        `enabled` are the codes in force. Raises UnparsableSourceError.
        """
        self.enabled = enabled
        self.source = source
        self.settings = settings
        self.module = Module(source.tree) if module is None else module
        self.tree = self.module.tree

    @property
    def bindings(self) -> Bindings:
        return self.module.bindings

    @cached_property
    def names(self) -> Names:
        return Names(self.bindings)

    @cached_property
    def acquisitions(self) -> Acquisitions:
        return Acquisitions(self.names, self.settings.resources)

    @cached_property
    def imports(self) -> Imports:
        return Imports(self.source, self.names, self.settings.runtime)

    @cached_property
    def attributes(self) -> Attributes:
        return Attributes(self.module, self.stacks)

    @cached_property
    def stacks(self) -> Stacks:
        return Stacks(self.names, self.module.parents, self.settings.resources)

    def scope(self, place: Place) -> Scope:
        """Return the scope in which the statement at `place` runs."""
        return self.bindings.scopes[place.frame]

    def qualified(self, expression: ast.expr, place: Place) -> str | None:
        """Return the dotted name that `expression` stands for at `place`, if it's sure."""
        return self.names.qualified(expression, self.scope(place))

    def says(self, word: bytes) -> bool:
        """Whether `word` stands anywhere in the file."""
        return self.module.says(word, self.source.data)

    def key(self, node: ast.stmt) -> Key:
        return self.source.key(node)

    def finding(
        self,
        rule: Rule,
        span: Span,
        message: str,
        *,
        help_: str = "",
        rewrite: Rewrite | None = None,
        hazards: tuple[Hazard, ...] = (),
        noqa_line: int = 0,
    ) -> Finding:
        """Make a finding of `rule`; a hazard that forbids takes the rewrite away."""
        objecting = () if rewrite is None else tuple(objections(self.source, rewrite))
        if any(hazard.forbids for hazard in objecting):
            # What might differ if it were done is nobody's concern then.
            hazards = tuple(hazard for hazard in hazards if hazard.forbids)
        hazards += objecting
        if any(hazard.forbids for hazard in hazards):
            rewrite = None
        fixability = fixability_of(rewrite, hazards, self.settings.accept_hazards)
        return Finding(
            rule.code, rule.name, message, help_, span, rewrite, hazards, fixability, noqa_line
        )
