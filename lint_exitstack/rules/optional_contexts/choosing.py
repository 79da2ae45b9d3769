"""A `with` whose manager is chosen by a condition: how it is written, and what that needs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Item, Piece, Template

if TYPE_CHECKING:
    from lint_exitstack.model.rewrite import Expression, Trivia
    from lint_exitstack.rules.context import Context

_LOOSE = (ast.IfExp, ast.Lambda, ast.NamedExpr)


def piece(node: ast.expr, context: Context) -> Expression:
    """Return `node` as an operand of a conditional expression."""
    inner = Piece(context.source.span(node))
    return Template("($0)", (inner,)) if isinstance(node, _LOOSE) else inner


def chosen(test: ast.expr, then: Expression, other: Expression, context: Context) -> Template:
    """Return `then if test else other`."""
    return Template("$0 if $1 else $2", (then, piece(test, context), other))


def item(manager: Expression, target: str | None, trivia: Trivia) -> Item:
    """Return the only item of the new header."""
    return Item(manager, None if target is None else Template(target), trivia)


def version_hazards(node: ast.stmt, context: Context, *, is_async: bool) -> tuple[Hazard, ...]:
    """Return what forbids `async with nullcontext()` before Python 3.10."""
    settings = context.settings
    if not is_async or settings.target_version >= (3, 10) or settings.runtime != "contextlib":
        return ()
    text = "`async with nullcontext()` needs Python 3.10"
    return (Hazard("target-version", text, context.source.span(node), forbids=True),)
