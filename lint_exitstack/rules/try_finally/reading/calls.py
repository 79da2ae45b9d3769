"""A statement that is one call, awaited or not."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """A statement that is nothing but a call, awaited or not."""

    statement: ast.Expr
    call: ast.Call
    awaited: bool


def call_of(statement: ast.stmt) -> Call | None:
    """Return the call that `statement` consists of, None if it's anything else."""
    if not isinstance(statement, ast.Expr):
        return None
    value = statement.value
    awaited = isinstance(value, ast.Await)
    call = value.value if isinstance(value, ast.Await) else value
    return Call(statement, call, awaited) if isinstance(call, ast.Call) else None
