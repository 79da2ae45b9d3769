"""Whether an expression may be evaluated earlier than it is: promise 6 of the rewrites."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import Act

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lint_exitstack.semantics.bindings import Bindings, Event, Scope

_SETTLED = {Act.IMPORT, Act.DEFINE, Act.PARAMETER}


@dataclass(frozen=True, slots=True)
class Spot:
    """A statement in its scope: `before` gives the statements that have run whenever it runs.

    These are its earlier siblings and those of the statements around it, up to its function. At
    module level they are half the file: most questions are answered without them.
    """

    statement: ast.stmt
    scope: Scope
    before: Callable[[], Sequence[ast.stmt]]


def names_in(expression: ast.expr) -> list[ast.Name]:
    """Return the names that evaluating `expression` reads."""
    return [node for node in ast.walk(expression) if isinstance(node, ast.Name)]


def is_bound_before(name: str, spot: Spot, bindings: Bindings) -> bool:
    """Whether `name` surely has a value when `spot` is reached.

    True for builtins, module-level imports and definitions that nothing rebinds, parameters, and
    locals bound by a statement that always runs before.
    """
    owner = bindings.owner(spot.scope, name)
    if owner is None:
        return True
    changes = bindings.changes(owner, name)
    if any(event.act in {Act.DELETE, Act.HANDLER} for event in changes):
        return False
    if owner is spot.scope:
        parameter = any(event.act is Act.PARAMETER for event in changes)
        return parameter or _runs_before(spot, changes)
    if owner.is_module:
        # The function runs when the module is complete; only what may not run stays unsure.
        return len(changes) == 1 and _runs_in(changes[0], bindings.around(changes[0]))
    return all(event.act is Act.PARAMETER for event in changes)


def _runs_before(spot: Spot, events: Sequence[Event]) -> bool:
    return bool(events) and any(_runs_in(event, spot.before()) for event in events)


def _runs_in(event: Event, block: Iterable[ast.stmt]) -> bool:
    """Whether the event happens in one of these statements, unconditionally."""
    for statement in block:
        if statement is event.node:
            return True
        simple = (ast.Assign, ast.AnnAssign, ast.AugAssign)
        if isinstance(statement, simple) and any(n is event.node for n in ast.walk(statement)):
            return not isinstance(statement, ast.AnnAssign) or statement.value is not None
        if isinstance(statement, (ast.With, ast.AsyncWith)) and any(
            target is event.node
            for item in statement.items
            if item.optional_vars
            for target in ast.walk(item.optional_vars)
        ):
            return True
    return False


def changed_in(
    name: str, statements: Sequence[ast.stmt], scope: Scope, bindings: Bindings
) -> Event | None:
    """Return what may give `name` another value while `statements` run, if anything does.

    Changes from other scopes count too: a nested function that declares the name may be called.
    Those of the statements themselves come first: they surely happen.
    """
    owner = bindings.owner(scope, name)
    if owner is None:
        return None
    first, last = statements[0].lineno, statements[-1].end_lineno or statements[-1].lineno
    changes = bindings.changes(owner, name)
    for event in changes:
        if event.origin is scope and first <= event.line <= last:
            return event
    for event in changes:
        if event.origin is not scope and event.origin is not owner:
            return event
        if event.origin is owner and owner is not scope and not _is_settled(event, bindings):
            return event
    return None


def _is_settled(event: Event, bindings: Bindings) -> bool:
    """Whether an event of an outer scope is the only one of its name, or an import."""
    changes = bindings.changes(event.origin, event.name)
    return len(changes) == 1 or all(change.act in _SETTLED for change in changes)
