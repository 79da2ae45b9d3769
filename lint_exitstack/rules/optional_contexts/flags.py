"""Choices that a flag remembers: `mine = False`, and `mine = True` where something is opened."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.rules.optional_contexts.guards import Choice
from lint_exitstack.semantics.bindings import FUNCTIONS, Act
from lint_exitstack.semantics.evaluation import names_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.optional_contexts.guards import Guarded

_MOST_DEFAULTS = 2


def flagged_choice(guarded: Guarded, place: Place, context: Context) -> tuple[Choice, bool] | None:
    """Return the choice before `place` that the flag in the guard of a `finally` remembers.

    And whether its first value is the one that was opened, and so what the flag is true for.
    """
    flag, name = guarded.test, guarded.name
    previous = place.previous
    if not isinstance(flag, ast.Name) or flag.id == name or not isinstance(previous, ast.If):
        return None
    if not isinstance(place.frame, FUNCTIONS):
        return None
    then, other = _given(previous.body), _given(previous.orelse)
    if then is None or other is None or not {*then, *other} <= {name, flag.id}:
        return None
    defaults = _defaults(place.block[: place.index - 1], {name, flag.id})
    start = {key: value for node in defaults for key, value in (_given([node]) or {}).items()}
    first = _truth(then.get(flag.id, start.get(flag.id)))
    if first is None or _truth(other.get(flag.id, start.get(flag.id))) is not (not first):
        return None
    given = _kept(guarded, place, context)
    one = then.get(name) or start.get(name) or given
    two = other.get(name) or start.get(name) or given
    if one is None or two is None:
        return None
    reads = {each.id for part in (previous.test, one, two) for each in names_in(part)}
    if reads & start.keys():
        return None
    return Choice((*defaults, previous), name, previous.test, one, two), first


def _kept(guarded: Guarded, place: Place, context: Context) -> ast.expr | None:
    """Return the name itself where it surely was something before the choice: a parameter."""
    changes = context.bindings.changes(context.scope(place), guarded.name)
    known = any(event.act is Act.PARAMETER for event in changes)
    return guarded.closed if known else None


def _defaults(before: Sequence[ast.stmt], names: set[str]) -> list[ast.stmt]:
    """Return the statements right before the choice that only give `names` plain values."""
    found: list[ast.stmt] = []
    for node in reversed(before[-_MOST_DEFAULTS:]):
        given = _given([node])
        if not given or not given.keys() <= names:
            break
        if not all(isinstance(value, (ast.Constant, ast.Name)) for value in given.values()):
            break
        found.insert(0, node)
    return found


def _given(block: Sequence[ast.stmt]) -> dict[str, ast.expr] | None:
    """Return what a block of plain assignments gives to names; None for any other block."""
    found: dict[str, ast.expr] = {}
    for node in block:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pairs = [(name, value)]
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                if not len(names) == len(targets) == len(values):
                    return None
                pairs = list(zip(names, values, strict=True))
            case _:
                return None
        if any(name in found for name, _ in pairs):
            return None
        found.update(pairs)
    return found


def _truth(node: ast.expr | None) -> bool | None:
    """Return which of `True` and `False` an expression is."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, bool) else None
