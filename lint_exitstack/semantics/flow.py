"""How control moves through statements: what leaves, yields, awaits; nothing here recurses."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LOOPS = (ast.For, ast.AsyncFor, ast.While)
WITHS = (ast.With, ast.AsyncWith)
_NEW_FRAMES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def blocks_of(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of a compound statement."""
    for _, block in named_blocks(node):
        yield block


def named_blocks(node: ast.stmt) -> Iterator[tuple[str, list[ast.stmt]]]:
    """Yield the blocks of a compound statement with the names that rewrites give them."""
    for part in ("body", "orelse", "finalbody"):
        block = getattr(node, part, None)
        if block:
            yield part, block
    for part in ("handlers", "cases"):
        for index, clause in enumerate(getattr(node, part, ())):
            yield f"{part}[{index}]", clause.body


def nodes_in_frame(statements: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield every node that runs in the same frame, in no promised order.

    Of nested functions and classes only what is evaluated where they are defined.
    """
    pending = list(statements)
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, _NEW_FRAMES):
            pending.extend(_evaluated_at_definition(node))
        else:
            pending.extend(ast.iter_child_nodes(node))


def _evaluated_at_definition(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.ClassDef):
        yield from [*node.decorator_list, *node.bases, *node.keywords, *node.body]
    elif isinstance(node, ast.Lambda):
        yield from [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield from node.decorator_list
        yield from [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]


def has(statements: Iterable[ast.AST], *kinds: type[ast.AST]) -> bool:
    """Whether a node of one of `kinds` runs in the frame of `statements`."""
    return any(isinstance(node, kinds) for node in nodes_in_frame(statements))


def jumps_out(statements: Iterable[ast.stmt]) -> bool:
    """Whether a `break` or `continue` in `statements` belongs to a loop around them."""
    pending: list[ast.AST] = list(statements)
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Break, ast.Continue)):
            return True
        if isinstance(node, _NEW_FRAMES):
            continue
        if isinstance(node, LOOPS):
            pending.extend(node.orelse)
        else:
            pending.extend(c for c in ast.iter_child_nodes(node) if not isinstance(c, ast.expr))
    return False


def yields(statements: Iterable[ast.AST]) -> bool:
    """Whether the frame of `statements` gives values to a consumer in between."""
    return has(statements, ast.Yield, ast.YieldFrom)


def awaits(statements: Iterable[ast.AST]) -> bool:
    """Whether the event loop may run others in between."""
    if has(statements, ast.Await, ast.AsyncFor, ast.AsyncWith):
        return True
    return any(
        isinstance(node, _COMPREHENSIONS) and any(part.is_async for part in node.generators)
        for node in nodes_in_frame(statements)
    )


def depth(nodes: Iterable[ast.AST]) -> int:
    """Return how many levels the trees under `nodes` have."""
    level = 0
    row = list(nodes)
    while row:
        level += 1
        row = [child for node in row for child in ast.iter_child_nodes(node)]
    return level
