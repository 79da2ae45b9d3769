"""What `if x is not None:` in a `finally` guards against, and whether that can happen at all."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.rules.try_finally.reading.acquisition import assigned_to
from lint_exitstack.rules.try_finally.reading.cleanup import Test
from lint_exitstack.rules.try_finally.reading.managing import made_by
from lint_exitstack.rules.wording import quoted
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.flow import LOOPS, WITHS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.reading.acquisition import Acquisition
    from lint_exitstack.rules.try_finally.reading.cleanup import Guard

# Kinds of the catalogue whose objects may be empty, and then count as false.
_MAY_BE_FALSE = frozenset({"shelf", "database", "memory map", "buffer", "mailbox", "response"})


def guard_hazards(
    guard: Guard, value: ast.expr, place: Place, context: Context
) -> Iterator[Hazard]:
    """Yield a hazard where the guard may hold off the cleanup of what `value` gave."""
    call = value.value if isinstance(value, ast.Await) else value
    if _makes_an_object(call, guard.test, place, context):
        return
    text = quoted(context.source, call)
    what = "None" if guard.test is Test.NOT_NONE else "something that counts as false"
    message = f"`{text}` may return {what}, which the guard leaves alone"
    yield Hazard("runs-more", message, context.source.span(guard.subject))


def _makes_an_object(call: ast.expr, test: Test, place: Place, context: Context) -> bool:
    if not isinstance(call, ast.Call):
        return False
    row = made_by(call, place, context)
    if row is not None:
        return test is Test.NOT_NONE or row.kind not in _MAY_BE_FALSE
    definition = context.names.definition(call.func, context.scope(place))
    if isinstance(definition, ast.ClassDef):
        return test is Test.NOT_NONE or _is_always_true(definition)
    last = getattr(call.func, "attr", getattr(call.func, "id", ""))
    # By convention a class; what a class makes is never None.
    return test is Test.NOT_NONE and last[:1].isupper() and not last.isupper()


def _is_always_true(definition: ast.ClassDef) -> bool:
    methods = {node.name for node in definition.body if isinstance(node, ast.FunctionDef)}
    return not definition.bases and not methods & {"__len__", "__bool__"}


def needs_none(acquired: Acquisition, node: ast.Try, place: Place, context: Context) -> bool:
    """Whether somebody may read the None that the name holds if the acquisition fails."""
    if not isinstance(place.frame, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return True
    if acquired.cleared is not None and assigned_to(acquired.subject, acquired.cleared) is None:
        return True  # others are set by the same statement
    scope = context.scope(place)
    if context.bindings.owner(scope, acquired.subject) is not scope:
        return True
    goes_on = bool(node.handlers) or any(
        isinstance(around.node, (ast.Try, *WITHS, *LOOPS)) for around in place.around_in_frame()
    )
    first = node.body[0].lineno
    last = node.body[-1].end_lineno or node.body[-1].lineno
    for event in context.bindings.events(scope, acquired.subject):
        if event.act is not Act.READ:
            continue
        if event.origin is not scope:
            return True
        outside = not first <= event.line <= last and not _is_in(event.line, node.finalbody[0])
        if outside and goes_on:
            return True
    return False


def _is_in(line: int, statement: ast.stmt) -> bool:
    return statement.lineno <= line <= (statement.end_lineno or statement.lineno)


def mentions(name: str, statements: tuple[ast.stmt, ...]) -> bool:
    """Whether `name` occurs anywhere in these statements."""
    return any(
        isinstance(node, ast.Name) and node.id == name
        for statement in statements
        for node in ast.walk(statement)
    )
