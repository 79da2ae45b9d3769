"""What stands in `with` headers: what is exempt, what may swallow, which layouts fit."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.semantics import catalogue
from lint_exitstack.semantics.comments import with_header
from lint_exitstack.semantics.names import dotted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lint_exitstack.model.rewrite import Need
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.comments import Header

With = ast.With | ast.AsyncWith
WITHS = (ast.With, ast.AsyncWith)

# Nesting these innermost over one statement is how tests say what is expected to happen.
_RAISES = frozenset({"pytest.raises", "pytest.warns", "pytest.deprecated_call"})
_RAISES_METHODS = frozenset(
    [
        "assertRaises",
        "assertRaisesRegex",
        "assertRaisesMessage",
        "assertWarns",
        "assertWarnsRegex",
        "assertWarnsMessage",
        "assertLogs",
        "assertNoLogs",
        "subTest",
    ]
)
_SWALLOWING = frozenset({"contextlib.suppress", "pytest.raises", "warnings.catch_warnings"})


def callee(expression: ast.expr) -> ast.expr:
    """Return what is called, or the expression itself where nothing is."""
    return expression.func if isinstance(expression, ast.Call) else expression


def is_exempt(
    managers: Iterable[ast.expr], place: Place, context: Context, needs: Iterable[Need] = ()
) -> bool:
    """Whether the nesting of one of `managers` is deliberate; `needs` are names yet to come."""
    settings = context.settings
    exempt = {*settings.exempt_contexts, *settings.extend_exempt_contexts}
    coming = {need.name: f"{need.module}.{need.name}" for need in needs}
    for manager in managers:
        called = callee(manager)
        name = dotted(called)
        if not exempt.isdisjoint((context.qualified(called, place), name, coming.get(name))):
            return True
    return False


def is_expectation(expression: ast.expr, place: Place, context: Context) -> bool:
    """Whether `expression` is `raises`, `assertRaises` or the like."""
    called = callee(expression)
    if isinstance(called, ast.Attribute) and called.attr in _RAISES_METHODS:
        return True
    return context.qualified(called, place) in _RAISES


def may_swallow(expression: ast.expr, place: Place, context: Context) -> bool:
    """Whether the exit of this manager isn't known to let every exception pass."""
    name = context.qualified(callee(expression), place)
    if name is None or not isinstance(expression, ast.Call):
        return True
    row = catalogue.resource(name, context.settings.resources)
    return row is None or row.exit is catalogue.Exit.NONE


def is_swallowing(expression: ast.expr, place: Place, context: Context) -> bool:
    """Whether this manager is there to swallow: on a stack, type checkers would miss that."""
    if is_expectation(expression, place, context):
        return True
    return context.qualified(callee(expression), place) in _SWALLOWING


def can_wrap(context: Context) -> bool:
    """Whether a header may be put in parentheses for the target version."""
    target = context.settings.target_version
    if target >= (3, 10):
        return True
    if target != (3, 9):
        return False
    return context.settings.parenthesized_39 or any(
        isinstance(node, WITHS) and needs_parentheses(node, with_header(context.source, node))
        for node in ast.walk(context.tree)
    )


def needs_parentheses(node: With, header: Header) -> bool:
    """Whether Python 3.8 would take this header for a tuple, or refuse it."""
    named = any(item.optional_vars is not None for item in node.items)
    return header.parenthesized and (named or len(node.items) > 1)
