"""Plans `with` from the statement that opens something to the one that closes or needs it last."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Item, Kept, NewWith, Rewrite, Template, Trivia
from lint_exitstack.rules.lifetimes.opened import managed
from lint_exitstack.rules.pragmas import moved_pragmas
from lint_exitstack.semantics.comments import last_line
from lint_exitstack.semantics.flow import nodes_in_frame
from lint_exitstack.semantics.layout import layout_hazards
from lint_exitstack.semantics.ownership import method_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.lexing import Comment
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.lifetimes.opened import Opened


class Scoping:
    """How the statements between opening and closing become the body of a `with`.

    Without `closing`, those between are all that need the resource.
    """

    def __init__(
        self,
        found: Opened,
        between: Sequence[ast.stmt],
        closing: ast.stmt | None,
        method: str,
        place: Place,
        context: Context,
    ) -> None:
        self.found = found
        self.between = between
        self.closing = closing
        self.last = between[-1] if closing is None else closing
        self.method = method
        self.place = place
        self.context = context
        self.source = context.source
        self.way = context.imports.way("closing", context.scope(place), found.statement)

    @property
    def help(self) -> str:
        """The header of the new form."""
        call = " ".join(self.source.segment(self.found.call).split())
        if not self.found.closes_itself(self.method):
            call = f"{self.way.expression}({call})"
        return f"with {call} as {self.found.name}:"

    def rewrite(self) -> Rewrite:
        """Return the `with` statement."""
        key = self.context.key
        first, *rest = self.between
        header = self.found.statement
        above = tuple(c.line for c in self._comments(last_line(self.source, header), first.lineno))
        lead = Kept(key(first), Trivia(above))
        context = managed(self.found, self.method, self.way, self.context)
        new = NewWith(
            items=(Item(context, Template(self.found.name)),),
            body=(lead, *(Kept(key(node)) for node in rest)),
            trivia=Trivia(tuple(c.line for c in self._lost()), self._beside()),
        )
        own = self.found.closes_itself(self.method)
        needs = () if own or self.way.need is None else (self.way.need,)
        gone = [header] if self.closing is None else [header, self.closing]
        claims = frozenset(key(node) for node in gone)
        end = last_line(self.source, self.last)
        return Rewrite(key(header), key(self.last), end, (new,), claims, needs)

    def _beside(self) -> int | None:
        header = self.found.statement
        end = header.end_lineno or header.lineno
        return end if end in self.source.comment_at else None

    def _lost(self) -> list[Comment]:
        """Return the comments of the closing, and those over it that no block holds."""
        if self.closing is None:
            return []
        upper = last_line(self.source, self.between[-1])
        end = self.closing.end_lineno or self.closing.lineno
        return list(self._comments(upper, end + 1))

    def _comments(self, after: int, before: int) -> Iterator[Comment]:
        for line in range(after + 1, before):
            if line in self.source.comment_at:
                yield self.source.comment_at[line]

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what speaks against the rewrite."""
        header = self.found.statement
        closing = [] if self.closing is None else [self.closing]
        name, message = "runs-more", "is also closed when the statements before fail"
        if self.closing is None:
            name, message = "intent", "is closed now, which is the point"
        own = self.found.closes_itself(self.method)
        return (
            Hazard(name, f"`{self.found.name}` {message}", self.source.span(self.last)),
            *layout_hazards(self.source, [header, *self.between, *closing]),
            *(() if own else self.way.hazards),
            *self._overlaps(),
            *self._pragmas(),
        )

    def _overlaps(self) -> Iterator[Hazard]:
        """Another resource that is opened inside and closed outside, or the other way round."""
        here = self.place.block
        start, stop = here.index(self.found.statement), here.index(self.last)
        inside = _openings(self.between)
        outside = {*_openings(here[:start])}
        for index, statement in enumerate(here):
            name = _closed_name(statement, self.method)
            if name is None or name == self.found.name:
                continue
            begun_inside = name in inside and index > stop
            begun_before = name in outside and name not in inside and start < index < stop
            if begun_inside or begun_before:
                message = f"the lifetime of `{name}`, closed on line {statement.lineno}, overlaps"
                span = self.source.span(statement)
                yield Hazard("no-rewrite", message, span, forbids=True)
                return

    def _pragmas(self) -> Iterator[Hazard]:
        beside = self._beside()
        kept = None if beside is None else self.source.comment_at[beside]
        yield from moved_pragmas(self._lost(), [kept])


def _openings(statements: Sequence[ast.stmt]) -> set[str]:
    """Return the names that are bound to the result of a call."""
    return {
        target.id
        for statement in statements
        for node in nodes_in_frame([statement])
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _closed_name(statement: ast.stmt, method: str) -> str | None:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        owner = call.func.value
        if isinstance(owner, ast.Name) and method_on(call, owner.id) == method:
            return owner.id
    return None
