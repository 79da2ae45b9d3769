"""What cells of a notebook have against a rewrite: their borders, their magics, what they show."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from lint_exitstack.model.cells import CELL, MAGIC, RUN
from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Kept, Line, Suite, Swapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.position import Key
    from lint_exitstack.model.rewrite import Block, Rewrite, Statement
    from lint_exitstack.model.source import Source

_IN_THE_WAY = {
    CELL: "it would reach into another cell",
    MAGIC: "it holds a magic or a shell command, whose doings aren't known",
    RUN: "it holds a magic that runs other code",
}


def objections(source: Source, rewrite: Rewrite) -> Iterator[Hazard]:
    """Yield the hazards that `rewrite` has in a notebook; none in other sources."""
    foreign = source.foreign
    if not foreign:
        return
    for line in range(rewrite.first.line, rewrite.end + 1):
        if line in foreign:
            yield Hazard("notebook-cell", _IN_THE_WAY[foreign[line]], forbids=True)
            return
    if _is_last(source, rewrite.last):
        shown, will_be = rewrite.last.kind == "Expr", _shows(source, rewrite.into[-1:])
        if shown != will_be:
            verb = "would be" if will_be else "would no longer be"
            message = f"the value of its last line {verb} shown below the cell"
            yield Hazard("notebook-cell", message, forbids=True)
    runs = [line for line, kind in foreign.items() if kind == RUN]
    if rewrite.needs and runs:
        names = ", ".join(f"`{need.name or need.module}`" for need in rewrite.needs)
        text = f"line {runs[0]} runs other code, which may bind {names} too"
        yield Hazard("rebound-name", text)


def _is_last(source: Source, key: Key) -> bool:
    """Whether a statement ends its cell: its value is shown if it is an expression."""
    body = source.tree.body
    index = bisect_left(body, key.line, key=lambda node: node.lineno)
    while index < len(body) and body[index].lineno == key.line:
        if source.key(body[index]) == key:
            return source.foreign.get(body[index + 1].lineno) == CELL
        index += 1
    return False


def _shows(source: Source, into: tuple[Statement, ...]) -> bool:
    match into:
        case (Kept(key=key) | Swapped(key=key),):
            return key.kind == "Expr"
        case (Line(text=text),):
            return isinstance(ast.parse(re.sub(r"\$\d+", "x", text)).body[-1], ast.Expr)
        case (Suite(block=block, start=start, stop=stop),):
            return isinstance(_statements(source, block)[start:stop][-1], ast.Expr)
    return False


def _statements(source: Source, block: Block) -> list[ast.stmt]:
    """Return the statements of a block of a statement at the top level."""
    part, _, index = block.part.partition("[")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.stmt) and node.lineno == block.of.line:
            if source.key(node) != block.of:
                continue
            clause = getattr(node, part)
            found: list[ast.stmt] = clause[int(index.removesuffix("]"))].body if index else clause
            return found
    return []
