"""Connections in variables: who closes them, and who still needs them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import FUNCTIONS, Act
from lint_exitstack.semantics.flow import LOOPS, nodes_in_frame
from lint_exitstack.semantics.ownership import hands_on, method_on

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lint_exitstack.rules.context import Context, Place

# What the catalogue says about exits that end a transaction only.
LEAVES_OPEN = "leaves the connection open"
_CURSORS = frozenset({"cursor", "execute", "executemany", "executescript", "iterdump"})


def is_left_open(name: ast.Name, place: Place, context: Context) -> bool:
    """Whether `with name:` is the first on a connection which its function never closes."""
    scope = context.scope(place)
    if (
        not isinstance(place.frame, FUNCTIONS)
        or context.bindings.owner(scope, name.id) is not scope
    ):
        return False
    stacks = context.stacks
    given = stacks.values.all_given(name, scope)
    row = context.acquisitions.resource(given[0].value, scope) if len(given) == 1 else None
    if row is None or given[0].entered or LEAVES_OPEN not in row.exit_note:
        return False
    events = context.bindings.events(scope, name.id)
    reads = [event.node for event in events if event.act is Act.READ]
    if any(event.origin is not scope for event in events) or not reads:
        return False
    if gives_cursor(name.id, place.frame.body):
        return False
    above = stacks.parents.of
    entered = [node for node in reads if isinstance(above(node), ast.withitem)]
    for node in reads:
        method = above(node)
        if isinstance(method, ast.Attribute) and method.attr in {*row.closes, "__exit__"}:
            return False
        if node not in entered and hands_on(
            node, above, row.closes, lambda each: context.names.qualified(each, scope), lends=True
        ):
            return False
    return entered[0] is name


def gives_cursor(name: str, statements: Iterable[ast.stmt]) -> bool:
    """Whether a cursor, which needs its connection open, leaves the function."""
    for node in nodes_in_frame(statements):
        if not isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)):
            continue
        value = node.value
        if isinstance(value, ast.Call) and method_on(value, name) in _CURSORS:
            return True
    return False


def used_later(name: ast.Name, node: ast.With, place: Place, context: Context) -> int | None:
    """Return the line on which a connection is used after `with name:` was left."""
    if any(isinstance(around.node, LOOPS) for around in place.around_in_frame()):
        return node.lineno
    end = node.end_lineno or node.lineno
    events = context.bindings.events(context.scope(place), name.id)
    return next((event.line for event in events if event.line > end), None)
