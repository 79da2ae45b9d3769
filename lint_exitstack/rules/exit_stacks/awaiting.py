"""What isn't awaited, what is awaited in vain, and how to write it right."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import (
    Block,
    Item,
    NewWith,
    Piece,
    Rewrite,
    Suite,
    Template,
    Trivia,
)
from lint_exitstack.rules.exit_stacks.calls import (
    is_expected_to_fail,
    method_of,
    registered,
    swap,
    swap_hazards,
)
from lint_exitstack.rules.wording import quoted
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.callables import Gives, gives, resource_of
from lint_exitstack.semantics.comments import last_line, with_header
from lint_exitstack.semantics.layout import layout_hazards
from lint_exitstack.semantics.registrations import Role
from lint_exitstack.semantics.stacks import Kind

if TYPE_CHECKING:
    from lint_exitstack.model.position import Span
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.registrations import Registration

_COROUTINES = {
    Kind.ASYNC: frozenset({"enter_async_context", "aclose", "__aenter__", "__aexit__"}),
    Kind.NEUTRAL: frozenset({"enter_context", "aclose", "__aenter__", "__aexit__"}),
    Kind.SYNC: frozenset(),
}
# Names that only exist as coroutine methods, whoever has them.
_ALWAYS_COROUTINES = frozenset({"enter_async_context", "enterAsyncContext"})
_OF_COROUTINES = frozenset(
    {"close", "cr_await", "cr_code", "cr_frame", "cr_origin", "cr_running", "send", "throw"}
)
_TWINS = {"callback": "push_async_callback", "push": "push_async_exit"}
_WAITS = frozenset({Role.CALLBACK, Role.EXIT})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong about `node`, and what would put it right."""

    node: ast.expr
    message: str
    help: str
    rewrite: Rewrite | None = None
    hazards: tuple[Hazard, ...] = ()


def wrong_call(node: ast.Expr | ast.Assign, place: Place, context: Context) -> Problem | None:
    """Return what is wrong about a statement that calls a coroutine method of a stack."""
    call = node.value
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    if not _is_coroutine(call, call.func, place, context):
        return None
    if is_expected_to_fail(node, context.stacks):
        return None
    if isinstance(node, ast.Assign) and not _is_only_worked_with(node, place, context):
        return None
    span = context.source.span(call)
    frame = context.stacks.parents.frame(call)
    hazards = [_intent(span), *swap_hazards(call, place, context)]
    if not isinstance(frame, ast.AsyncFunctionDef):
        hazards.append(_no("`await` isn't possible here", span))
    return Problem(
        call,
        f"`{call.func.attr}` gives a coroutine that nothing awaits: it never runs",
        f"await {quoted(context.source, call)}",
        swap(call, Template("await $0", (Piece(span),)), place, context),
        tuple(hazards),
    )


def _is_coroutine(call: ast.Call, func: ast.Attribute, place: Place, context: Context) -> bool:
    if func.attr in _ALWAYS_COROUTINES and isinstance(place.node, ast.Expr):
        return True
    if not any(func.attr in methods for methods in _COROUTINES.values()):
        return False
    kind = context.stacks.kind(func.value, context.stacks.scope_of(call))
    return kind is not None and func.attr in _COROUTINES[kind]


def _is_only_worked_with(node: ast.Assign, place: Place, context: Context) -> bool:
    """Whether the names that get the coroutine are used as if they were what it gives."""
    target = node.targets[0]
    if len(node.targets) != 1:
        return False
    if isinstance(target, ast.Tuple):
        return True
    scope = context.scope(place)
    if not isinstance(target, ast.Name) or context.bindings.owner(scope, target.id) is not scope:
        return False
    if scope.is_module or scope.is_class:
        return False
    reads = [e for e in context.bindings.events(scope, target.id) if e.act is Act.READ]
    if any(event.line > node.lineno for event in context.bindings.changes(scope, target.id)):
        return False
    if len(context.bindings.changes(scope, target.id)) == 1:
        here = [event.node for event in reads if event.origin is scope]
        # It has one meaning: a single use that fails on a coroutine is proof enough.
        if any(_fails(name, context) for name in here):
            return True
        return len(here) == len(reads) and all(_is_attribute(name, context) for name in here)
    later = [event for event in reads if event.line > node.lineno]
    asked = (e for e in reads if e.line <= node.lineno and not _is_compared(e.node, context))
    return bool(later) and not any(asked) and all(_fails(e.node, context) for e in later)


def _is_attribute(name: ast.AST, context: Context) -> bool:
    return isinstance(parents_of(name, context), ast.Attribute)


def _is_compared(name: ast.AST, context: Context) -> bool:
    return isinstance(parents_of(name, context), ast.Compare)


def _fails(name: ast.AST, context: Context) -> bool:
    """Whether what is done with a name raises an error if it means a coroutine."""
    parent = parents_of(name, context)
    match parent:
        case ast.Attribute(attr=attribute):
            return attribute not in _OF_COROUTINES and not attribute.startswith("__")
        case ast.Subscript(value=value):
            return value is name
        case ast.withitem():
            return parent.context_expr is name
        case ast.For() | ast.AsyncFor():
            return parent.iter is name
    return False


