"""Cleanups of a `finally` that stand under a guard, or in a loop over what there is."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_exitstack.rules.try_finally.reading.cleanup import Guard, release_of
from lint_exitstack.rules.try_finally.reading.cleanup_calls import Cleanup, read_cleanup
from lint_exitstack.semantics.names import dotted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.rules.context import Context, Place

# Telling something to stop can't fail.
_NEVER_RAISING = frozenset({"cancel"})


def read_all(block: Sequence[ast.stmt], place: Place, context: Context) -> list[Cleanup | ast.stmt]:
    """Return the statements of `block`, each as a cleanup where it is a call, or one around it."""
    return [_read(statement, place, context) for statement in block]


def _read(statement: ast.stmt, place: Place, context: Context) -> Cleanup | ast.stmt:
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        return _loop(statement, place, context) or statement
    if isinstance(statement, ast.If):
        inner = guard_of(statement)
        found = None if inner is None else read_cleanup(inner.node.body[0], place, context)
        known = found is not None and found.is_known
        return replace(found, around=statement) if found is not None and known else statement
    return read_cleanup(statement, place, context) or statement


def guard_of(node: ast.If) -> Guard | None:
    """Return the guard of one cleanup that asks whether there is something to clean up."""
    release = release_of(node)
    if release is None or release.guard is None or release.guards_itself:
        return None if release is None else release.guard
    # os.close(number) asks for its argument.
    call = release.call.call
    asked = dotted(release.guard.subject)
    given = [dotted(argument) for argument in call.args[:1]]
    return release.guard if asked is not None and given == [asked] else None


def _loop(node: ast.For | ast.AsyncFor, place: Place, context: Context) -> Cleanup | None:
    """Return the cleanup of all the things that a loop goes through, if it does nothing else."""
    found = [read_cleanup(statement, place, context) for statement in node.body]
    cleanups = [each for each in found if each is not None and each.is_known]
    if node.orelse or not cleanups or None in found:
        return None
    func = cleanups[-1].call.call.func
    if isinstance(func, ast.Attribute) and func.attr in _NEVER_RAISING:
        return None
    receiver = context.source.segment(node.iter)
    return replace(cleanups[-1], around=node, receiver=receiver)
