"""Which calls the rules of this family look at, and how they are written anew."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Piece, Rewrite, Swapped, Template
from lint_exitstack.semantics.comments import last_line
from lint_exitstack.semantics.layout import layout_hazards
from lint_exitstack.semantics.registrations import FUNCTION_NAMES, METHODS, registration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.rewrite import Expression
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.registrations import Registration
    from lint_exitstack.semantics.stacks import Stacks

_RAISING = frozenset({"raises", "assertRaises", "assertRaisesRegex", "assertWarns", "RaisesGroup"})


def registered(node: ast.AST, context: Context) -> Registration | None:
    """Return what the call `node` registers; cheap for all the calls that register nothing."""
    if not isinstance(node, ast.Call):
        return None
    func = node.func
    last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", None)
    if last not in METHODS and last not in FUNCTION_NAMES:
        return None
    if is_expected_to_fail(node, context.stacks):
        return None
    return registration(node, context.stacks.scope_of(node), context.stacks)


def is_expected_to_fail(node: ast.AST, stacks: Stacks) -> bool:
    """Whether a test says around `node` that it must raise."""
    for above in stacks.parents.in_frame(node):
        for item in getattr(above, "items", ()):
            call = item.context_expr
            func = call.func if isinstance(call, ast.Call) else None
            if isinstance(func, ast.Attribute) and func.attr in _RAISING:
                return True
            if isinstance(func, ast.Name) and func.id in _RAISING:
                return True
    return False


def arguments(
    args: Sequence[ast.expr], keywords: Sequence[ast.keyword], context: Context
) -> list[tuple[str, Expression]]:
    """Return arguments as (what stands before it, piece)."""
    span = context.source.span
    found: list[tuple[str, Expression]] = []
    for argument in args:
        starred = isinstance(argument, ast.Starred)
        inner = argument.value if isinstance(argument, ast.Starred) else argument
        found.append(("*" if starred else "", Piece(span(inner))))
    named = [(f"{word.arg}=" if word.arg else "**", Piece(span(word.value))) for word in keywords]
    return [*found, *named]


def call_of(func: Expression, given: Sequence[tuple[str, Expression]]) -> Template:
    """Return a call of `func` with these arguments."""
    text = ", ".join(f"{mark}${index}" for index, (mark, _) in enumerate(given, 1))
    return Template(f"$0({text})", (func, *(piece for _, piece in given)))


def method_of(found: Registration, name: str, context: Context) -> Expression:
    """Return method `name` of what a registration is made on; for a function, the function."""
    receiver = found.receiver
    if receiver is None or name == found.method:
        return Piece(context.source.span(found.call.func))
    return Template(f"$0.{name}", (Piece(context.source.span(receiver)),))


def swap(node: ast.expr, new: Expression, place: Place, context: Context) -> Rewrite:
    """Return the rewrite that puts `new` where `node` stands in the statement at `place`."""
    key = context.key(place.node)
    end = last_line(context.source, place.node)
    into = Swapped(key, ((context.source.span(node), new),))
    return Rewrite(key, key, end, (into,), frozenset([key]))


def swap_hazards(node: ast.expr, place: Place, context: Context) -> tuple[Hazard, ...]:
    """Return what forbids to write `node` anew: the layout, or comments that would be lost."""
    found = list(layout_hazards(context.source, [place.node]))
    last = node.end_lineno or node.lineno
    if any(line in context.source.comment_at for line in range(node.lineno, last)):
        span = context.source.span(node)
        text = "a comment stands between the arguments"
        found.append(Hazard("statement-layout", text, span, forbids=True))
    return tuple(found)
