"""What stands around a node: the tree read upwards."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FRAMES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Module)


class Parents:
    """The parent of every node of one module."""

    def __init__(self, tree: ast.Module) -> None:
        self._of = parents_in(tree.body, tree)

    def of(self, node: ast.AST) -> ast.AST | None:
        """Return the parent of `node`, None for the module."""
        return self._of.get(node)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes around `node`, innermost first."""
        here = self.of(node)
        while here is not None:
            yield here
            here = self.of(here)

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
            above = self.of(node)
            if above is None:
                return None
            node = above
        return node

    def inside(self, node: ast.AST, outer: ast.AST) -> bool:
        """Whether `node` is `outer` or stands in it."""
        return node is outer or any(here is outer for here in self.above(node))


def parents_in(statements: Iterable[ast.stmt], parent: ast.AST) -> dict[ast.AST, ast.AST]:
    """Return the parent of each node in `statements`, which are the children of `parent`.

    Without those of `Load`, `Store` and operators: the parser shares these nodes.
    """
    of: dict[ast.AST, ast.AST] = dict.fromkeys(statements, parent)
    pending = list(of)
    while pending:
        node = pending.pop()
        for name in node._fields:
            value = getattr(node, name, None)
            for child in value if type(value) is list else (value,):
                if isinstance(child, ast.AST) and type(child) not in _SHARED:
                    of[child] = node
                    pending.append(child)
    return of


_SHARED = frozenset(
    kind
    for base in (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)
    for kind in base.__subclasses__()
)
