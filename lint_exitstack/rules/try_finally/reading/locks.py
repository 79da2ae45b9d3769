"""What is known of a lock by the place where it is made: the same function, class or module."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.rules.try_finally.reading.acquisition import Origin, acquisition, is_short
from lint_exitstack.rules.try_finally.reading.cleanup import Release, release_of
from lint_exitstack.rules.try_finally.reading.managing import made_by, only_value
from lint_exitstack.semantics.bindings import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.catalogue import Resource


@dataclass(frozen=True, slots=True)
class Made:
    """What makes the object: rows of the catalogue, None for a call that it doesn't know.

    `changing` is an assignment that may give the attribute another value later on.
    """

    rows: tuple[Resource | None, ...]
    changing: ast.expr | None = None

    @property
    def row(self) -> Resource | None:
        """The lock that it surely is."""
        if not self.rows or any(row is None or row != self.rows[0] for row in self.rows):
            return None
        return self.rows[0]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A lock taken by `taken`, given back by the `finally` of `node`.

    `gap` stands between taking it and the `try`. Where it's taken in the `try`, `lead` counts the
    statements of the body up to there; else it's 0.
    """

    node: ast.Try
    place: Place
    taken: Release
    gap: tuple[ast.stmt, ...]
    given: Release
    lead: int = 0

    @property
    def is_async(self) -> bool:
        return self.taken.awaited


def pair_of(node: ast.Try, place: Place) -> Pair | None:
    """Return the lock that is taken before `node`, or in it, and only released at its end."""
    given = release_of(node.finalbody[0]) if len(node.finalbody) == 1 else None
    if given is None or given.method != "release" or given.guard or given.has_arguments:
        return None
    for index in range(place.index - 1, -1, -1):
        taken = release_of(place.block[index])
        if taken is None or taken.method != "acquire" or taken.guard is not None:
            continue
        gap = tuple(place.block[index + 1 : place.index])
        if taken.name is None or taken.name != given.name or taken.has_arguments:
            return None
        return Pair(node, place, taken, gap, given) if is_short(gap) else None
    return _taken_inside(node, given, place)


def _taken_inside(node: ast.Try, given: Release, place: Place) -> Pair | None:
    for index, statement in enumerate(node.body, 1):
        taken = release_of(statement)
        if taken is None or taken.method != "acquire" or taken.guard is not None:
            continue
        same = given.name is not None and taken.name == given.name and not taken.has_arguments
        return Pair(node, place, taken, (), given, index) if same else None
    return None


def made(receiver: ast.expr, place: Place, context: Context) -> Made:
    """Return what makes the object that `receiver` is at `place`."""
    if isinstance(receiver, ast.Name):
        before = acquisition(receiver, place, context)
        value = None if before is None else before.value
        if value is None or before is None or before.origin is not Origin.BEFORE:
            value = only_value(receiver.id, context.scope(place), context)
        return Made(() if value is None else (made_by(value, place, context),))
    if not isinstance(receiver, ast.Attribute) or not isinstance(receiver.value, ast.Name):
        return Made(())
    owner = _class_of(receiver.value, place, context)
    if owner is None:
        return Made(())
    return _made_in(owner, receiver.attr, place, context)


def _class_of(expression: ast.Name, place: Place, context: Context) -> ast.ClassDef | None:
    """Return the class whose attribute this is: the one around for `self`, or by its name."""
    definition = context.names.definition(expression, context.scope(place))
    if isinstance(definition, ast.ClassDef):
        return definition
    method = place.frame
    if not isinstance(method, FUNCTIONS) or not _is_first_parameter(expression.id, method):
        return None
    around = next((p for p in place.ancestors() if p.node is method), None)
    holder = None if around is None or around.parent is None else around.parent.node
    return holder if isinstance(holder, ast.ClassDef) else None


def _is_first_parameter(name: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args]
    return bool(arguments) and arguments[0].arg == name


def _made_in(owner: ast.ClassDef, attribute: str, place: Place, context: Context) -> Made:
    rows: list[Resource | None] = []
    changing: ast.expr | None = None
    for target, value, function in _assignments(owner, attribute):
        rows.append(None if value is None else made_by(value, place, context))
        if function is not None and function.name not in {"__init__", "__new__", "__setstate__"}:
            changing = target
    outside = _assigned_from_outside(owner, attribute, context)
    return Made(tuple(rows), outside or changing)


def _assignments(
    owner: ast.ClassDef, attribute: str
) -> Iterator[tuple[ast.expr, ast.expr | None, ast.FunctionDef | ast.AsyncFunctionDef | None]]:
    for statement in owner.body:
        for target, value in _targets(statement):
            if isinstance(target, ast.Name) and target.id == attribute:
                yield target, value, None
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for node in ast.walk(statement):
            for target, value in _targets(node):
                if isinstance(target, ast.Attribute) and target.attr == attribute:
                    yield target, value, statement


def _targets(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    match node:
        case ast.Assign(targets=[target], value=value):
            yield target, value
        case ast.Assign(targets=targets):
            yield from ((target, None) for target in targets)
        case ast.AnnAssign(target=target, value=value) if value is not None:
            yield target, value
        case ast.AugAssign(target=target):
            yield target, None


def _assigned_from_outside(
    owner: ast.ClassDef, attribute: str, context: Context
) -> ast.expr | None:
    inside = range(owner.lineno, (owner.end_lineno or owner.lineno) + 1)
    for node in ast.walk(context.tree):
        if not isinstance(node, ast.Attribute) or node.attr != attribute:
            continue
        if not isinstance(node.ctx, ast.Load) and node.lineno not in inside:
            return node
    return None
