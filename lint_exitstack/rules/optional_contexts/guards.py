"""Conditions: a choice between two values, and the guard that knows which one was taken."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_exitstack.rules.context import Place

_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
# Calls of these with the same arguments give the same answer again.
_STEADY = frozenset({"isinstance", "issubclass", "callable"})


@dataclass(frozen=True, slots=True)
class Choice:
    """`statements` give `name` the value `then` if `test` holds, else `other`."""

    statements: tuple[ast.stmt, ...]
    name: str
    test: ast.expr
    then: ast.expr
    other: ast.expr

    @property
    def parts(self) -> tuple[ast.expr, ...]:
        """The expressions that are kept."""
        return self.test, self.then, self.other


@dataclass(frozen=True, slots=True)
class Guarded:
    """`if test: name.close()`."""

    name: str
    test: ast.expr
    closed: ast.Name


def guarded_close(node: ast.stmt) -> Guarded | None:
    """Return what a `finally` closes, and when."""
    match node:
        case ast.If(
            test=test,
            body=[
                ast.Expr(
                    value=ast.Call(
                        func=ast.Attribute(value=ast.Name() as closed, attr="close"),
                        args=[],
                        keywords=[],
                    )
                )
            ],
            orelse=[],
        ):
            return Guarded(closed.id, test, closed)
    return None


def choice_before(place: Place, name: str) -> Choice | None:
    """Return the choice that the statements right before `place` make for `name`."""
    previous = place.previous
    match previous:
        case ast.Assign(targets=[ast.Name(id=target)], value=ast.IfExp() as value):
            if target == name:
                return Choice((previous,), name, value.test, value.body, value.orelse)
        case ast.If(body=[then], orelse=[other]):
            return _of_branches(previous, _assigned(then, name), _assigned(other, name), name)
        case ast.If(body=[then], orelse=[]) if place.index > 1:
            default = place.block[place.index - 2]
            other_value = _assigned(default, name)
            value_then = _assigned(then, name)
            if value_then is None or other_value is None or _reads(previous.test, name):
                return None
            if _reads(value_then, name) or not isinstance(other_value, (ast.Name, ast.Constant)):
                return None
            return Choice((default, previous), name, previous.test, value_then, other_value)
    return None


def _of_branches(
    node: ast.If, then: ast.expr | None, other: ast.expr | None, name: str
) -> Choice | None:
    return None if then is None or other is None else Choice((node,), name, node.test, then, other)


def _assigned(node: ast.stmt, name: str) -> ast.expr | None:
    match node:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            return value
    return None


def _reads(node: ast.expr, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def closes_first(guard: ast.expr, choice: Choice) -> bool | None:
    """Return whether `guard` holds where the first value was chosen; None if that isn't sure."""
    for spared, first in ((choice.other, True), (choice.then, False)):
        if _is_test_for_other(guard, choice.name, spared):
            return first
    if _reads(guard, choice.name) or not _is_steady(guard):
        return None
    if _equal(guard, choice.test):
        return True
    return False if _opposite(guard, choice.test) else None


def _is_test_for_other(guard: ast.expr, name: str, spared: ast.expr) -> bool:
    """Whether `guard` says that the variable isn't `spared`: `f is not sys.stdout`, `f`."""
    none = isinstance(spared, ast.Constant) and spared.value is None
    match guard:
        case ast.Name(id=tested):
            return none and tested == name
        case ast.Compare(left=ast.Name(id=tested), ops=[ast.IsNot()], comparators=[right]):
            return tested == name and _equal(right, spared)
    return False


def _is_steady(guard: ast.expr) -> bool:
    """Whether evaluating `guard` again gives the same, names and attributes unchanged."""
    for node in ast.walk(guard):
        if isinstance(node, (ast.Await, ast.NamedExpr, ast.Subscript, ast.Yield)):
            return False
        if isinstance(node, ast.Call):
            func = node.func
            if not isinstance(func, ast.Name) or func.id not in _STEADY:
                return False
    return True


def _equal(one: ast.expr, other: ast.expr) -> bool:
    return ast.dump(one) == ast.dump(other)


def _opposite(one: ast.expr, other: ast.expr) -> bool:
    """Whether one expression is the plain negation of the other."""
    for left, right in ((one, other), (other, one)):
        if isinstance(left, ast.UnaryOp) and isinstance(left.op, ast.Not):
            return _equal(left.operand, right)
    if not isinstance(one, ast.Compare) or not isinstance(other, ast.Compare):
        return False
    if len(one.ops) != 1 or len(other.ops) != 1:
        return False
    operands = _equal(one.left, other.left) and _equal(one.comparators[0], other.comparators[0])
    return operands and _OPPOSITES.get(type(one.ops[0])) is type(other.ops[0])
