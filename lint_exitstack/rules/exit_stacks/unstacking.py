"""Plans a plain `with` for a stack on which a few managers are always entered."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import (
    Block,
    Expression,
    Item,
    Kept,
    Layout,
    Line,
    NewWith,
    Piece,
    Rewrite,
    Suite,
    Template,
    Trivia,
)
from lint_exitstack.rules.nested_with.contexts import With, can_wrap, may_swallow
from lint_exitstack.rules.stack_hazards import stack_hazards
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.comments import (
    comments_on,
    is_pragma,
    last_line,
    lines_between,
    with_header,
)
from lint_exitstack.semantics.layout import layout_hazards
from lint_exitstack.semantics.stacks import Kind

if TYPE_CHECKING:
    from lint_exitstack.model.rewrite import Statement
    from lint_exitstack.rules.context import Context, Place

_UNCLEAR = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Starred, ast.Await, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Entering:
    """A line that enters `manager` and gives the result to `target`."""

    statement: ast.stmt
    manager: ast.expr
    target: ast.expr | None
    is_async: bool


def entering_lines(node: With, context: Context) -> list[Entering]:
    """Return the lines at the start of `node` if they are all that its stack is for."""
    item = node.items[0]
    name, stacks = item.optional_vars, context.stacks
    if len(node.items) != 1 or not isinstance(name, ast.Name):
        return []
    scope = stacks.scope_of(node)
    kind = stacks.creation(item.context_expr, scope)
    if kind in {None, Kind.NEUTRAL} or scope.is_class:
        return []
    owner = context.bindings.owner(scope, name.id)
    if owner is not scope:
        return []
    found: list[Entering] = []
    for statement in node.body:
        line = _entering(statement, name.id)
        if line is None:
            break
        found.append(line)
    changes = context.bindings.changes(owner, name.id)
    reads = [e for e in context.bindings.events(owner, name.id) if e.act is Act.READ]
    alone = len(changes) == 1 and len(reads) == len(found)
    return found if alone and len({line.is_async for line in found}) == 1 else []


def _entering(statement: ast.stmt, name: str) -> Entering | None:
    target: ast.expr | None = None
    match statement:
        case ast.Expr(value=value):
            pass
        case ast.Assign(targets=[target], value=value):
            pass
        case _:
            return None
    is_async = isinstance(value, ast.Await)
    call = value.value if isinstance(value, ast.Await) else value
    method = "enter_async_context" if is_async else "enter_context"
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=receiver), attr=attribute),
            args=[manager],
            keywords=[],
        ) if receiver == name and attribute == method and not isinstance(manager, _UNCLEAR):
            return Entering(statement, manager, target, is_async)
    return None


class Unstacking:
    """How the stack of `node` becomes a plain `with`, and what speaks against it."""

    def __init__(self, node: With, lines: list[Entering], place: Place, context: Context) -> None:
        self.node = node
        self.lines = lines
        self.place = place
        self.context = context
        self.source = context.source
        self.header = with_header(self.source, node)
        self.is_async = lines[0].is_async
        self.text = self._one_line()
        self.comments = self._has_comments()
        self.layout = self._layout()

    @property
    def help(self) -> str:
        """The new header on one line."""
        return " ".join(self.text.split())

    def _one_line(self) -> str:
        items = [self._item_text(line) for line in self.lines]
        return f"{'async ' * self.is_async}with {', '.join(items)}:"

    def _item_text(self, line: Entering) -> str:
        text = self.source.segment(line.manager)
        if line.target is None:
            return text
        target = self.source.segment(line.target)
        loose = isinstance(line.target, ast.Tuple) and not target.startswith("(")
        return f"{text} as ({target})" if loose else f"{text} as {target}"

    def _has_comments(self) -> bool:
        last = self.lines[-1].statement
        end = last.end_lineno or last.lineno
        lines = tuple(range(self.header.colon.line + 1, end + 1))
        return bool(comments_on(self.source, lines))

    def _layout(self) -> Layout | None:
        width = self.context.settings.line_length
        fits = (
            "\n" not in self.text and self.source.start(self.node).column + len(self.text) <= width
        )
        if fits and not self.comments:
            return Layout.LINE
        return Layout.ROWS if can_wrap(self.context) else None

    def rewrite(self) -> Rewrite:
        """Return the `with` that enters the managers itself."""
        key = self.context.key(self.node)
        header = self.header
        beside = header.trailing.line if header.trailing else None
        lead = tuple(c.line for c in header.comments if c is not header.trailing)
        new = NewWith(
            items=tuple(self._item(index) for index in range(len(self.lines))),
            body=self._body(),
            is_async=self.is_async,
            layout=self.layout or Layout.LINE,
            trivia=Trivia(
                (*lead, beside) if beside and self.layout is Layout.ROWS else lead,
                None if self.layout is Layout.ROWS else beside,
            ),
            footers=(Block(key),),
        )
        end = last_line(self.source, self.node)
        return Rewrite(key, key, end, (new,), frozenset([key]))

    def _item(self, index: int) -> Item:
        line = self.lines[index]
        span = self.source.span
        target: Expression | None = None
        if line.target is not None:
            target = Piece(span(line.target))
            loose = isinstance(line.target, ast.Tuple)
            if loose and not self.source.segment(line.target).startswith("("):
                target = Template("($0)", (target,))
        upper = self.header.colon.line
        if index:
            before = self.lines[index - 1].statement
            upper = before.end_lineno or before.lineno
        above = comments_on(self.source, lines_between(upper, line.statement.lineno))
        end = line.statement.end_lineno or line.statement.lineno
        beside = end if end in self.source.comment_at else None
        return Item(Piece(span(line.manager)), target, Trivia(tuple(c.line for c in above), beside))

    def _body(self) -> tuple[Statement, ...]:
        count = len(self.lines)
        rest = self.node.body[count:]
        if not rest:
            return (Line("pass"),)
        last = self.lines[-1].statement
        between = lines_between(last.end_lineno or last.lineno, rest[0].lineno)
        above = tuple(comment.line for comment in comments_on(self.source, between))
        first = Kept(self.context.key(rest[0]), Trivia(above))
        block = Block(self.context.key(self.node))
        return (first, Suite(block, count + 1)) if len(rest) > 1 else (first,)

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what may differ, and what forbids the rewrite."""
        managers = [line.manager for line in self.lines]
        swallowers = [m for m in managers[:-1] if may_swallow(m, self.place, self.context)]
        own = self._is_our_stack()
        exits = [] if own else managers
        found = [
            *layout_hazards(self.source, [self.node]),
            *stack_hazards(self.context, self.node.body, exits, swallowers),
            *self._comment_hazards(),
        ]
        if self.place.frame is self.context.tree:
            span = self.source.span(self.node)
            found.append(Hazard("public-name", "the stack is a name of the module", span))
        return tuple(found)

    def _is_our_stack(self) -> bool:
        call = self.node.items[0].context_expr
        func = call.func if isinstance(call, ast.Call) else call
        name = self.context.qualified(func, self.place) or ""
        return name.startswith("lint_exitstack.runtime.")

    def _comment_hazards(self) -> list[Hazard]:
        """Return what comments forbid: those inside of a call, and pragmas on lines that go."""
        found = []
        first = self.header.colon.line
        last = self.lines[-1].statement
        for comment in self.source.comments:
            if not self.node.lineno <= comment.line <= (last.end_lineno or last.lineno):
                continue
            if is_pragma(comment.text):
                text = f"`{comment.text}` speaks about a line that changes"
                found.append(Hazard("pragma-moved", text))
            if comment.line > first and any(self._is_inside(comment.line, s) for s in self.lines):
                text = "a comment stands inside of a call"
                span = self.source.span(self.node.items[0].context_expr)
                found.append(Hazard("statement-layout", text, span, forbids=True))
        return found

    def _is_inside(self, line: int, entering: Entering) -> bool:
        """Whether a comment on `line` would be lost: it stands in the call, not in its manager."""
        statement, manager = entering.statement, entering.manager
        end = statement.end_lineno or statement.lineno
        if not statement.lineno <= line < end:
            return False
        return not manager.lineno <= line < (manager.end_lineno or manager.lineno)
