"""Plans the stack with one callback, for what no context manager says."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.rewrite import Item, Piece, Template
from lint_exitstack.rules.stack_hazards import stack_hazards
from lint_exitstack.rules.try_finally.planning.around import Around
from lint_exitstack.rules.try_finally.planning.registration import Registrar
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from lint_exitstack.model.finding import Hazard
    from lint_exitstack.model.rewrite import Expression, Rewrite
    from lint_exitstack.rules.context import Context
    from lint_exitstack.rules.try_finally.planning.wrapping import Wrapping
    from lint_exitstack.rules.try_finally.reading.calls import Call


def callback_plan(wrapping: Wrapping, call: Call) -> tuple[Rewrite, tuple[Hazard, ...]]:
    """Return the rewrite that has `call` made by a stack around the body, and its hazards."""
    context, place, node = wrapping.context, wrapping.place, wrapping.node
    lead = wrapping.moves.lead
    guarded = [*node.body[lead:], *node.finalbody] if lead else [node]
    around = Around(context, place, is_async=call.awaited)
    registration = Registrar(context, place, guarded, around.name).callback(call)
    rewrite = wrapping.rewrite(
        [Item(Template(f"{around.way.expression}()"), Template(around.name))],
        [around.way.need] if around.way.need is not None else [],
        is_async=call.awaited,
        lines=[registration.line()],
        fresh=(around.name,),
    )
    # What `around` says of the layout, `wrapping` knows better.
    layout = layout_hazards(context.source, [node])
    hazards = (
        *wrapping.hazards(),
        *(hazard for hazard in around.hazards() if hazard not in layout),
        *stack_hazards(context, [node], [call.call], ()),
        *registration.hazards,
    )
    return rewrite, hazards


def breakable(expression: ast.expr, column: int, context: Context) -> Expression:
    """Return `expression` so that a call on one line may be broken where that gets too long.

    The line is as long as the expression and what stands around it, `column` characters.
    """
    span = context.source.span(expression)
    single = span.start.line == span.end.line
    fits = span.end.column - span.start.column + column <= context.settings.line_length
    if fits or not single or not isinstance(expression, ast.Call) or not _is_plain(expression):
        return Piece(span)
    pieces = [Piece(context.source.span(expression.func))]
    written = []
    for argument in expression.args:
        written.append(f"${len(pieces)}")
        pieces.append(Piece(context.source.span(argument)))
    for keyword in expression.keywords:
        written.append(f"{keyword.arg}=${len(pieces)}")
        pieces.append(Piece(context.source.span(keyword.value)))
    return Template(f"$0({', '.join(written)})", tuple(pieces))


def _is_plain(call: ast.Call) -> bool:
    """Whether the arguments of a call are neither unpacked nor a bare generator."""
    unpacked = any(isinstance(argument, ast.Starred) for argument in call.args)
    generated = any(isinstance(argument, ast.GeneratorExp) for argument in call.args)
    return not unpacked and not generated and all(keyword.arg for keyword in call.keywords)