def parents_of(node: ast.AST, context: Context) -> ast.AST | None:
    """Return what `node` stands in."""
    return context.stacks.parents.of(node)


def wrong_callback(node: ast.Call, place: Place, context: Context) -> Problem | None:
    """Return what is wrong about a registration of a function."""
    found = registered(node, context)
    if found is None or found.kind is Kind.NEUTRAL:
        return None
    gives_ = _gives(found, context)
    if found.role in _WAITS and gives_ is Gives.COROUTINE:
        return _never_awaited(found, place, context)
    if found.role is Role.ASYNC_CALLBACK and gives_ is Gives.NOTHING:
        return _awaited_in_vain(found, place, context)
    return None


def _gives(found: Registration, context: Context) -> Gives:
    stacks = context.stacks
    scope = stacks.scope_of(found.call)
    func = found.given
    if isinstance(func, ast.Call):
        return Gives.UNKNOWN
    if isinstance(func, ast.Lambda):
        body = func.body
        if not isinstance(body, ast.Call):
            return Gives.UNKNOWN
        func, scope = body.func, stacks.bindings.scopes[func]
    known = gives(func, scope, stacks)
    if known is not Gives.UNKNOWN or not isinstance(func, ast.Attribute) or func.attr != "aclose":
        return known
    # By convention; the catalogue may know better.
    row = resource_of(func.value, scope, stacks)
    return Gives.COROUTINE if row is None or row.awaited_close else Gives.UNKNOWN


def _never_awaited(found: Registration, place: Place, context: Context) -> Problem:
    span = context.source.span(found.given)
    twin = _TWINS.get(found.method) if found.kind is Kind.ASYNC else None
    hazards = [_intent(span), *swap_hazards(found.call, place, context)]
    if twin is None:
        hazards.append(_no("nobody here can wait for a coroutine", span))
    also = ", and a coroutine is true: it swallows the exception" * (found.role is Role.EXIT)
    return Problem(
        found.given,
        f"`{found.method}` doesn't await what `{quoted(context.source, found.given)}` gives{also}",
        f"use `{twin}`" if twin else "use an AsyncExitStack, or something that doesn't wait",
        _with_method(found, twin or found.method, place, context),
        tuple(hazards),
    )


def _awaited_in_vain(found: Registration, place: Place, context: Context) -> Problem:
    span = context.source.span(found.given)
    hazards = [_intent(span), *swap_hazards(found.call, place, context)]
    plain = {"push_async_callback": "callback", "addAsyncCleanup": "addCleanup"}[found.method]
    return Problem(
        found.given,
        f"`{quoted(context.source, found.given)}` gives None, which can't be awaited",
        f"use `{plain}`",
        _with_method(found, plain, place, context),
        tuple(hazards),
    )


def _with_method(found: Registration, method: str, place: Place, context: Context) -> Rewrite:
    return swap(found.call.func, method_of(found, method, context), place, context)


def wrong_headers(node: ast.AST, place: Place, context: Context) -> Problem | None:
    """Return the first stack in a header of the wrong kind."""
    if not isinstance(node, (ast.With, ast.AsyncWith)):
        return None
    stacks = context.stacks
    is_async = isinstance(node, ast.AsyncWith)
    for item in node.items:
        expression = item.context_expr
        kind = stacks.kind(expression, stacks.scope_of(expression))
        if kind is None or kind.is_async is is_async or is_expected_to_fail(node, stacks):
            continue
        right = "async with" if kind.is_async else "with"
        return Problem(
            expression,
            f"an {kind.value} needs `{right}`",
            f"{right} {quoted(context.source, expression)}",
            _other_with(node, context),
            (*_header_hazards(node, item, place, context),),
        )
    return None


def _other_with(node: ast.With | ast.AsyncWith, context: Context) -> Rewrite:
    key = context.key(node)
    header = with_header(context.source, node)
    item = node.items[0]
    span = context.source.span
    target = None if item.optional_vars is None else Piece(span(item.optional_vars))
    new = NewWith(
        items=(Item(Piece(span(item.context_expr)), target),),
        body=(Suite(Block(key)),),
        is_async=isinstance(node, ast.With),
        trivia=Trivia((), header.trailing.line if header.trailing else None),
        footers=(Block(key),),
    )
    return Rewrite(key, key, last_line(context.source, node), (new,), frozenset([key]))


def _header_hazards(
    node: ast.With | ast.AsyncWith, item: ast.withitem, place: Place, context: Context
) -> list[Hazard]:
    span = context.source.span(item.context_expr)
    hazards = [_intent(span), *layout_hazards(context.source, [node])]
    header = with_header(context.source, node)
    if len(node.items) > 1 or header.colon.line != node.lineno or header.parenthesized:
        text = "the header holds more than the stack"
        hazards.append(Hazard("statement-layout", text, span, forbids=True))
    if isinstance(node, ast.With) and not isinstance(place.frame, ast.AsyncFunctionDef):
        hazards.append(_no("`async with` isn't possible here", span))
    return hazards


def _intent(span: Span) -> Hazard:
    return Hazard("intent", "what didn't run so far will run", span)


def _no(message: str, span: Span) -> Hazard:
    return Hazard("no-rewrite", message, span, forbids=True)
