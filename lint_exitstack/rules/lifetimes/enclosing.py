"""Plans `with` around the statement that opens something on the way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Item, NewWith, Piece, Rewrite, Swapped, Template
from lint_exitstack.rules.stack_hazards import scope_hazards
from lint_exitstack.rules.wording import quoted
from lint_exitstack.semantics.catalogue import Exit
from lint_exitstack.semantics.comments import comments_on, is_pragma, last_line
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.resource import Resource

_SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Assert)
# What stands in these isn't evaluated exactly once, or not in this frame.
_ELSEWHERE = (
    ast.Lambda,
    ast.GeneratorExp,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.IfExp,
    ast.BoolOp,
    ast.NamedExpr,
)
_INERT = (ast.Constant, ast.Name, ast.expr_context, ast.operator, ast.keyword, ast.Attribute)


class Enclosing:
    """How a statement gets a `with` of its own for what `call` in it opens."""

    def __init__(self, call: ast.Call, row: Resource, place: Place, context: Context) -> None:
        self.call = call
        self.row = row
        self.place = place
        self.context = context
        self.source = context.source
        scope = context.scope(place)
        self.name = context.names.fresh(row.kind.replace(" ", "_"), scope)
        self.way = context.imports.way("closing", scope, place.node)
        keywords = [keyword.arg or "" for keyword in call.keywords]
        self.own = row.exit_against("close", keywords) is Exit.SAME and row.binds_self

    @property
    def help(self) -> str:
        """The header of the new form."""
        text = " ".join(self.source.segment(self.call).split())
        return f"with {text if self.own else f'{self.way.expression}({text})'} as {self.name}:"

    def rewrite(self) -> Rewrite:
        """Return the `with` statement."""
        key = self.context.key(self.place.node)
        span = self.source.span(self.call)
        piece = Piece(span)
        manager = piece if self.own else Template(f"{self.way.expression}($0)", (piece,))
        new = NewWith(
            items=(Item(manager, Template(self.name)),),
            body=(Swapped(key, ((span, Template(self.name)),)),),
        )
        needs = () if self.own or self.way.need is None else (self.way.need,)
        end = last_line(self.source, self.place.node)
        return Rewrite(key, key, end, (new,), frozenset([key]), needs, (self.name,))

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what speaks against the rewrite."""
        span = self.source.span(self.call)
        return (
            Hazard("intent", f"it is closed now, which is the point: `{self.name}`", span),
            *layout_hazards(self.source, [self.place.node]),
            *scope_hazards(self.context, self.place),
            *(() if self.own else self.way.hazards),
            *self._position(),
            *self._comments(),
        )

    def _position(self) -> Iterator[Hazard]:
        node = self.place.node
        span = self.source.span(self.call)
        if isinstance(node, ast.For):
            held = any(each is self.call for each in ast.walk(node.iter))
        else:
            held = isinstance(node, _SIMPLE)
        path = _path(node, self.call) if held else []
        first = getattr(path[-2], "generators", None) if len(path) > 1 else None
        inside = path[:-1] if first is None else path[:-2]
        if not held or any(isinstance(each, _ELSEWHERE) for each in inside):
            message = "it isn't opened exactly once where this statement starts"
            yield Hazard("no-rewrite", message, span, forbids=True)
            return
        early = _evaluated_before(node, self.call)
        if early is not None:
            message = f"`{quoted(self.source, early)}` ran before it was opened"
            yield Hazard("early-evaluation", message, self.source.span(early))

    def _comments(self) -> Iterator[Hazard]:
        """Comments inside the call would stand twice, or nowhere."""
        span = self.source.span(self.call)
        lines = tuple(range(span.start.line, span.end.line + 1))
        inside = [
            comment
            for comment in comments_on(self.source, lines)
            if span.start <= (comment.line, comment.column) < span.end
        ]
        if inside:
            text = "a comment stands inside the call"
            yield Hazard("statement-layout", text, span, forbids=True)
        for comment in comments_on(self.source, lines):
            if is_pragma(comment.text) and comment not in inside:
                message = f"`{comment.text}` speaks about a line that changes"
                yield Hazard("pragma-moved", message, span)


def _path(statement: ast.stmt, target: ast.AST) -> list[ast.AST]:
    """Return the expressions from the statement (left out) down to `target`."""
    pending: list[list[ast.AST]] = [
        [child] for child in ast.iter_child_nodes(statement) if not isinstance(child, ast.stmt)
    ]
    while pending:
        path = pending.pop()
        if path[-1] is target:
            return path
        pending.extend(
            [*path, child]
            for child in ast.iter_child_nodes(path[-1])
            if not isinstance(child, ast.stmt)
        )
    return []


def _evaluated_before(statement: ast.stmt, call: ast.Call) -> ast.expr | None:
    """Return a part of the statement that did something before `call` was reached."""
    start = (call.lineno, call.col_offset)
    around = {id(node) for node in _path(statement, call)}
    values = [getattr(statement, part, None) for part in ("value", "iter", "test")]
    for value in values:
        if not isinstance(value, ast.expr):
            continue
        for node in ast.walk(value):
            if not isinstance(node, ast.expr) or id(node) in around or isinstance(node, _INERT):
                continue
            if (node.lineno, node.col_offset) < start and isinstance(
                node, (ast.Call, ast.Await, ast.Yield, ast.Subscript)
            ):
                return node
    return None
