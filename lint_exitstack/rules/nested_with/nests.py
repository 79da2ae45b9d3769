"""Chains of `with` statements in which each ends the one before: what one stack could hold."""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING

from lint_exitstack.rules.nested_with.contexts import (
    WITHS,
    With,
    callee,
    is_exempt,
    is_swallowing,
)
from lint_exitstack.rules.nested_with.stacking import Stacking, Step
from lint_exitstack.semantics.comments import with_header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.rule import Rule


def next_step(node: With) -> Step | None:
    """Return the `with` that ends `node`, through `if` statements without `else`."""
    conditions: list[ast.If] = []
    last = node.body[-1]
    while isinstance(last, ast.If) and not last.orelse:
        conditions.append(last)
        last = last.body[-1]
    return Step(last, tuple(conditions)) if isinstance(last, WITHS) else None


def steps_from(place: Place, context: Context) -> list[Step]:
    """Return the chain that starts at `place`; empty if it's short or part of a longer one."""
    node = place.node
    if not isinstance(node, WITHS) or levels(_shape(node)) < context.settings.exit_stack_depth:
        return []
    if _is_continuation(place, context):
        return []
    steps = [Step(node)]
    if not _fits_on_a_stack(node, place, context):
        return steps
    while (step := next_step(steps[-1].node)) is not None:
        if not _fits_on_a_stack(step.node, place, context):
            break
        steps.append(step)
    return steps


def _shape(node: With) -> list[Step]:
    """Return the chain that starts at `node`, whatever its managers are."""
    steps = [Step(node)]
    while (step := next_step(steps[-1].node)) is not None:
        steps.append(step)
    return steps


def _is_continuation(place: Place, context: Context) -> bool:
    parent = place.parent
    here: ast.stmt = place.node
    while parent is not None and isinstance(parent.node, ast.If):
        if parent.node.orelse or parent.node.body[-1] is not here:
            return False
        here, parent = parent.node, parent.parent
    if parent is None or not isinstance(parent.node, WITHS) or parent.node.body[-1] is not here:
        return False
    fits = isinstance(place.node, WITHS) and _fits_on_a_stack(place.node, place, context)
    return fits and _fits_on_a_stack(parent.node, place, context)


def _fits_on_a_stack(node: With, place: Place, context: Context) -> bool:
    """Whether the managers of `node` may be entered on a stack.

    Not those that are there to swallow (type checkers would take what follows for reachable
    only), nor mock_open, which fails under ExitStack (python/cpython#150484).
    """
    managers = [item.context_expr for item in node.items]
    if is_exempt(managers, place, context):
        return False
    return not any(is_swallowing(m, place, context) or _is_mock_open(m) for m in managers)


def _is_mock_open(expression: ast.expr) -> bool:
    called = callee(callee(expression))
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name == "mock_open"


def levels(steps: Sequence[Step]) -> int:
    """Return how deep the nest is once everything that fits in one header is merged."""
    count = 1
    for outer, step in itertools.pairwise(steps):
        mergeable = len(outer.node.body) == 1 and not step.conditions
        if not mergeable or type(outer.node) is not type(step.node):
            count += 1
    return count


def is_mixed(steps: Sequence[Step]) -> bool:
    """Whether both kinds of `with` occur."""
    return len({type(step.node) for step in steps}) > 1


def report(rule: Rule, steps: Sequence[Step], place: Place, context: Context, what: str) -> Finding:
    """Make the finding for a nest, with one stack as its rewrite."""
    stacking = Stacking(context, place, steps)
    rewrite, hazards = stacking.plan()
    header = with_header(context.source, steps[0].node)
    span = context.source.span(steps[0].node)
    return context.finding(
        rule,
        type(span)(span.start, type(span.end)(header.colon.line, header.colon.column + 1)),
        what,
        help_=stacking.help,
        rewrite=rewrite,
        hazards=hazards,
        noqa_line=header.colon.line,
    )
