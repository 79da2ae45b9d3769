"""Where a body is left early without failing: there `pop_all()` comes first."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Kept, Line, Piece, Trivia
from lint_exitstack.rules.try_finally.reading.sites import statements_in
from lint_exitstack.semantics.flow import WITHS, nodes_in_frame
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.position import Key
    from lint_exitstack.model.rewrite import Statement
    from lint_exitstack.rules.context import Context
    from lint_exitstack.rules.try_finally.reading.sites import Site

# More of them would read worse than the handler.
_MOST = 3


class Leaving:
    """The returns and jumps out of the body of `node`, but for the `return` that ends it."""

    def __init__(self, node: ast.Try, popping: str, result: str, context: Context) -> None:
        self.node = node
        self.popping = popping
        self.result = result
        self.context = context
        self.source = context.source
        self.sites = tuple(site for site in statements_in(node) if self._leaves(site))

    def _leaves(self, site: Site) -> bool:
        if site.path[0][1] != "body":
            return False
        if isinstance(site.statement, (ast.Break, ast.Continue)):
            return site.loop is None
        return isinstance(site.statement, ast.Return) and site.statement is not self.node.body[-1]

    @property
    def needs_result(self) -> bool:
        """Whether a value has to be computed before `pop_all()`."""
        values = [getattr(site.statement, "value", None) for site in self.sites]
        return any(value is not None and not is_settled(value) for value in values)

    def places(self) -> Iterator[tuple[Key, tuple[Statement, ...]]]:
        """Yield what stands for each of these statements."""
        for site in self.sites:
            yield self.context.key(site.statement), tuple(self._popped(site.statement))

    def _popped(self, statement: ast.stmt) -> Iterator[Statement]:
        above = self._above(statement)
        value = statement.value if isinstance(statement, ast.Return) else None
        if value is None or is_settled(value):
            yield Line(self.popping, trivia=Trivia(above))
            yield Kept(self.context.key(statement), Trivia())
            return
        end = statement.end_lineno or statement.lineno
        beside = end if end in self.source.comment_at else None
        piece = Piece(self.source.span(value))
        yield Line(f"{self.result} = $0", (piece,), Trivia(above, beside))
        yield Line(self.popping)
        yield Line(f"return {self.result}")

    def _above(self, statement: ast.stmt) -> tuple[int, ...]:
        """Return the blank lines and comments right above a statement."""
        comments = self.source.comment_at
        first = statement.lineno
        while first > 1:
            line = first - 1
            alone = line in comments and comments[line].own_line
            if not alone and self.source.lines[line - 1].strip():
                break
            first = line
        return tuple(range(first, statement.lineno))

    def hazards(self) -> Iterator[Hazard]:
        """Yield what forbids to put `pop_all()` in front of one of them."""
        if len(self.sites) > _MOST:
            where = f"the body is left in {len(self.sites)} places"
            message = f"{where}, each of which had to say `{self.popping}`"
            span = self.source.span(self.sites[0].statement)
            yield Hazard("no-rewrite", message, span, forbids=True)
        for site in self.sites:
            line = site.statement.lineno
            for node, _ in site.path[1:]:
                if isinstance(node, WITHS) or (isinstance(node, ast.Try) and node.finalbody):
                    what = "`with`" if isinstance(node, WITHS) else "`finally`"
                    message = (
                        f"on line {line} the body is left through a {what} that may still fail"
                    )
                    span = self.source.span(site.statement)
                    yield Hazard("no-rewrite", message, span, forbids=True)
                    break
            yield from layout_hazards(self.source, [site.statement])


def falls_through(block: Sequence[ast.stmt]) -> bool:
    """Whether control may come to what stands behind `block`."""
    last = block[-1]
    if isinstance(last, ast.If):
        return not last.orelse or falls_through(last.body) or falls_through(last.orelse)
    if isinstance(last, ast.While) and isinstance(last.test, ast.Constant) and last.test.value:
        return any(isinstance(node, ast.Break) for node in nodes_in_frame(last.body))
    if isinstance(last, ast.Try) and not last.finalbody:
        blocks = [last.orelse or last.body, *(handler.body for handler in last.handlers)]
        return any(falls_through(inner) for inner in blocks)
    return not isinstance(last, (ast.Return, ast.Raise, ast.Break, ast.Continue))


def is_settled(value: ast.expr) -> bool:
    """Whether evaluating `value` can't fail, once its names are bound."""
    if isinstance(value, ast.Tuple):
        return all(is_settled(element) for element in value.elts)
    return isinstance(value, (ast.Name, ast.Constant))
