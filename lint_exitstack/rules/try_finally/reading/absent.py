"""Whether a name may hold None, which has none of the methods that cleanup calls."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import FUNCTIONS
from lint_exitstack.semantics.flow import nodes_in_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lint_exitstack.semantics.bindings import Bindings, Scope


def may_be_none(name: str, before: Sequence[ast.stmt], scope: Scope, bindings: Bindings) -> bool:
    """Whether None is assigned to `name` somewhere, or the default of such a parameter.

    `before` are the statements of its block that have run: the last of them to bind it decides.
    """
    owner = bindings.owner(scope, name)
    if owner is None:
        return False
    for statement in reversed(before):
        values = [*_assigned(name, [statement])]
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and values:
            return any(_is_none(value) for value in values)
    found = [*_defaults(name, owner.node), *_assigned(name, getattr(owner.node, "body", ()))]
    return any(_is_none(value) for value in found)


def _assigned(name: str, statements: Iterable[ast.stmt]) -> Iterator[ast.expr]:
    """Yield what `statements`, and those in them, assign to `name` itself."""
    for statement in nodes_in_frame(statements):
        match statement:
            case ast.Assign(targets=targets, value=value):
                if any(isinstance(t, ast.Name) and t.id == name for t in targets):
                    yield from _branches(value)
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value):
                if target == name:
                    yield from _branches(value)


def _branches(value: ast.expr) -> tuple[ast.expr, ...]:
    """Return what a conditional expression may give."""
    return (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,)


def _defaults(name: str, node: ast.AST) -> Iterator[ast.expr | None]:
    if not isinstance(node, FUNCTIONS):
        return
    args = node.args
    positional = [*args.posonlyargs, *args.args]
    given = positional[len(positional) - len(args.defaults) :]
    pairs = [*zip(given, args.defaults, strict=True)]
    named = [*zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    yield from (default for arg, default in [*pairs, *named] if arg.arg == name)


def _is_none(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
