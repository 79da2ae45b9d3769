"""Plans `with suppress(...)` for a `try` that only ignores exceptions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Position, Span
from lint_exitstack.model.rewrite import (
    Block,
    Expression,
    Item,
    NewWith,
    Piece,
    Rewrite,
    Suite,
    Template,
    Trivia,
)
from lint_exitstack.rules.pragmas import moved_pragmas
from lint_exitstack.rules.wording import quoted
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.comments import (
    comments_on,
    last_line,
)
from lint_exitstack.semantics.evaluation import Spot, changed_in, is_bound_before, names_in
from lint_exitstack.semantics.exceptions import Plainness, group_source, plainness
from lint_exitstack.semantics.flow import LOOPS
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.lexing import Comment
    from lint_exitstack.rules.context import Context
    from lint_exitstack.rules.suppressing.candidate import Candidate

_EVERYTHING = "builtins.BaseException"


class Suppression:
    """How a candidate becomes `with suppress(...)`, and what speaks against it."""

    def __init__(self, found: Candidate, context: Context) -> None:
        self.found = found
        self.node = found.node
        self.place = found.place
        self.context = context
        self.source = context.source
        self.scope = context.scope(found.place)
        self.way = context.imports.way("suppress", self.scope, found.node)
        self.known = [expression for expression in found.types if expression is not None]

    @property
    def span(self) -> Span:
        """The word `try` and its colon."""
        start = self.source.start(self.node)
        return Span(start, Position(start.line, start.column + len("try:")))

    @property
    def help(self) -> str:
        """The header of the new form."""
        return f"with {self.way.expression}({', '.join(self._written())}):"

    def _written(self) -> list[str]:
        return [
            "BaseException"
            if expression is None
            else self._star(expression) + self.source.segment(expression)
            for expression in self._distinct()
        ]

    def _distinct(self) -> list[ast.expr | None]:
        """Return the exceptions without those that are written twice."""
        seen: dict[str, ast.expr | None] = {}
        for expression in self.found.types:
            text = "BaseException" if expression is None else self.source.segment(expression)
            seen.setdefault(text, expression)
        return list(seen.values())

    def _star(self, expression: ast.expr) -> str:
        return "*" if self._plainness(expression) is Plainness.TUPLE else ""

    def _plainness(self, expression: ast.expr) -> Plainness:
        return plainness(expression, self.scope, self.context.names)

    def rewrite(self) -> Rewrite:
        """Return the `with` statement that does the same."""
        key = self.context.key(self.node)
        pieces: list[Expression] = []
        arguments = []
        for expression in self._distinct():
            if expression is None:
                arguments.append("BaseException")
            else:
                arguments.append(f"{self._star(expression)}${len(pieces)}")
                pieces.append(Piece(self.source.span(expression)))
        call = Template(f"{self.way.expression}({', '.join(arguments)})", tuple(pieces))
        above, beside = self._comments()
        new = NewWith(
            items=(Item(call),),
            body=(Suite(Block(key)),),
            trivia=Trivia(tuple(comment.line for comment in above), beside),
            footers=(Block(key),),
        )
        needs = () if self.way.need is None else (self.way.need,)
        end = last_line(self.source, self.node)
        return Rewrite(key, key, end, (new,), frozenset([key]), needs)

    def _comments(self) -> tuple[tuple[Comment, ...], int | None]:
        """Return the comments that go above the `with`, and the line whose comment stays beside.

        Those that close the body stay there; the others explain why exceptions are ignored.
        """
        first, last = self.node.body[0], self.node.body[-1]
        header = range(self.node.lineno, first.lineno)
        beside = next((c.line for c in self._on(header) if not c.own_line), None)
        column = self.source.start(first).column
        end = last.end_lineno or last.lineno
        closing = last_line(self.source, self.node)
        rest = self._on(range(end + 1, closing + 1))
        ending = self._ending(rest, column)
        return tuple(comment for comment in rest if comment not in ending), beside

    def _ending(self, rest: tuple[Comment, ...], column: int) -> set[Comment]:
        """Return the comments directly under the body that are indented like it, or deeper."""
        found = set()
        limit = self.node.handlers[0].lineno
        for comment in rest:
            if comment.line >= limit or comment.column < column:
                break
            found.add(comment)
        return found

    def _on(self, lines: range) -> tuple[Comment, ...]:
        return comments_on(self.source, tuple(lines))

    def hazards(self) -> tuple[Hazard, ...]:
        """Return everything that speaks against the rewrite."""
        return (
            *layout_hazards(self.source, [self.node]),
            *self.way.hazards,
            *self._conflicts(),
            *(hazard for each in self.known for hazard in self._about(each)),
            *self._groups(),
            *self._late_reads(),
            *self._pragmas(),
        )

    def _conflicts(self) -> Iterator[Hazard]:
        body = self.node.body
        broad = any(self._is_broad(expression) for expression in self.found.types)
        if broad and "XIT305" in self.context.enabled:
            message = "a broad `suppress` is a finding of its own here (XIT305)"
            yield Hazard("no-rewrite", message, self.span, forbids=True)
        if None in self.found.types:
            owner = self.context.bindings.owner(self.scope, "BaseException")
            if owner is not None:
                message = "`BaseException` means something else here"
                yield Hazard("name-conflict", message, self.span, forbids=True)
        for expression in self.known:
            for name in names_in(expression):
                event = changed_in(name.id, body, self.scope, self.context.bindings)
                if event is not None and event.origin is self.scope:
                    message = f"`{name.id}` is {event.act.value} in the body, on line {event.line}"
                    span = self.source.span(name)
                    yield Hazard("early-evaluation", message, span, forbids=True)
                elif event is not None:
                    message = f"`{name.id}` is {event.act.value} elsewhere, on line {event.line}"
                    yield Hazard("rebound-name", message, self.source.span(name))

    def _about(self, expression: ast.expr) -> Iterator[Hazard]:
        span = self.source.span(expression)
        text = self.source.segment(expression)
        known = self._plainness(expression)
        if known is Plainness.UNKNOWN:
            message = f"`{text}` may be a tuple, or cost something to evaluate"
            yield Hazard("no-rewrite", message, span, forbids=True)
            return
        spot = Spot(self.node, self.scope, self.place.statements_before)
        root = names_in(expression)[0].id
        if not is_bound_before(root, spot, self.context.bindings):
            message = f"`{root}` may be unbound before the body"
            yield Hazard("early-evaluation", message, span)
        elif isinstance(expression, ast.Attribute) and known is not Plainness.PLAIN:
            message = f"`{text}` is looked up before the body instead of on an error"
            yield Hazard("early-evaluation", message, span)
        if known is Plainness.CLASS:
            message = f"`{text}` isn't known to be a plain class"
            yield Hazard("subclass-hook", message, span)
        elif known is Plainness.TUPLE:
            message = f"the classes in `{text}` aren't known to be plain"
            yield Hazard("subclass-hook", message, span)

    def _groups(self) -> Iterator[Hazard]:
        below = self.context.settings.target_below
        if below is not None and below <= (3, 12):
            return
        if any(self._catches_all(expression) for expression in self.found.types):
            return
        resources = self.context.settings.resources
        cause = group_source(self.node.body, self.scope, self.context.names, resources)
        if cause is not None:
            message = f"`{quoted(self.source, cause)}` isn't known to raise no exception groups"
            yield Hazard("exception-group", message, self.source.span(cause))

    def _catches_all(self, expression: ast.expr | None) -> bool:
        if expression is None:
            return True
        return self.context.qualified(expression, self.place) == _EVERYTHING

    def _is_broad(self, expression: ast.expr | None) -> bool:
        if self._catches_all(expression) or expression is None:
            return True
        return self.context.qualified(expression, self.place) == "builtins.Exception"

    def _late_reads(self) -> Iterator[Hazard]:
        bindings = self.context.bindings
        for handler in self.node.handlers:
            owner = bindings.owner(self.scope, handler.name) if handler.name else None
            if handler.name is None or owner is None:
                continue
            for event in bindings.events(owner, handler.name):
                if event.act is not Act.HANDLER:
                    message = f"the handler unbinds `{handler.name}`, which line {event.line} uses"
                    yield Hazard("read-later", message, self.source.span(handler))
                    break
        yield from self._maybe_unbound()

    def _maybe_unbound(self) -> Iterator[Hazard]:
        """Names that the body binds and later code reads: checkers judge the two forms apart."""
        end = self.node.end_lineno or self.node.lineno
        inside = range(self.node.lineno, end + 1)
        looped = any(isinstance(around.node, LOOPS) for around in self.place.around_in_frame())
        bindings = self.context.bindings
        for name, first in bindings.bound_on(inside, self.scope).items():
            if first.act is Act.HANDLER:
                continue
            owner = bindings.owner(self.scope, name)
            every = [] if owner is None else bindings.events(owner, name)
            for event in every:
                later = event.line > end or (looped and event.line not in inside)
                if event.act is Act.READ and (later or event.origin is not self.scope):
                    message = f"`{name}` is bound in the body and read on line {event.line}"
                    span = self.source.span(self.node.body[0])
                    yield Hazard("read-later", message, span)
                    return

    def _pragmas(self) -> Iterator[Hazard]:
        above, beside = self._comments()
        kept = None if beside is None else self.source.comment_at[beside]
        yield from moved_pragmas(above, [kept])
