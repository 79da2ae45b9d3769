"""Plans one `with` for a resource that is closed only if it was opened under a condition."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import (
    Block,
    Expression,
    NewWith,
    Reshaped,
    Rewrite,
    Suite,
    Template,
    Trivia,
)
from lint_exitstack.rules.optional_contexts.choosing import (
    chosen,
    item,
    piece,
)
from lint_exitstack.rules.optional_contexts.flags import flagged_choice
from lint_exitstack.rules.optional_contexts.guards import (
    Choice,
    choice_before,
    closes_first,
    guarded_close,
)
from lint_exitstack.semantics import catalogue
from lint_exitstack.semantics.callables import resource_of
from lint_exitstack.semantics.comments import comments_on, is_pragma, last_line
from lint_exitstack.semantics.evaluation import changed_in, names_in
from lint_exitstack.semantics.layout import layout_hazards
from lint_exitstack.semantics.written import flat

if TYPE_CHECKING:
    from lint_exitstack.model.lexing import Comment
    from lint_exitstack.model.position import Span
    from lint_exitstack.model.rewrite import Statement
    from lint_exitstack.rules.context import Context, Place


@dataclass(frozen=True, slots=True)
class Owned:
    """The choice before `node`, whose guard closes what `opened` gives and spares `other`."""

    node: ast.Try
    choice: Choice
    guard: ast.expr
    opened_first: bool
    flag: str = ""
    """The variable that remembers the choice, where the guard is one."""

    @property
    def name(self) -> str:
        """The variable that is closed."""
        return self.choice.name

    @property
    def opened(self) -> ast.expr:
        """What is closed in the end."""
        return self.choice.then if self.opened_first else self.choice.other

    @property
    def other(self) -> ast.expr:
        """What stays open."""
        return self.choice.other if self.opened_first else self.choice.then


def ownership(node: ast.Try, place: Place, context: Context) -> Owned | None:
    """Return what `node` closes under the condition under which it was opened."""
    guarded = guarded_close(node.finalbody[0])
    if guarded is None:
        return None
    remembered = flagged_choice(guarded, place, context)
    choice = remembered[0] if remembered else choice_before(place, guarded.name)
    if choice is None:
        return None
    first = remembered[1] if remembered else closes_first(guarded.test, choice)
    if first is None:
        return None
    flag = guarded.test.id if remembered and isinstance(guarded.test, ast.Name) else ""
    found = Owned(node, choice, guarded.test, first, flag)
    if not isinstance(found.opened, ast.Call) or not _is_settled(found.other):
        return None
    return found if _holds(found, place, context) else None


def _is_settled(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, (ast.Name, ast.Constant))


def _holds(found: Owned, place: Place, context: Context) -> bool:
    """Whether the names of variable and guard mean the same at the end as at the start."""
    scope = context.scope(place)
    names = {found.name, *(name.id for name in names_in(found.guard))}
    if context.bindings.owner(scope, found.name) is not scope:
        return False
    return not any(changed_in(name, [found.node], scope, context.bindings) for name in names)


class Ownership:
    """How choice and `try` become one `with`, and what speaks against it."""

    def __init__(self, found: Owned, place: Place, context: Context) -> None:
        self.found = found
        self.choice = found.choice
        self.place = place
        self.context = context
        self.source = context.source
        self.scope = context.scope(place)
        self.null = context.imports.way("nullcontext", self.scope, found.node)
        self.row = resource_of(found.opened, self.scope, context.stacks)
        self.native = self._is_native()
        self.closing = context.imports.way("closing", self.scope, found.node)
        self.manager = self._manager()
        self.header = f"with {flat(self.manager, context.source)} as {found.name}:"

    def _is_native(self) -> bool:
        """Whether the resource's own `with` closes it as the `finally` does."""
        opened = self.found.opened
        if self.row is None or not isinstance(opened, ast.Call) or self.row.is_async:
            return False
        keywords = [word.arg for word in opened.keywords if word.arg]
        same = self.row.exit_against("close", keywords) is catalogue.Exit.SAME
        return same and self.row.binds_self

    def _manager(self) -> Template:
        found = self.found
        opened = piece(found.opened, self.context)
        if not self.native:
            opened = Template(f"{self.closing.expression}($0)", (opened,))
        empty = isinstance(found.other, ast.Constant) and found.other.value is None
        pieces: tuple[Expression, ...] = () if empty else (piece(found.other, self.context),)
        null = Template(f"{self.null.expression}({'' if empty else '$0'})", pieces)
        if found.opened_first:
            return chosen(self.choice.test, opened, null, self.context)
        return chosen(self.choice.test, null, opened, self.context)

    def rewrite(self) -> Rewrite:
        """Return the `with` around what was in the `try`."""
        first, last = self.choice.statements[0], self.found.node
        key = self.context.key(last)
        new = NewWith(
            items=(item(self.manager, self.found.name, Trivia()),),
            body=self._body(),
            trivia=self._trivia(),
            footers=() if self.found.node.handlers else (Block(key),),
        )
        ways = [self.null] if self.native else [self.null, self.closing]
        needs = tuple(way.need for way in ways if way.need is not None)
        end = last_line(self.source, last)
        keys = [self.context.key(node) for node in (*self.choice.statements, last)]
        return Rewrite(self.context.key(first), key, end, (new,), frozenset(keys), needs)

    def _body(self) -> tuple[Statement, ...]:
        key = self.context.key(self.found.node)
        if self.found.node.handlers:
            return (Reshaped(key, without_finally=True, trivia=Trivia()),)
        return (Suite(Block(key)),)

    def _finally_line(self) -> int:
        """Return the line of `finally`, which only blank lines and comments precede."""
        node = self.found.node
        block = node.orelse or (node.handlers[-1].body if node.handlers else node.body)
        line = block[-1].end_lineno or node.lineno
        while not self.source.lines[line].lstrip().startswith("finally"):
            line += 1
        return line + 1

    def _lost(self) -> list[Comment]:
        """Return the comments on lines that go: choice, `try`, and everything from `finally`."""
        node = self.found.node
        first = self.choice.statements[0]
        upper = node.lineno + (0 if node.handlers else 1)
        head = range(first.lineno, upper)
        tail = range(self._finally_line(), last_line(self.source, node) + 1)
        return list(comments_on(self.source, (*head, *tail)))

    def _trivia(self) -> Trivia:
        lost = sorted(comment.line for comment in self._lost())
        if len(lost) == 1 and not self.source.comment_at[lost[0]].own_line:
            return Trivia((), lost[0])
        return Trivia(tuple(lost))

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what may differ, and what forbids the rewrite."""
        node = self.found.node
        return (
            *layout_hazards(self.source, [*self.choice.statements, node]),
            *self._shape_hazards(),
            *self.null.hazards,
            *(() if self.native else self.closing.hazards),
            *self._guard_hazards(),
            *self._pragma_hazards(),
        )

    def _shape_hazards(self) -> list[Hazard]:
        node = self.found.node
        parts = [*self.choice.parts, self.found.opened, self.found.other]
        torn = any(
            line in self.source.comment_at
            for part in parts
            for line in range(part.lineno, part.end_lineno or part.lineno)
        )
        if node.body[0].lineno > node.lineno and not torn:
            return []
        text = "a comment or a body stands where it can't be taken apart"
        return [Hazard("statement-layout", text, self.source.span(node), forbids=True)]

    def _guard_hazards(self) -> list[Hazard]:
        """Say where the guard may tell something else at the end than at the start."""
        guard = self.found.guard
        span = self.source.span(guard)
        if self.found.flag:
            return self._flag_hazards(span)
        moving = self._may_change(guard)
        if moving is not None:
            text = f"`{self.source.segment(moving)}` may be something else at the end"
            return [Hazard("early-evaluation", text, span)]
        if self.row is None and isinstance(guard, ast.Name) and guard.id == self.found.name:
            text = f"`{self.found.name}` may be false although it's open"
            return [Hazard("unknown-exit", text, span)]
        return []

    def _flag_hazards(self, span: Span) -> list[Hazard]:
        """Forbid to take a flag away that somebody else reads, or sets in other ways."""
        flag = self.found.flag
        here = {id(each) for node in self.choice.statements for each in ast.walk(node)}
        for event in self.context.bindings.events(self.scope, flag):
            if id(event.node) not in here and event.node is not self.found.guard:
                text = f"`{flag}` is used on line {event.line}, too"
                return [Hazard("no-rewrite", text, span, forbids=True)]
        return []

    def _may_change(self, guard: ast.expr) -> ast.expr | None:
        """Return what in the guard others may change: attributes, and the truth of an object."""
        for node in ast.walk(guard):
            if isinstance(node, ast.Attribute):
                return node
        truth = guard.operand if isinstance(guard, ast.UnaryOp) else guard
        while isinstance(truth, ast.UnaryOp):
            truth = truth.operand
        if not isinstance(truth, ast.Name) or truth.id == self.found.name:
            return truth if isinstance(truth, ast.BoolOp) else None
        # What names a file is a string or path: its truth stays.
        arguments = getattr(self.found.opened, "args", ())
        named = any(isinstance(a, ast.Name) and a.id == truth.id for a in arguments)
        return None if named and self.row is not None else truth

    def _pragma_hazards(self) -> list[Hazard]:
        if any(is_pragma(comment.text) for comment in self._lost()):
            text = "a pragma speaks about a line that goes"
            return [Hazard("pragma-moved", text, self.source.span(self.found.node))]
        return []
