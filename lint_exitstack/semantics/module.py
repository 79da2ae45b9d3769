"""One module under analysis: its tree, and what is known of its names and its nodes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lint_exitstack.semantics.attributes import Uses
from lint_exitstack.semantics.bindings import Bindings
from lint_exitstack.semantics.parents import Parents

if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence


class Module:
    """What takes time is made when somebody first asks."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self._said: dict[bytes, bool] = {}

    @cached_property
    def bindings(self) -> Bindings:
        return Bindings(self.tree)

    @cached_property
    def parents(self) -> Parents:
        return Parents(self.tree)

    @cached_property
    def _uses(self) -> Uses:
        return Uses(self.tree.body)

    def uses(self, attribute: str) -> Sequence[ast.Attribute]:
        """Return every use of an attribute of this name, statement by statement."""
        return self._uses.places.get(attribute, ())

    def has_string(self, text: str) -> bool:
        """Whether a string is just `text`."""
        return text in self._uses.strings

    def note(self, kind: str, name: str, answer: object = None) -> None:
        """Take notice of what is asked about the rest of the file: only some modules do."""

    def says(self, word: bytes, data: bytes) -> bool:
        """Whether `word` stands in `data`, the text of the module."""
        if word not in self._said:
            self._said[word] = word in data
        return self._said[word]
