"""Plans `try: … finally: …` around a `yield` and the cleanup that follows it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Kept, NewTry, Rewrite, Trivia
from lint_exitstack.rules.definitions.cleanups import sounds_like_cleanup
from lint_exitstack.semantics.comments import last_line
from lint_exitstack.semantics.flow import nodes_in_frame
from lint_exitstack.semantics.layout import layout_hazards
from lint_exitstack.semantics.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.rules.context import Context
    from lint_exitstack.rules.definitions.after_yield import Level
    from lint_exitstack.rules.definitions.cleanups import Cleanups

# Steps that belong to a cleanup: waiting for what was told to end, saying that it did.
_STEPS = words(
    """
    join wait wait_closed flush drain communicate debug info log print sleep
    """
)


class Guarding:
    """How the cleanups of one level become a `finally`, and what speaks against it."""

    def __init__(self, level: Level, cleanups: Cleanups, context: Context) -> None:
        self.level = level
        self.cleanups = cleanups
        self.context = context
        self.source = context.source
        self.start = self._first_cleanup()

    def _first_cleanup(self) -> int:
        following = self.level.following
        first = next(
            index
            for index, node in enumerate(following)
            if self.cleanups.first_in([node]) is not None
        )
        # What only sounds like cleanup goes along with what surely is.
        while first and self._is_only_cleanup(following[first - 1]):
            first -= 1
        return first

    @property
    def guarded(self) -> tuple[ast.stmt, ...]:
        """The statements that go into the `try`."""
        return (self.level.statement, *self.level.following[: self.start])

    @property
    def final(self) -> tuple[ast.stmt, ...]:
        """The statements that go into the `finally`."""
        return self.level.following[self.start :]

    def rewrite(self) -> Rewrite:
        """Return the `try` statement."""
        first, *rest = self.final
        before = self.guarded[-1]
        upper = last_line(self.source, before)
        comments = tuple(
            line for line in range(upper + 1, first.lineno) if line in self.source.comment_at
        )
        key = self.context.key
        new = NewTry(
            body=tuple(Kept(key(node)) for node in self.guarded),
            finalbody=(Kept(key(first), Trivia(comments)), *(Kept(key(node)) for node in rest)),
        )
        start, last = key(self.guarded[0]), key(self.final[-1])
        end = last_line(self.source, self.final[-1])
        return Rewrite(start, last, end, (new,), frozenset([start, last]))

    def hazards(self, outer: tuple[Level, ...]) -> tuple[Hazard, ...]:
        """Return what speaks against it; `outer` are the levels around this one."""
        first = self.final[0]
        message = "the cleanup also runs when the body fails, which is the point"
        return (
            Hazard("runs-more", message, self.source.span(first)),
            *layout_hazards(self.source, [*self.guarded, *self.final]),
            *self._forbidding(outer),
        )

    def _forbidding(self, outer: tuple[Level, ...]) -> Iterator[Hazard]:
        for node in self.final:
            if not self._is_only_cleanup(node):
                message = (
                    f"line {node.lineno} isn't known to be cleanup, but maybe for success only"
                )
                yield self._forbids(message, node)
                return
        if self.level.leaves:
            yield self._forbids("a `return` follows, which would hide the error", self.final[-1])
        for level in outer:
            cleanup = self.cleanups.first_in(level.following)
            if cleanup is not None:
                message = f"line {cleanup.lineno} cleans up too, further out"
                yield self._forbids(message, cleanup)
        name = self._late_name()
        if name is not None:
            message = f"`{name}` has no value yet if the body fails"
            yield self._forbids(message, self.final[0])

    def _forbids(self, message: str, node: ast.stmt) -> Hazard:
        return Hazard("no-rewrite", message, self.source.span(node), forbids=True)

    def _is_only_cleanup(self, node: ast.stmt) -> bool:
        pending = [node]
        while pending:
            here = pending.pop()
            if isinstance(here, (ast.If, ast.For, ast.With, ast.AsyncWith)):
                pending.extend([*here.body, *getattr(here, "orelse", ())])
            elif not (
                isinstance(here, ast.Pass) or self._is_step(here) or self.cleanups.is_cleanup(here)
            ):
                return False
        return True

    @staticmethod
    def _is_step(node: ast.stmt) -> bool:
        value = node.value if isinstance(node, ast.Expr) else None
        call = value.value if isinstance(value, ast.Await) else value
        if not isinstance(call, ast.Call):
            return False
        if sounds_like_cleanup(call):
            return True
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        name = call.func.id if isinstance(call.func, ast.Name) else name
        return name in _STEPS

    def _late_name(self) -> str | None:
        """Return a name that the cleanup reads and that only the guarded statements bind."""
        bound = {
            node.id
            for node in nodes_in_frame(self.guarded)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        read = (
            node.id
            for node in nodes_in_frame(self.final)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        )
        return next((name for name in read if name in bound), None)
