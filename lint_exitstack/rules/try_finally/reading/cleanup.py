"""What a statement of a `finally` or of a handler releases, and on which condition."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass

from lint_exitstack.rules.try_finally.reading.calls import Call, call_of
from lint_exitstack.semantics.names import dotted


class Test(enum.Enum):
    """How a guard asks whether there is something to release."""

    NOT_NONE = "is not None"
    TRUE = "is true"


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """`if subject is not None:` or `if subject:` around one cleanup."""

    node: ast.If
    subject: ast.expr
    test: Test


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """`receiver.method(...)` as a statement, maybe awaited, maybe guarded.

    `statement` is all of it, the `if` of its guard included.
    """

    statement: ast.stmt
    call: Call
    receiver: ast.expr
    method: str
    guard: Guard | None = None

    @property
    def awaited(self) -> bool:
        return self.call.awaited

    @property
    def name(self) -> str | None:
        """The receiver as written, if it's names and dots only: `x`, `self.conn`."""
        return dotted(self.receiver)

    @property
    def has_arguments(self) -> bool:
        return bool(self.call.call.args or self.call.call.keywords)

    @property
    def guards_itself(self) -> bool:
        """Whether the guard, if there is one, asks about the very thing that is released."""
        if self.guard is None:
            return True
        return self.name is not None and dotted(self.guard.subject) == self.name


def release_of(statement: ast.stmt) -> Release | None:
    """Return the method call that `statement` is, None for anything else."""
    guard = _guard(statement) if isinstance(statement, ast.If) else None
    inner = statement if guard is None else guard.node.body[0]
    call = call_of(inner)
    if call is None or not isinstance(call.call.func, ast.Attribute):
        return None
    func = call.call.func
    return Release(statement, call, func.value, func.attr, guard)


def _guard(node: ast.If) -> Guard | None:
    if node.orelse or len(node.body) != 1:
        return None
    match node.test:
        case ast.Name() | ast.Attribute() as subject:
            return Guard(node, subject, Test.TRUE)
        case ast.Compare(left=subject, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return Guard(node, subject, Test.NOT_NONE)
    return None
