"""What stands around a node: the tree read upwards."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FRAMES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Module)


class Parents:
    """The parent of every node of one module."""

    def __init__(self, tree: ast.Module) -> None:
        self._of: dict[ast.AST, ast.AST] = {}
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                # The parser shares the nodes for `Load` and `Store`; nobody asks for those.
                self._of[child] = node

    def of(self, node: ast.AST) -> ast.AST | None:
        """Return the parent of `node`, None for the module."""
        return self._of.get(node)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes around `node`, innermost first."""
        here = self._of.get(node)
        while here is not None:
            yield here
            here = self._of.get(here)

    def frame(self, node: ast.AST) -> ast.AST:
        """Return the function, lambda, class or module in which `node` runs."""
        return next((here for here in self.above(node) if isinstance(here, FRAMES)), node)

    def in_frame(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes around `node` up to, not including, its frame."""
        for here in self.above(node):
            if isinstance(here, FRAMES):
                return
            yield here

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """Return the statement that `node` is part of."""
        while not isinstance(node, ast.stmt):
            above = self._of.get(node)
            if above is None:
                return None
            node = above
        return node

    def inside(self, node: ast.AST, outer: ast.AST) -> bool:
        """Whether `node` is `outer` or stands in it."""
        return node is outer or any(here is outer for here in self.above(node))
