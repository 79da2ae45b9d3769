"""Reads a flag that is set before a `try`, set otherwise in it, and asked in its `finally`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.rules.try_finally.reading.cleanup_calls import Cleanup, read_cleanups
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.flow import nodes_in_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.rules.context import Context, Place


@dataclass(frozen=True, slots=True, eq=False)
class Flag:
    """A flag and the places that know it.

    `before` sets it in front of the `try`, `success` in its body: None where that stands in a
    nested block or is one of several. `is_asked_once` says that only `test` reads it.
    """

    name: str
    node: ast.Try
    test: ast.If
    before: ast.Assign
    success: ast.Assign | None
    cleanups: tuple[Cleanup, ...]
    is_asked_once: bool


def flag_of(node: ast.Try, place: Place, context: Context) -> Flag | None:
    """Return the flag that decides about the cleanup of `node`, if one does."""
    test = node.finalbody[0]
    if not isinstance(test, ast.If) or test.orelse:
        return None
    name, wanted = _question(test.test)
    before = _last_set(name, place.block[: place.index])
    if not name or before is None or _constant(before) is not wanted:
        return None
    parts = read_cleanups(test.body, place, context)
    cleanups = tuple(p for p in parts if isinstance(p, Cleanup) and not p.is_remark)
    known = len(cleanups) == len(parts) and any(each.is_known for each in cleanups)
    if not known or not _is_local(name, place, context):
        return None
    inside = [each for each in nodes_in_frame(node.body) if _sets(name, each)]
    others = [each for each in nodes_in_frame([*node.handlers, *node.orelse]) if _sets(name, each)]
    every = [*inside, *others]
    if not every or any(_constant(each) is not (not wanted) for each in every):
        return None
    only = every[0] if len(every) == 1 and every[0] in node.body else None
    success = only if isinstance(only, ast.Assign) else None
    events = context.scope(place).events[name]
    reads = [event for event in events if event.act is Act.READ]
    asked_once = len(reads) == 1 and len(events) == 3
    return Flag(name, node, test, before, success, cleanups, asked_once)


def _question(test: ast.expr) -> tuple[str, bool]:
    """Return the name that a test asks, and the value with which the cleanup is due."""
    match test:
        case ast.Name(id=name):
            return name, True
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)):
            return name, False
    return "", False


def _last_set(name: str, block: Sequence[ast.stmt]) -> ast.Assign | None:
    """Return the last statement of `block` that mentions `name`, if it sets it to a constant."""
    for statement in reversed(block):
        if _sets(name, statement) and isinstance(statement, ast.Assign):
            return statement
        mentioned = (n for n in nodes_in_frame([statement]) if isinstance(n, ast.Name))
        if any(each.id == name for each in mentioned):
            return None
    return None


def _sets(name: str, node: ast.AST) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name(id=target)]):
            return target == name
    return False


def _constant(node: ast.AST) -> bool | None:
    """Return the truth value that an assignment gives, None for anything but True and False."""
    match node:
        case ast.Assign(value=ast.Constant(value=bool(value))):
            return value
    return None


def _is_local(name: str, place: Place, context: Context) -> bool:
    """Whether only this function knows the name, and only assignments and reads touch it."""
    scope = context.scope(place)
    owner = context.bindings.owner(scope, name)
    if owner is not scope or scope.is_module or scope.is_class:
        return False
    events = context.bindings.events(scope, name)
    known = all(event.act in {Act.READ, Act.BIND} for event in events)
    return known and all(event.origin is scope for event in events)
