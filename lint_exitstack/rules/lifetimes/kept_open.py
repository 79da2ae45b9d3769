"""Whether what a name or an attribute of `self` holds is closed by anything."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.rules.definitions.managers import ASYNC, SYNC
from lint_exitstack.rules.lifetimes.opened import USES, opened
from lint_exitstack.semantics.bindings import FUNCTIONS, Act
from lint_exitstack.semantics.flow import has
from lint_exitstack.semantics.ownership import VIEWING, hands_on, rebound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.lifetimes.opened import Opened
    from lint_exitstack.semantics.resource import Resource

# What leaves no part of the object with others.
_WORK = USES | {"seek", "tell", "flush", "isatty", "readable", "writable"}
_TRAITS = frozenset({"name", "mode", "encoding", "closed", "filename"})
_LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue, ast.Yield, ast.YieldFrom, ast.Await)


def is_kept(call: ast.Call, place: Place) -> bool:
    """Whether the statement at `place` does nothing but keep or yield what `call` gives."""
    node = place.node
    if _borrows(call):
        return False
    if isinstance(node, ast.AnnAssign):
        return node.value is call
    if isinstance(node, ast.Assign):
        return node.value is call and len(node.targets) == 1
    yielding = node.value if isinstance(node, ast.Expr) else None
    return isinstance(yielding, ast.Yield) and yielding.value is call


def needed_by(place: Place, context: Context) -> tuple[Opened, list[ast.stmt]] | None:
    """Return what the statement opens and those behind it up to the last that needs it.

    None where these don't stand beside it, or where it isn't a plain assignment to a variable.
    """
    found = opened(place.node, place, context)
    if found is None:
        return None
    events = context.bindings.events(context.scope(place), found.name)
    reads = [event.node for event in events if event.act is Act.READ]
    if len(events) > len(reads) + 1:
        return None
    inside = context.stacks.parents.inside
    holders = [
        [at for at, each in enumerate(place.following) if inside(node, each)] for node in reads
    ]
    if not all(holders):
        return None
    return found, place.following[: max(at for (at,) in holders) + 1]


def _borrows(call: ast.Call) -> bool:
    """Whether a file is opened by a number that belongs to somebody else, such as 0."""
    if any(keyword.arg in {None, "closefd"} for keyword in call.keywords) or not call.args:
        return True
    match call.args[0]:
        case ast.Constant(value=int()) | ast.Call(func=ast.Attribute(attr="fileno")):
            return True
    return False


def why_open(row: Resource, place: Place, context: Context) -> str | None:
    """Return why nothing closes what the statement opens and keeps; None where that's unsure."""
    if not isinstance(place.frame, FUNCTIONS) or row.name.startswith("tempfile."):
        return None
    match place.node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return _in_a_name(name, row, place, context)
        case (
            ast.Assign(targets=[ast.Attribute() as target])
            | ast.AnnAssign(target=ast.Attribute() as target)
        ):
            return _in_an_attribute(target, row, place, context)
        case ast.Expr():
            return _in_a_with(place, context)
    return None


def _in_a_name(name: str, row: Resource, place: Place, context: Context) -> str | None:
    scope = context.scope(place)
    if context.bindings.owner(scope, name) is not scope:
        return None
    events = context.bindings.events(scope, name)
    if any(event.origin.node is not place.frame for event in events):
        return None
    changes = [event for event in events if event.act is not Act.READ]
    reads = [event.node for event in events if event.act is Act.READ]
    if any(event.act is not Act.BIND for event in changes):
        return None
    why = "nothing in this function closes it"
    if len(changes) > 1:
        stop = _next_value(name, place)
        if stop is None:
            return None
        between = place.block[place.index + 1 : place.block.index(stop)]
        if has(between, *_LEAVES) or rebound(name, between):
            return None
        inside = {node for each in between for node in ast.walk(each)}
        reads = [node for node in reads if node in inside]
        why = f"`{name}` gets another value on line {stop.lineno}"
    return why if reads and not _is_cared_for(reads, row, context) else None


def _next_value(name: str, place: Place) -> ast.stmt | None:
    """Return the next statement of the block that gives `name` another value, not made of it."""
    for statement in place.following:
        if rebound(name, [statement]) is None:
            continue
        match statement:
            case ast.Assign(targets=[ast.Name()], value=value):
                used = any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(value))
                return None if used else statement
        return None
    return None


def _in_an_attribute(
    target: ast.Attribute, row: Resource, place: Place, context: Context
) -> str | None:
    scope = context.scope(place)
    home = context.stacks.values.self_class(target.value, scope)
    if home is None or not isinstance(place.frame, FUNCTIONS):
        return None
    entering = place.frame.name in {"__enter__", "__aenter__"}
    if not entering and not target.attr.startswith("_"):
        return None
    places = context.attributes.own(home, target.attr)
    if places is None:
        return None
    reads = [node for node in places if isinstance(node.ctx, ast.Load)]
    if entering:
        reads = [node for node in reads if not _is_returned(node, place, context)]
    if _is_cared_for(reads, row, context):
        return None
    return f"no method of `{home.name}` closes it"


def _is_returned(node: ast.AST, place: Place, context: Context) -> bool:
    parents = context.stacks.parents
    return isinstance(parents.of(node), ast.Return) and parents.frame(node) is place.frame


def _in_a_with(place: Place, context: Context) -> str | None:
    """Say so if the function is a context manager whose `with` block gets the open resource."""
    function = place.frame
    home = context.scope(place).parent
    if not isinstance(function, FUNCTIONS) or home is None:
        return None
    names = {context.names.qualified(each, home) for each in function.decorator_list}
    return "the end of its `with` doesn't close it" if names & (SYNC | ASYNC) else None


def _is_cared_for(reads: Iterable[ast.AST], row: Resource, context: Context) -> bool:
    """Whether one of these reads closes the resource, or may give it to somebody who does."""
    above = context.stacks.parents.of

    def qualified(node: ast.expr) -> str | None:
        return context.names.qualified(node, context.stacks.scope_of(node))

    for node in reads:
        parent = above(node)
        if isinstance(parent, ast.Attribute):
            call = above(parent)
            called = isinstance(call, ast.Call) and call.func is parent
            if parent.attr not in (_WORK if called else _TRAITS):
                return True
        elif isinstance(parent, ast.Call) and qualified(parent.func) in VIEWING:
            if not isinstance(above(parent), (ast.For, ast.comprehension)):
                return True
        elif hands_on(node, above, row.closes, qualified, lends=False):
            return True
    return False
