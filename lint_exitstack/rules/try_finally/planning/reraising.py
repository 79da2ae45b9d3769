"""Plans the stack for a handler that cleans up and raises again."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Block, Kept, NewTry, Suite, Trivia
from lint_exitstack.rules.try_finally.planning.around import (
    before_finally,
    clause_comments,
    finally_line,
    opening,
    pragma_hazards,
    trivia_of,
)
from lint_exitstack.rules.try_finally.planning.committing import Committing, commented
from lint_exitstack.rules.try_finally.planning.leaving import Leaving
from lint_exitstack.rules.try_finally.reading.cleanup import release_of
from lint_exitstack.rules.try_finally.reading.within import within
from lint_exitstack.rules.wording import quoted
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.comments import last_line

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from lint_exitstack.model.position import Key
    from lint_exitstack.model.rewrite import Rewrite, Statement
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.reading.cleanup_calls import Cleanup

_ELSE = re.compile(r"[ \t\f]*else\b")


class Reraise:
    """How such a `try` becomes a stack."""

    def __init__(
        self, node: ast.Try, cleanups: list[Cleanup], place: Place, context: Context
    ) -> None:
        self.node = node
        self.handler = node.handlers[-1]
        self.place = place
        self.context = context
        self.source = context.source
        self.stack = Committing(node, cleanups, place, context)
        result = context.names.fresh("result", context.scope(place))
        self.leaving = Leaving(node, self.stack.popping, result, context)
        release = release_of(self.handler.body[0])
        alone = release is not None and len(cleanups) == 1
        self.within = within(node, release, place, context) if release and alone else None
        self.forbidden = tuple(self._forbidden())

    def rewrite(self) -> Rewrite | None:
        """Return the stack around the body, what `else` held after it."""
        if self.forbidden:
            return None
        key = self.context.key(self.node)
        success = self.stack.success(self._closing())
        beside = opening(self.source, self.node)
        lines = [] if self.within is not None else self.stack.lines(self._trivia())
        new = self.stack.around.statement(
            [*lines, *success.body],
            Trivia(beside=None if self.node.finalbody else beside),
            (Block(key),),
        )
        into: list[Statement] = [new, *self._after()]
        if self.node.finalbody:
            final = Suite(Block(key, "finalbody"))
            into = [NewTry(tuple(into), (final,), Trivia(beside=beside))]
        places = tuple(self._places())
        more = dict.fromkeys([*success.fresh, *self._results()])
        claims = frozenset([key, *(place for place, _ in places)])
        rewrite = self.stack.around.rewrite(into, claims, more=tuple(more))
        return replace(rewrite, places=places)

    def _places(self) -> Iterator[tuple[Key, tuple[Statement, ...]]]:
        yield from self.leaving.places()
        if self.within is not None:
            (trivia,) = self._trivia()
            yield from self.within.places(self.stack.around.name, trivia)

    def _results(self) -> tuple[str, ...]:
        return (self.leaving.result,) if self.leaving.needs_result else ()

    def _after(self) -> Iterator[Statement]:
        """Yield what stood in the `else` branch, with the comments over and behind that word."""
        branch = self.node.orelse
        if not branch:
            return
        block = Block(self.context.key(self.node), "orelse")
        comments = self._over_else()
        if not comments:
            yield Suite(block)
            return
        own = commented(self.context, self._else_line() + 1, branch[0].lineno - 1)
        yield Kept(self.context.key(branch[0]), Trivia((*comments, *own)))
        if len(branch) > 1:
            yield Suite(block, 1)

    def _else_line(self) -> int:
        """Return the line on which `else:` stands."""
        line = self.node.orelse[0].lineno
        while not _ELSE.match(self.source.lines[line - 1]) and line > self.node.lineno:
            line -= 1
        return line

    def _over_else(self) -> list[int]:
        """Return the lines of the comments over the word `else`, and behind it."""
        end = self.handler.body[-1].end_lineno or 0
        column = self.source.start(self.node).column
        word = self._else_line()
        lines = commented(self.context, end + 1, word)
        comments = self.source.comment_at
        return [n for n in lines if n == word or comments[n].column <= column]

    def _trivia(self) -> list[Trivia]:
        """Return the comments of each cleanup; the rest of the handler's go with the first line."""
        node, handler, source = self.node, self.handler, self.source
        last = last_line(source, node)
        if node.orelse:
            last = min([*self._over_else(), self._else_line()]) - 1
        elif node.finalbody:
            last = finally_line(source, node) - 1
        kept = [source.span(call) for call in self.stack.kept_spans()]
        *found, raising = trivia_of(source, handler.body, handler.lineno, last, kept)
        leading = clause_comments(source, node, handler.lineno, node.body[-1])
        own = () if raising.beside is None else (raising.beside,)
        top = found[-1]
        rest = [line for line in raising.above if line not in self._closing()]
        found[-1] = Trivia((*leading, *top.above, *rest, *own), top.beside)
        return found

    def _closing(self) -> tuple[int, ...]:
        """Return the lines of the comments below `raise`: they speak of what comes on success."""
        if not self.stack.ends_with_popping:
            return ()
        end = self.handler.body[-1].end_lineno or 0
        last = last_line(self.source, self.node)
        if self.node.orelse or self.node.finalbody:
            return ()
        return tuple(commented(self.context, end + 1, last))

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what speaks against the rewrite."""
        if self.forbidden:
            return self.forbidden
        lost = opening(self.source, self.node)
        return (
            *self._wider(),
            *self._unbinding(),
            *self._of_stack([] if lost is None else [lost]),
        )

    def _of_stack(self, lost: list[int]) -> Iterator[Hazard]:
        if self.within is None:
            yield from self.stack.hazards(self._trivia(), lost, clean=False)
            return
        yield from self.stack.around.hazards()
        yield from self.within.hazards()
        yield from pragma_hazards(self.source, self._trivia(), lost)

    def _forbidden(self) -> Iterator[Hazard]:
        node = self.node
        span = self.source.span(self.handler)
        if len(node.handlers) > 1:
            message = "a handler before this one may raise what this one doesn't see"
            yield Hazard("no-rewrite", message, span, forbids=True)
        if node.finalbody and self._has_loose_comments():
            message = "a comment around the `finally` would lose its place"
            yield Hazard("statement-layout", message, span, forbids=True)
        if node.orelse and self._else_line() == node.orelse[0].lineno and self._over_else():
            message = "a comment before the `else` branch would lose its place"
            yield Hazard("statement-layout", message, span, forbids=True)
        yield from self.leaving.hazards()
        for found in (self.stack.steps_hazard(), self.stack.joined_lines()):
            if found is not None:
                yield found

    def _has_loose_comments(self) -> bool:
        """Whether a comment stands between the clauses before the `finally`, or under its block."""
        node = self.node
        end, final = before_finally(node).end_lineno or 0, node.finalbody[-1].end_lineno or 0
        last = last_line(self.source, node)
        above = commented(self.context, end + 1, finally_line(self.source, node))
        return bool(above or commented(self.context, final + 1, last))

    def _wider(self) -> Iterator[Hazard]:
        caught = self.handler.type
        if caught is None or self.context.qualified(caught, self.place) == "builtins.BaseException":
            return
        text = quoted(self.source, caught)
        message = f"the cleanup also runs for exceptions that `except {text}` lets pass"
        yield Hazard("wider-catch", message, self.source.span(caught))

    def _unbinding(self) -> Iterator[Hazard]:
        name = self.handler.name
        owner = self.context.bindings.owner(self.context.scope(self.place), name or "")
        if name is None or owner is None:
            return
        for event in self.context.bindings.events(owner, name):
            if event.act is not Act.HANDLER:
                message = f"the handler unbinds `{name}`, which line {event.line} uses"
                yield Hazard("read-later", message, self.source.span(self.handler))
                return
