"""Where the thing that a `finally` releases comes from, and what stands between."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.evaluation import Spot, is_bound_before
from lint_exitstack.semantics.flow import awaits, blocks_of, nodes_in_frame, yields
from lint_exitstack.semantics.names import dotted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.rules.context import Context, Place

# More than this before the `try` is no configuration of the resource any more.
_LONGEST_GAP = 3
_SILENT = (ast.Pass, ast.Global, ast.Nonlocal)
_DISPLAYS = (ast.Tuple, ast.List)


class Origin(enum.Enum):
    """How the name that is released got its value."""

    BEFORE = "by a statement before the `try`"
    INSIDE = "by a statement of the `try`, after `x = None`"
    PARAMETER = "from the caller"
    ELSEWHERE = "somewhere else"


@dataclass(frozen=True, slots=True, eq=False)
class Acquisition:
    """How `subject` (`x`, `self.conn`) is bound when its `try` runs.

    `statement` binds it: in the block of the `try` (BEFORE, and ELSEWHERE if it's compound) or at
    the top of its body (INSIDE). `value` is what it assigns to `subject` and nothing else, None
    where a tuple is unpacked, several targets are bound, or the like. `gap` are the statements
    between (for INSIDE: those of the body before it), `cleared` is `x = None` before the `try`,
    `between` what follows that up to the `try`.
    """

    subject: str
    origin: Origin
    statement: ast.stmt | None = None
    value: ast.expr | None = None
    gap: tuple[ast.stmt, ...] = ()
    cleared: ast.stmt | None = None
    between: tuple[ast.stmt, ...] = ()


def acquisition(receiver: ast.expr, place: Place, context: Context) -> Acquisition | None:
    """Return where `receiver` gets its value, seen from the `try` at `place`.

    None for anything but a name, or attributes of one.
    """
    subject = dotted(receiver)
    if subject is None:
        return None
    index = _last_binding(subject, place.block[: place.index])
    if index is None:
        return Acquisition(subject, _origin(subject, place, context))
    statement = place.block[index]
    between = tuple(place.block[index + 1 : place.index])
    if _clears(subject, statement):
        return _inside(subject, statement, between, place)
    value = assigned_to(subject, statement)
    exact = isinstance(statement, (ast.Assign, ast.AnnAssign)) and _assigns(subject, statement)
    origin = Origin.BEFORE if exact else Origin.ELSEWHERE
    return Acquisition(subject, origin, statement, value, between)


def _inside(
    subject: str, cleared: ast.stmt, between: tuple[ast.stmt, ...], place: Place
) -> Acquisition:
    """Return the acquisition in the body of the `try`, after `x = None` before it."""
    body = place.node.body if isinstance(place.node, ast.Try) else []
    index = next((n for n, node in enumerate(body) if binds(subject, node)), None)
    if index is None:
        return Acquisition(subject, Origin.ELSEWHERE, cleared=cleared, between=between)
    return Acquisition(
        subject,
        Origin.INSIDE,
        body[index],
        assigned_to(subject, body[index]),
        tuple(body[:index]),
        cleared,
        between,
    )


def _last_binding(subject: str, block: Sequence[ast.stmt]) -> int | None:
    found = [index for index, statement in enumerate(block) if binds(subject, statement)]
    return found[-1] if found else None


def binds(subject: str, statement: ast.stmt) -> bool:
    """Whether `statement`, or one in it, gives `subject` (or a part of it) a value or takes it."""
    return any(
        not isinstance(node.ctx, ast.Load) and _touches(dotted(node), subject)
        for node in nodes_in_frame([statement])
        if isinstance(node, (ast.Name, ast.Attribute))
    )


def _assigns(subject: str, statement: ast.stmt) -> bool:
    """Whether `statement` gives `subject` itself a value, not what it is an attribute of."""
    return any(
        not isinstance(node.ctx, ast.Load) and dotted(node) == subject
        for node in nodes_in_frame([statement])
        if isinstance(node, (ast.Name, ast.Attribute))
    )


def _touches(bound: str | None, subject: str) -> bool:
    """Whether binding `bound` changes what `subject` is: `self` does for `self.conn`."""
    return bound is not None and (bound == subject or subject.startswith(f"{bound}."))


def assigned_to(subject: str, statement: ast.stmt) -> ast.expr | None:
    """Return the value of `subject = value`, None for any other statement."""
    match statement:
        case ast.Assign(targets=[target], value=value):
            return value if dotted(target) == subject else None
        case ast.AnnAssign(target=target, value=value):
            return value if dotted(target) == subject else None
    return None


def _clears(subject: str, statement: ast.stmt) -> bool:
    """Whether `statement` sets `subject` to None, maybe with others: `x = y = None`."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            pairs = [*zip(names, values, strict=False)]
            found = [value for name, value in pairs if dotted(name) == subject]
        case ast.Assign(targets=targets, value=value):
            found = [value for target in targets if dotted(target) == subject]
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            found = [value] if dotted(target) == subject else []
        case _:
            return False
    return bool(found) and all(
        isinstance(value, ast.Constant) and value.value is None for value in found
    )


def _origin(subject: str, place: Place, context: Context) -> Origin:
    scope = context.scope(place)
    events = scope.events.get(subject.partition(".")[0], ())
    changes = [event for event in events if event.act is not Act.READ]
    only_parameter = len(changes) == 1 and changes[0].act is Act.PARAMETER
    return Origin.PARAMETER if only_parameter and "." not in subject else Origin.ELSEWHERE


def is_short(gap: Sequence[ast.stmt]) -> bool:
    """Whether what stands before the `try` may go into the `with` as part of its beginning."""
    simple = not any(any(blocks_of(statement)) for statement in gap)
    return len(gap) <= _LONGEST_GAP and simple and not yields(gap) and not awaits(gap)


def is_surely_bound(name: str, place: Place, context: Context) -> bool:
    """Whether each way to the statement at `place` has bound `name` in this function.

    Sees what `is_bound_before` doesn't: loop targets, branches that bind or leave, `else` clauses.
    """
    scope = context.scope(place)
    unbinders = {Act.DELETE, Act.HANDLER}
    if any(event.act in unbinders for event in scope.events.get(name, ())):
        return False
    here: Place | None = place
    while here is not None:
        if any(_binds_always(name, statement) for statement in here.block[: here.index]):
            return True
        around = here.parent
        if around is None or around.node is place.frame:
            return False
        if _binds_for(name, around.node, here.part):
            return True
        here = around
    return False


def _binds_for(name: str, node: ast.stmt, part: str) -> bool:
    """Whether `node` has bound `name` by the time that its block `part` runs."""
    match node:
        case ast.For(target=target) | ast.AsyncFor(target=target) if part == "body":
            return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(target))
        case ast.With(items=items) | ast.AsyncWith(items=items):
            targets = [item.optional_vars for item in items if item.optional_vars]
            return any(isinstance(n, ast.Name) and n.id == name for n in targets)
        case ast.Try(body=body) if part == "orelse":
            return any(_binds_always(name, statement) for statement in body)
    return False


