"""A context manager that is entered and left by calling its special methods."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Item, Kept, NewWith, Piece, Rewrite, Trivia
from lint_exitstack.rules.try_finally.planning.wrapping import Moves, Wrapping
from lint_exitstack.rules.try_finally.reading.acquisition import binds, is_short, is_silent
from lint_exitstack.rules.try_finally.reading.cleanup import Release, release_of
from lint_exitstack.rules.try_finally.reading.locks import made
from lint_exitstack.rules.try_finally.reading.managing import only_value
from lint_exitstack.semantics import catalogue
from lint_exitstack.semantics.comments import comments_on, is_pragma, last_line, lines_between
from lint_exitstack.semantics.evaluation import changed_in
from lint_exitstack.semantics.flow import jumps_out, nodes_in_frame
from lint_exitstack.semantics.layout import layout_hazards
from lint_exitstack.semantics.names import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.rules.context import Context, Place

_EXITS = {"__enter__": "__exit__", "__aenter__": "__aexit__"}
# Managers that do the same whatever happened in their block.
_INDIFFERENT = frozenset(
    f"contextlib.{name}"
    for name in ("chdir", "closing", "nullcontext", "redirect_stderr", "redirect_stdout")
)


@dataclass(frozen=True, slots=True, eq=False)
class Entered:
    """`manager.__enter__()` at `place`, maybe with its value bound to `target`."""

    place: Place
    manager: ast.expr
    name: str
    method: str
    is_async: bool
    target: ast.expr | None

    @property
    def statement(self) -> ast.stmt:
        return self.place.node


def entered_at(place: Place) -> Entered | None:
    """Return what the statement at `place` enters by hand, None for any other statement."""
    target: ast.expr | None = None
    match place.node:
        case ast.Expr(value=value):
            pass
        case ast.Assign(targets=[target], value=value):
            pass
        case _:
            return None
    call = value.value if isinstance(value, ast.Await) else value
    match call:
        case ast.Call(func=ast.Attribute(value=manager, attr=method), args=[], keywords=[]):
            name = dotted(manager)
        case _:
            return None
    awaited = isinstance(value, ast.Await)
    if method not in _EXITS or name is None or awaited != (method == "__aenter__"):
        return None
    return Entered(place, manager, name, method, awaited, target)


def leaves(statement: ast.stmt, entered: Entered, context: Context) -> Release | None:
    """Return the call of the exit method that `statement` is, for what was entered."""
    release = release_of(statement)
    if release is None or release.guard is not None or release.name != entered.name:
        return None
    if release.method != _EXITS[entered.method] or release.awaited != entered.is_async:
        return None
    match release.call.call:
        case ast.Call(args=[ast.Constant(None), ast.Constant(None), ast.Constant(None)]):
            return release
        case ast.Call(args=[ast.Starred(value=ast.Call(func=func))]):
            asked = context.qualified(func, entered.place)
            return release if asked == "sys.exc_info" else None
    return None


class Entering:
    """How what is entered by hand becomes a `with`, up to a `try` or to a call of the exit."""

    def __init__(self, entered: Entered, last: Place, context: Context) -> None:
        self.entered = entered
        self.last = last
        self.context = context
        self.source = context.source
        self.block = entered.place.block
        self.between = self.block[entered.place.index + 1 : last.index]
        self.scope = context.scope(entered.place)

    @property
    def help(self) -> str:
        word = "async with" if self.entered.is_async else "with"
        target = self.entered.target
        bound = "" if target is None else f" as {self.source.segment(target)}"
        return f"{word} {self.entered.name}{bound}:"

    def _item(self) -> Item:
        target = self.entered.target
        bound = None if target is None else Piece(self.source.span(target))
        return Item(Piece(self.source.span(self.entered.manager)), bound)

    def plan(self) -> tuple[Rewrite, tuple[Hazard, ...]]:
        """Return the rewrite and what speaks against it."""
        node = self.last.node
        if not isinstance(node, ast.Try):
            return self._flat()
        moves = Moves((self.entered.statement,), tuple(self.between))
        wrapping = Wrapping(self.context, self.last, node, moves)
        rewrite = wrapping.rewrite([self._item()], (), is_async=self.entered.is_async)
        more = self._gap() if self.between else ()
        return rewrite, (*wrapping.hazards(), *self._hazards(), *more)

    def _gap(self) -> Iterator[Hazard]:
        for statement in self.between:
            if not is_silent(statement, self.last, self.context):
                message = (
                    f"`{self.entered.name}` is now also left when line {statement.lineno} fails"
                )
                yield Hazard("runs-more", message, self.source.span(statement))
                return

    def _flat(self) -> tuple[Rewrite, tuple[Hazard, ...]]:
        """Return the rewrite for enter and exit without a `try`."""
        first, last = self.entered.statement, self.last.node
        keys = [self.context.key(first), self.context.key(last)]
        lead = lines_between(first.end_lineno or first.lineno, self.between[0].lineno)
        over = tuple(c.line for c in comments_on(self.source, lead))
        body = [
            Kept(self.context.key(s), None if i else Trivia(over))
            for i, s in enumerate(self.between)
        ]
        header = NewWith(
            (self._item(),), tuple(body), self.entered.is_async, trivia=self._comments()
        )
        claims = frozenset([*keys, *(self.context.key(s) for s in self.between)])
        rewrite = Rewrite(keys[0], keys[1], last_line(self.source, last), (header,), claims)
        message = f"`{self.entered.name}` is now also left when the block fails"
        more = Hazard("runs-more", message, self.source.span(self.entered.manager))
        return rewrite, (*self._layout(), more, *self._hazards(), *self._pragmas())

    def _comments(self) -> Trivia:
        first, last = self.entered.statement, self.last.node
        own = comments_on(self.source, tuple(range(first.lineno, (first.end_lineno or 0) + 1)))
        beside = own[-1].line if own else None
        end = self.between[-1].end_lineno or self.between[-1].lineno
        rest = comments_on(self.source, tuple(range(end + 1, (last.end_lineno or 0) + 1)))
        above = [c.line for c in (*own[:-1], *rest)]
        return Trivia(tuple(above), beside)

    def _pragmas(self) -> Iterator[Hazard]:
        trivia = self._comments()
        for line in (*trivia.above, trivia.beside):
            comment = self.source.comment_at.get(line or 0)
            if comment is not None and is_pragma(comment.text):
                yield Hazard("pragma-moved", f"`{comment.text}` speaks about a line that changes")

    def _layout(self) -> tuple[Hazard, ...]:
        found = layout_hazards(self.source, [self.entered.statement, self.last.node])
        alone = (layout_hazards(self.source, [statement]) for statement in self.between)
        return found or next((each for each in alone if each), ())

    def _hazards(self) -> Iterator[Hazard]:
        span = self.source.span(self.entered.manager)
        name = self.entered.name
        if not self._is_indifferent():
            message = f"the exit of `{name}` now sees how the block ended, and may act on it"
            yield Hazard("unknown-exit", message, span)
        guarded = [*self.between, self.last.node]
        event = changed_in(name.partition(".")[0], guarded, self.scope, self.context.bindings)
        if event is not None and event.origin is self.scope:
            message = f"`{event.name}` is {event.act.value} in the block, on line {event.line}"
            yield Hazard("no-rewrite", message, span, forbids=True)
        elif event is not None:
            message = f"`{event.name}` is {event.act.value} elsewhere, on line {event.line}"
            yield Hazard("rebound-name", message, span)
        elif "." in name:
            message = f"`{name}` may be given another value while the block runs"
            yield Hazard("rebound-name", message, span)

    def _is_indifferent(self) -> bool:
        """Whether the exit is known to do the same whatever it is told."""
        manager = self.entered.manager
        row = made(manager, self.entered.place, self.context).row
        if row is not None:
            return row.is_lock or row.exit is catalogue.Exit.SAME
        if not isinstance(manager, ast.Name):
            return False
        value = only_value(manager.id, self.scope, self.context)
        called = value.func if isinstance(value, ast.Call) else None
        return (
            called is not None
            and self.context.qualified(called, self.entered.place) in _INDIFFERENT
        )


def entering(entered: Entered, context: Context) -> Entering | None:
    """Return where what was entered is left again in the same block, if that can be a `with`."""
    block, start = entered.place.block, entered.place.index
    for index in range(start + 1, len(block)):
        last = replace(entered.place, node=block[index], index=index)
        between = block[start + 1 : index]
        if leaves(block[index], entered, context) is not None:
            return Entering(entered, last, context) if _is_one_block(between, entered) else None
        node = block[index]
        if not isinstance(node, ast.Try) or len(node.finalbody) != 1:
            continue
        if leaves(node.finalbody[0], entered, context) is not None:
            return Entering(entered, last, context) if is_short(between) else None
    return None


def _is_one_block(between: Sequence[ast.stmt], entered: Entered) -> bool:
    """Whether nothing between enters or leaves the same manager, or goes elsewhere."""
    if not between or jumps_out(between) or any(binds(entered.name, s) for s in between):
        return False
    special = {entered.method, _EXITS[entered.method]}
    return not any(
        (isinstance(node, ast.Attribute) and node.attr in special)
        or isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom))
        for node in nodes_in_frame(between)
    )
