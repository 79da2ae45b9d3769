"""The lines on which the statements of a module stand."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from lint_exitstack.semantics.bindings import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence


class Extent(NamedTuple):
    """Neighbours that share a line, or one statement alone, on lines `first` to `last`."""

    nodes: list[ast.stmt]
    first: int
    last: int


def extents(statements: Sequence[ast.stmt]) -> list[Extent]:
    """Divide statements into those that stand on lines of their own."""
    found: list[Extent] = []
    for node in statements:
        first, last = first_line(node), node.end_lineno or node.lineno
        if found and first <= found[-1].last:
            before = found.pop()
            found.append(Extent([*before.nodes, node], before.first, last))
        else:
            found.append(Extent([node], first, last))
    return found


def first_line(node: ast.stmt) -> int:
    """Return the line on which a statement starts, decorators included."""
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and node.decorator_list:
        return min(node.lineno, node.decorator_list[0].lineno)
    return node.lineno


def have_same_ends(text: str) -> bool:
    """Whether all lines of a text end alike."""
    if "\r" not in text:
        return True
    return text.count("\r\n") == text.count("\r") == text.count("\n")