def _binds_always(name: str, statement: ast.stmt) -> bool:
    """Whether control that goes on behind `statement` has bound `name` in it."""
    match statement:
        case ast.Assign() | ast.AnnAssign(value=ast.expr()):
            return binds(name, statement)
        case ast.If(body=body, orelse=orelse):
            return _block_binds(name, body) and _block_binds(name, orelse)
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
            if any(_binds_always(name, inner) for inner in final):
                return True
            normal = _block_binds(name, [*body, *orelse])
            return normal and all(_block_binds(name, handler.body) for handler in handlers)
    return False


def _block_binds(name: str, block: Sequence[ast.stmt]) -> bool:
    leaves = bool(block) and isinstance(block[-1], (ast.Return, ast.Raise, ast.Break, ast.Continue))
    return leaves or any(_binds_always(name, statement) for statement in block)


def is_silent(statement: ast.stmt, place: Place, context: Context) -> bool:
    """Whether `statement`, which stands before the `try` at `place`, surely raises nothing.

    Constants and plain names, assigned to plain names.
    """
    if isinstance(statement, _SILENT):
        return True
    match statement:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=targets, value=value):
            named = all(isinstance(target, ast.Name) for target in targets)
            return named and _is_quiet(value, place, context)
        case ast.AnnAssign(target=ast.Name(), value=value, simple=1):
            annotated = _is_function(place)  # elsewhere the annotation is evaluated
            return annotated and (value is None or _is_quiet(value, place, context))
    return False


def _is_function(place: Place) -> bool:
    return isinstance(place.frame, (ast.FunctionDef, ast.AsyncFunctionDef))


def _is_quiet(expression: ast.expr, place: Place, context: Context) -> bool:
    spot = Spot(place.node, context.scope(place), place.statements_before)
    pending = [expression]
    while pending:
        here = pending.pop()
        if isinstance(here, _DISPLAYS):
            pending.extend(here.elts)
        elif isinstance(here, ast.Name):
            if not is_bound_before(here.id, spot, context.bindings):
                return False
        elif isinstance(here, ast.Dict):
            if here.keys:
                return False
        elif not isinstance(here, ast.Constant):
            return False
    return True
