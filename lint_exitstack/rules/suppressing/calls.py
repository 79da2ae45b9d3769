"""Calls of `contextlib.suppress` (or of our runtime's)."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_exitstack.rules.context import Context, Place

SUPPRESS = frozenset({"contextlib.suppress", "lint_exitstack.runtime.suppress"})


def is_suppress(node: ast.AST, place: Place, context: Context) -> bool:
    """Whether `node` calls `suppress`."""
    return isinstance(node, ast.Call) and context.qualified(node.func, place) in SUPPRESS
