"""Plans one `with` for an `if` whose branches differ by nothing else."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import (
    Block,
    NewWith,
    Rewrite,
    Suite,
    Template,
    Trivia,
)
from lint_exitstack.rules.nested_with.contexts import may_swallow
from lint_exitstack.rules.optional_contexts.choosing import (
    chosen,
    item,
    piece,
    version_hazards,
)
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.comments import comments_on, is_pragma, last_line, with_header
from lint_exitstack.semantics.evaluation import Spot, is_bound_before
from lint_exitstack.semantics.layout import layout_hazards
from lint_exitstack.semantics.written import flat

if TYPE_CHECKING:
    from lint_exitstack.model.lexing import Comment
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.optional_contexts.twins import Twins


class Branches:
    """How the branches become one `with`, and what speaks against it."""

    def __init__(self, found: Twins, place: Place, context: Context) -> None:
        self.found = found
        self.node = found.node
        self.managed = found.managed
        self.place = place
        self.context = context
        self.source = context.source
        self.scope = context.scope(place)
        self.is_async = isinstance(found.managed, ast.AsyncWith)
        self.way = context.imports.way("nullcontext", self.scope, found.node)
        self.target = self._target()
        self.manager = self._manager()
        self.header = self._header()

    def _target(self) -> str | None:
        target = self.managed.items[0].optional_vars
        return target.id if isinstance(target, ast.Name) else None

    @property
    def _bound_before(self) -> bool:
        """Whether the name of the `with` has a value in any case."""
        spot = Spot(self.node, self.scope, self._before)
        owner = self.context.bindings.owner(self.scope, self.target or "")
        return owner is self.scope and is_bound_before(
            self.target or "", spot, self.context.bindings
        )

    def _before(self) -> list[ast.stmt]:
        found = list(self.place.block[: self.place.index])
        for around in self.place.around_in_frame():
            found.extend(around.block[: around.index])
        return found

    def _manager(self) -> Template:
        given = self.target if self.target and (self._bound_before or self._is_read_inside) else ""
        null = Template(f"{self.way.expression}({given})")
        cm = piece(self.managed.items[0].context_expr, self.context)
        if self.found.managed_first:
            return chosen(self.node.test, cm, null, self.context)
        return chosen(self.node.test, null, cm, self.context)

    @property
    def _is_read_inside(self) -> bool:
        return any(
            isinstance(node, ast.Name) and node.id == self.target
            for statement in self.found.plain
            for node in ast.walk(statement)
        )

    def _header(self) -> str:
        word = "async with" if self.is_async else "with"
        end = f" as {self.target}" if self.target else ""
        return f"{word} {flat(self.manager, self.source)}{end}:"

    def rewrite(self) -> Rewrite:
        """Return the `with` around the one body that is left."""
        keys = [self.context.key(self.node), self.context.key(self.managed)]
        gone = [self.context.key(node) for node in self.found.after]
        above, beside = self._kept_comments()
        new = NewWith(
            items=(item(self.manager, self.target, Trivia()),),
            body=(Suite(Block(keys[1])),),
            is_async=self.is_async,
            trivia=Trivia(above, beside),
            footers=(Block(keys[1]),),
        )
        needs = () if self.way.need is None else (self.way.need,)
        end = last_line(self.source, self.found.last)
        doubled = tuple(comment.line for comment in self._doubled())
        claims = frozenset([*keys, *gone])
        last = self.context.key(self.found.last)
        return Rewrite(keys[0], last, end, (new,), claims, needs, (), doubled)

    def _else_line(self) -> int:
        """Return the line of `else`, which only blank lines and comments precede.

        Or the one before what is the other branch.
        """
        if self.found.after:
            return last_line(self.source, self.node)
        line = self.node.body[-1].end_lineno or self.node.lineno
        while not self.source.lines[line].lstrip().startswith("el"):
            line += 1
        return line + 1

    def _sections(self) -> tuple[list[Comment], list[Comment], list[Comment]]:
        """Return the comments of headers, of the body that stays, and of the one that goes."""
        middle, end = self._else_line(), last_line(self.source, self.found.last)
        header = with_header(self.source, self.managed).colon.line
        # The last line of an `if` belongs to it, that of an `else` to what follows.
        first = range(self.node.lineno, middle + bool(self.found.after))
        managed, plain = (first, range(first.stop, end + 1))
        if not self.found.managed_first:
            managed, plain = plain, managed
        heads: list[Comment] = []
        bodies: tuple[list[Comment], list[Comment]] = ([], [])
        for comment in comments_on(self.source, tuple(range(self.node.lineno, end + 1))):
            inside = comment.line in managed
            start = header if inside else plain[0] - (plain is not first and bool(self.found.after))
            own = bodies[0 if inside else 1]
            (own if comment.line > start else heads).append(comment)
        return heads, *bodies

    def _doubled(self) -> list[Comment]:
        """Return the comments of the branch that goes which the other one has too."""
        _, kept, gone = self._sections()
        left = Counter(comment.text for comment in kept)
        found = []
        for comment in gone:
            if left[comment.text] > 0:
                left[comment.text] -= 1
                found.append(comment)
        return found

    @property
    def are_told_apart(self) -> bool:
        """Whether comments in both branches say what each is for."""
        heads, kept, gone = self._sections()
        doubled = len(self._doubled())
        about_with = [comment for comment in heads if comment.own_line]
        return doubled < len(kept) + len(about_with) and doubled < len(gone)

    def _kept_comments(self) -> tuple[tuple[int, ...], int | None]:
        """Return the lines of comments for over the header, and the one beside it."""
        heads, _, gone = self._sections()
        doubled = self._doubled()
        rest = [*heads, *(comment for comment in gone if comment not in doubled)]
        lines = sorted(comment.line for comment in rest)
        beside = next((c.line for c in heads if not c.own_line), None)
        return tuple(line for line in lines if line != beside), beside

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what may differ, and what forbids the rewrite."""
        return (
            *layout_hazards(self.source, [self.node, *self.found.after]),
            *self._leaving_hazards(),
            *self._shape_hazards(),
            *self.way.hazards,
            *version_hazards(self.managed, self.context, is_async=self.is_async),
            *self._comment_hazards(),
            *self._name_hazards(),
        )

    def _shape_hazards(self) -> list[Hazard]:
        """Forbid bodies that stand on the line of their header."""
        plain, header = self.found.plain[0], with_header(self.source, self.managed)
        own = plain.lineno > (self._else_line() if self.found.managed_first else self.node.lineno)
        if own and self.managed.body[0].lineno > header.colon.line and self._is_below():
            return []
        span = self.source.span(self.node)
        text = "a body stands on the line of its header"
        return [Hazard("statement-layout", text, span, forbids=True)]

    def _leaving_hazards(self) -> list[Hazard]:
        """Forbid what would lose a comment beside the `return` that goes, or run less than now."""
        if not self.found.after:
            return []
        if self.found.has_own_return:
            leaving = self.node.body[-1]
            upper = last_line(self.source, self.node.body[-2])
            lines = range(upper + 1, last_line(self.source, self.node) + 1)
            if not any(line in self.source.comment_at for line in lines):
                return []
            text = "a comment stands at a `return` that goes"
            return [Hazard("statement-layout", text, self.source.span(leaving), forbids=True)]
        manager = self.managed.items[0].context_expr
        if self.found.managed_first and may_swallow(manager, self.place, self.context):
            text = (
                f"if `{flat(piece(manager, self.context), self.source)}` swallows an error, what "
            )
            text += "follows runs"
            return [Hazard("no-rewrite", text, self.source.span(manager), forbids=True)]
        return []

    def _is_below(self) -> bool:
        upper = self.node.lineno if self.found.managed_first else self._else_line()
        return self.managed.lineno > upper

    def _comment_hazards(self) -> list[Hazard]:
        heads, kept, gone = self._sections()
        found = []
        if Counter(c.text for c in kept) != Counter(c.text for c in gone):
            text = "the branches carry different comments: they may be meant to differ"
            found.append(Hazard("intent", text, self.source.span(self.found.plain[0])))
        moved = [*heads, *(c for c in gone if c not in self._doubled())]
        if any(is_pragma(comment.text) for comment in moved):
            text = "a pragma speaks about a line that goes"
            found.append(Hazard("pragma-moved", text, self.source.span(self.node.test)))
        test = self.node.test
        lines = range(test.lineno, test.end_lineno or test.lineno)
        if any(comment.line in lines for comment in heads):
            text = "a comment stands inside of the condition"
            span = self.source.span(test)
            found.append(Hazard("statement-layout", text, span, forbids=True))
        return found

    def _name_hazards(self) -> list[Hazard]:
        """Say where the name of the `with` would get another value than it had, or one at all."""
        if self.target is None or self._bound_before:
            return []
        owner = self.context.bindings.owner(self.scope, self.target)
        events = [] if owner is None else self.context.bindings.events(owner, self.target)
        inside = range(self.managed.lineno, (self.managed.end_lineno or 0) + 1)
        read = [e for e in events if e.act is Act.READ and e.line not in inside]
        if not read and not self.scope.is_module:
            return []
        text = f"`{self.target}` gets a value where it had none"
        return [Hazard("read-later", text, self.source.span(self.managed))]
