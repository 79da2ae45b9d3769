"""Lambdas that put a call off, and the plain arguments that say the same."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.rewrite import Piece, Template
from lint_exitstack.rules.exit_stacks.calls import arguments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.rewrite import Expression
    from lint_exitstack.rules.context import Context


def is_settled(expression: ast.expr) -> bool:
    """Whether evaluating `expression` runs next to nothing: names, attributes, constants."""
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return isinstance(expression, (ast.Name, ast.Constant))


def passed(lambda_: ast.Lambda, context: Context) -> list[tuple[str, Expression]] | None:
    """Return function and arguments of the call in `lambda_`, None where they can't be passed."""
    body = lambda_.body
    if not isinstance(body, ast.Call) or not is_settled(body.func):
        return None
    values = [*body.args, *(word.value for word in body.keywords)]
    inner = [value.value if isinstance(value, ast.Starred) else value for value in values]
    if not all(is_settled(value) for value in inner):
        return None
    own = parameters(lambda_)
    names = [node.id for value in (body.func, *inner) for node in _names(value)]
    if any(name in own for name in names):
        return None
    func: tuple[str, Expression] = ("", Piece(context.source.span(body.func)))
    return [func, *arguments(body.args, body.keywords, context)]


def frozen(lambda_: ast.Lambda, names: Sequence[str], context: Context) -> Template:
    """Return the lambda without parameters but for `names`, which keep what they are now."""
    bound = ", ".join(f"{name}={name}" for name in names)
    word = f"lambda {bound}" if bound else "lambda"
    return Template(f"{word}: $0", (Piece(context.source.span(lambda_.body)),))


def parameters(lambda_: ast.Lambda) -> frozenset[str]:
    """Return the names of the parameters."""
    args = lambda_.args
    named = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    return frozenset(arg.arg for arg in named if arg is not None)


def _names(expression: ast.expr) -> list[ast.Name]:
    return [node for node in ast.walk(expression) if isinstance(node, ast.Name)]
