"""Branches that do the same, one of them in a `with`: side by side, or one after the other."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import FUNCTIONS

if TYPE_CHECKING:
    from lint_exitstack.rules.context import Context, Place

With = ast.With | ast.AsyncWith


@dataclass(frozen=True, slots=True)
class Twins:
    """An `if` of which one branch is `managed`, a `with` around what the other one does.

    `after` are the statements behind the `if` that are its other branch: it has no `else` then, but
    its body leaves.
    """

    node: ast.If
    managed: With
    plain: list[ast.stmt]
    managed_first: bool
    after: tuple[ast.stmt, ...] = ()

    @property
    def last(self) -> ast.stmt:
        """The last statement that goes."""
        return self.after[-1] if self.after else self.node

    @property
    def has_own_return(self) -> bool:
        """Whether the `if` ends in a `return` that what follows it doesn't have."""
        return bool(self.after) and len(self.node.body) > (
            1 if self.managed_first else len(self.managed.body)
        )


def twins(node: ast.If, place: Place, context: Context) -> Twins | None:
    """Return the branches of `node` if they are the same but for a `with` of one manager."""
    if _is_elif(node, place, context):
        return None
    if not node.orelse:
        return _one_after_the_other(node, place)
    for one, other, first in ((node.body, node.orelse, True), (node.orelse, node.body, False)):
        managed = _managed(one)
        if managed is not None and _same(managed.body, other):
            return Twins(node, managed, other, first)
    return None


def _one_after_the_other(node: ast.If, place: Place) -> Twins | None:
    """Return `if c: with cm: body; return` and the same body behind it, or the other way round.

    One line said twice reads well as a guard: only longer bodies count.
    """
    # A module has no `return`: unless something else leaves, what follows needn't be looked at.
    if not (isinstance(place.frame, FUNCTIONS) or _may_leave(node.body)):
        return None
    after = place.following
    if not after:
        return None
    body = node.body
    if isinstance(body[-1], ast.Return) and body[-1].value is None and _ends_function(place):
        body = body[:-1]
    managed = _managed(body)
    if managed is not None and (len(body) < len(node.body) or _leaves(managed.body)):
        same = len(after) > 1 and _same(managed.body, after)
        return Twins(node, managed, after, managed_first=True, after=tuple(after)) if same else None
    managed = _managed(after)
    if managed is not None and body and (len(body) < len(node.body) or _leaves(body)):
        same = len(body) > 1 and _same(managed.body, body)
        return Twins(node, managed, body, managed_first=False, after=tuple(after)) if same else None
    return None


def _managed(block: list[ast.stmt]) -> With | None:
    """Return the only statement of a block if it is a `with` of one manager."""
    managed = block[0] if len(block) == 1 else None
    if not isinstance(managed, (ast.With, ast.AsyncWith)) or len(managed.items) != 1:
        return None
    return managed if _is_named(managed.items[0]) else None


def _ends_function(place: Place) -> bool:
    """Whether falling off the end of the block at `place` returns None from the function."""
    frame = place.frame
    return isinstance(frame, FUNCTIONS) and place.block is frame.body


def _leaves(block: list[ast.stmt]) -> bool:
    return isinstance(block[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break))


def _may_leave(block: list[ast.stmt]) -> bool:
    managed = _managed(block)
    return _leaves(block) or (managed is not None and _leaves(managed.body))


def _is_elif(node: ast.If, place: Place, context: Context) -> bool:
    parent = place.parent
    if parent is None or not isinstance(parent.node, ast.If) or place.part != "orelse":
        return False
    return context.source.segment(node).startswith("elif")


def _is_named(entry: ast.withitem) -> bool:
    return entry.optional_vars is None or isinstance(entry.optional_vars, ast.Name)


def _same(one: list[ast.stmt], other: list[ast.stmt]) -> bool:
    if len(one) != len(other):
        return False
    return all(ast.dump(a) == ast.dump(b) for a, b in zip(one, other, strict=True))
