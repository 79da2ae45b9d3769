"""Plans one exit stack for a chain of `with` statements."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import (
    Block,
    Expression,
    Item,
    Line,
    NewWith,
    Piece,
    Reshaped,
    Rewrite,
    Suite,
    Template,
    Trivia,
)
from lint_exitstack.rules.nested_with.contexts import WITHS, With, may_swallow
from lint_exitstack.rules.nested_with.merging import with_trailing
from lint_exitstack.rules.stack_hazards import scope_hazards, stack_hazards
from lint_exitstack.semantics.comments import (
    comments_on,
    is_pragma,
    last_line,
    lines_between,
    speaks_of_line_only,
    with_header,
)
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.rewrite import Statement
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.comments import Header


@dataclass(frozen=True, slots=True)
class Step:
    """A `with` of the chain, and the `if` statements between it and the one before."""

    node: With
    conditions: tuple[ast.If, ...] = ()


class Stacking:
    """How the managers of `steps`, each the end of the one before, are entered on one stack."""

    def __init__(self, context: Context, place: Place, steps: Sequence[Step]) -> None:
        self.context = context
        self.source = context.source
        self.place = place
        self.steps = steps
        self.is_async = any(isinstance(step.node, ast.AsyncWith) for step in steps)
        self.scope = context.scope(place)
        self.name = context.names.fresh("stack", self.scope)
        kind = "AsyncExitStack" if self.is_async else "ExitStack"
        self.way = context.imports.way(kind, self.scope, place.node)

    @property
    def help(self) -> str:
        """The new header and the first call on the stack."""
        word = "async with" if self.is_async else "with"
        return f"{word} {self.way.expression}() as {self.name}:"

    def plan(self) -> tuple[Rewrite, tuple[Hazard, ...]]:
        """Return the rewrite and what speaks against it."""
        keys = [self.context.key(step.node) for step in self.steps]
        new = NewWith(
            items=(Item(Template(f"{self.way.expression}()"), Template(self.name)),),
            body=tuple(self._from(0, keys)),
            is_async=self.is_async,
            footers=tuple(Block(key) for key in reversed(keys)),
        )
        needs = () if self.way.need is None else (self.way.need,)
        end = last_line(self.source, self.place.node)
        conditions = [self.context.key(part) for step in self.steps for part in step.conditions]
        claims = frozenset([*keys, *conditions])
        rewrite = Rewrite(keys[0], keys[0], end, (new,), claims, needs, (self.name,))
        return rewrite, self._hazards()

    def _from(self, index: int, keys: Sequence[object]) -> list[Statement]:
        """Return the statements that enter step `index` and all that follows."""
        step = self.steps[index]
        entered: list[Statement] = [*self._enter(index)]
        block = Block(self.context.key(step.node))
        if index + 1 == len(self.steps):
            return [*entered, Suite(block)]
        before = Suite(block, 0, len(step.node.body) - 1)
        kept: list[Statement] = [before] if len(step.node.body) > 1 else []
        rest = self._from(index + 1, keys)
        for condition in reversed(self.steps[index + 1].conditions):
            inside = Suite(Block(self.context.key(condition)), 0, len(condition.body) - 1)
            lead: list[Statement] = [inside] if len(condition.body) > 1 else []
            footers = (Block(self.context.key(condition)),)
            rest = [Reshaped(self.context.key(condition), (*lead, *rest), footers=footers)]
        return [*entered, *kept, *rest]

    def _enter(self, index: int) -> list[Line]:
        node = self.steps[index].node
        header = with_header(self.source, node)
        above = self._above(index)
        placed = with_trailing(header, above)
        pairs = zip(node.items, placed, strict=True)
        lines = [self._line(item, trivia, node) for item, trivia in pairs]
        if header.below:
            last = lines[-1]
            trivia = Trivia((*last.trivia.above, *header.below), last.trivia.beside)
            lines[-1] = Line(last.text, last.pieces, trivia)
        return lines

    def _above(self, index: int) -> tuple[int, ...]:
        """Return the lines over a `with` that go with it, blank ones too."""
        node = self.steps[index].node
        if index == 0:
            return ()
        outer: With | ast.If = self.steps[index - 1].node
        if self.steps[index].conditions:
            outer = self.steps[index].conditions[-1]
        before = outer.body[-2] if len(outer.body) > 1 else None
        if before is not None:
            return lines_between(last_line(self.source, before), node.lineno)
        if isinstance(outer, WITHS):
            upper = with_header(self.source, outer).colon.line
        else:
            upper = outer.test.end_lineno or outer.lineno
        return tuple(
            comment.line
            for comment in comments_on(self.source, lines_between(upper, node.lineno))
            if comment.own_line
        )

    def _line(self, item: ast.withitem, trivia: Trivia, node: With) -> Line:
        call = f"{self.name}.enter_context($0)"
        if isinstance(node, ast.AsyncWith):
            call = f"await {self.name}.enter_async_context($0)"
        pieces: tuple[Expression, ...] = (Piece(self.source.span(item.context_expr)),)
        if item.optional_vars is None:
            return Line(call, pieces, trivia)
        target = Piece(self.source.span(item.optional_vars))
        return Line(f"$1 = {call}", (*pieces, target), trivia)

    def _hazards(self) -> tuple[Hazard, ...]:
        managers = [item.context_expr for step in self.steps for item in step.node.items]
        swallowers = [expr for expr in managers[:-1] if may_swallow(expr, self.place, self.context)]
        return (
            *layout_hazards(self.source, [self.place.node]),
            *self.way.hazards,
            *scope_hazards(self.context, self.place),
            *stack_hazards(
                self.context, [self.place.node], managers, swallowers, is_async=self.is_async
            ),
            *(hazard for step in self.steps for hazard in self._pragmas(step.node)),
        )

    def _pragmas(self, node: With) -> list[Hazard]:
        header = with_header(self.source, node)
        return [
            Hazard("pragma-moved", f"`{comment.text}` speaks about a line that changes")
            for comment in header.comments
            if is_pragma(comment.text) and not self._stays(comment.text, header, node)
        ]

    @staticmethod
    def _stays(text: str, header: Header, node: With) -> bool:
        one_line = header.colon.line == node.lineno
        return speaks_of_line_only(text) and one_line and len(node.items) == 1
