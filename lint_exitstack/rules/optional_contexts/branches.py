"""Plans one `with` for an `if` whose branches differ by nothing else."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
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
    from lint_exitstack.model.source import Comment
    from lint_exitstack.rules.context import Context, Place

With = ast.With | ast.AsyncWith


@dataclass(frozen=True, slots=True)
class Twins:
    """An `if` of which one branch is `managed`, a `with` around what the other one does."""

    node: ast.If
    managed: With
    plain: list[ast.stmt]
    managed_first: bool


def twins(node: ast.If, place: Place, context: Context) -> Twins | None:
    """Return the branches of `node` if they are the same but for a `with` of one manager."""
    if _is_elif(node, place, context):
        return None
    for one, other, first in ((node.body, node.orelse, True), (node.orelse, node.body, False)):
        managed = one[0]
        if len(one) != 1 or not isinstance(managed, (ast.With, ast.AsyncWith)):
            continue
        if len(managed.items) != 1 or not _is_named(managed.items[0]):
            continue
        if _same(managed.body, other):
            return Twins(node, managed, other, first)
    return None


def _is_elif(node: ast.If, place: Place, context: Context) -> bool:
    parent = place.parent
    if parent is None or not isinstance(parent.node, ast.If) or place.part != "orelse":
        return False
    return context.source.segment(node).startswith("elif")


def _is_named(entry: ast.withitem) -> bool:
    return entry.optional_vars is None or isinstance(entry.optional_vars, ast.Name)


def _same(one: list[ast.stmt], other: list[ast.stmt]) -> bool:
    if len(one) != len(other):
        return False
    return all(ast.dump(a) == ast.dump(b) for a, b in zip(one, other, strict=True))


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
        spot = Spot(self.node, self.scope, tuple(self._before()))
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
        above, beside = self._kept_comments()
        new = NewWith(
            items=(item(self.manager, self.target, Trivia()),),
            body=(Suite(Block(keys[1])),),
            is_async=self.is_async,
            trivia=Trivia(above, beside),
            footers=(Block(keys[1]),),
        )
        needs = () if self.way.need is None else (self.way.need,)
        end = last_line(self.source, self.node)
        doubled = tuple(comment.line for comment in self._doubled())
        claims = frozenset(keys)
        return Rewrite(keys[0], keys[0], end, (new,), claims, needs, (), doubled)

    def _else_line(self) -> int:
        """Return the line of `else`, which only blank lines and comments precede."""
        line = self.node.body[-1].end_lineno or self.node.lineno
        while not self.source.lines[line].lstrip().startswith("el"):
            line += 1
        return line + 1

    def _sections(self) -> tuple[list[Comment], list[Comment], list[Comment]]:
        """Return the comments of headers, of the body that stays, and of the one that goes."""
        middle, end = self._else_line(), last_line(self.source, self.node)
        header = with_header(self.source, self.managed).colon.line
        first = range(self.node.lineno, middle)
        managed, plain = (first, range(middle, end + 1))
        if not self.found.managed_first:
            managed, plain = plain, managed
        heads: list[Comment] = []
        bodies: tuple[list[Comment], list[Comment]] = ([], [])
        for comment in comments_on(self.source, tuple(range(self.node.lineno, end + 1))):
            inside = comment.line in managed
            start = header if inside else plain[0]
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
            *layout_hazards(self.source, [self.node]),
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
