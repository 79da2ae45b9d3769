"""What follows a `yield` only if nothing was raised there."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.semantics.flow import LOOPS, named_blocks, nodes_in_frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.rules.definitions.managers import Function

_YIELDS = (ast.Yield, ast.YieldFrom)
_LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_TRIES = (ast.Try, ast.TryStar)
_FRAMES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Level:
    """A statement with the `yield` in it, the statements after it, and the statement around."""

    statement: ast.stmt
    following: tuple[ast.stmt, ...]
    parent: ast.stmt
    leaves: bool


@dataclass(frozen=True, slots=True)
class Unguarded:
    """A `yield` that no `try` is around; its levels from the inside to the function's own block."""

    node: ast.stmt
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class _Spot:
    block: list[ast.stmt]
    index: int
    part: str
    parent: _Spot | None
    owner: ast.stmt

    @property
    def node(self) -> ast.stmt:
        return self.block[self.index]


def unguarded_yields(function: Function) -> Iterator[Unguarded]:
    """Yield every `yield` of `function` that stands in no `try` and in no loop."""
    found = [Unguarded(spot.node, tuple(_levels(spot))) for spot in _open_yields(function)]
    second = {node for each in found for node in _later_yields(each)}
    for each in found:
        # A generator that yields twice on one path is no context manager.
        if each.node not in second and not any(_later_yields(each)):
            yield each


def _open_yields(function: Function) -> Iterator[_Spot]:
    pending = [_Spot(function.body, i, "body", None, function) for i in range(len(function.body))]
    while pending:
        spot = pending.pop()
        node = spot.node
        if isinstance(node, _FRAMES):
            continue
        for part, block in named_blocks(node):
            pending.extend(_Spot(block, i, part, spot, node) for i in range(len(block)))
        if _yields_itself(node) and not _is_guarded(spot):
            yield spot


def _later_yields(found: Unguarded) -> Iterator[ast.AST]:
    """Yield the statements behind this one that yield, too."""
    for level in found.levels:
        for node in nodes_in_frame(level.following):
            if isinstance(node, ast.stmt) and _yields_itself(node):
                yield node


def _yields_itself(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Expr, ast.Assign, ast.AnnAssign)) and isinstance(
        node.value, _YIELDS
    )


def _is_guarded(spot: _Spot) -> bool:
    """Whether a `try` or a loop stands around: then its author thought of more than one path."""
    here = spot.parent
    while here is not None:
        if isinstance(here.node, (*_TRIES, *LOOPS)):
            return True
        here = here.parent
    return False


def _levels(spot: _Spot) -> Iterator[Level]:
    here: _Spot | None = spot
    while here is not None:
        following = []
        leaves = False
        for node in here.block[here.index + 1 :]:
            if isinstance(node, _LEAVES):
                leaves = True
                break
            following.append(node)
        yield Level(here.node, tuple(following), here.owner, leaves)
        if leaves:
            return
        here = here.parent
