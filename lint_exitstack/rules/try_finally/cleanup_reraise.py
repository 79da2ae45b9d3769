"""`except: cleanup(); raise`: what was acquired is given back only if the rest fails.

## What it does

Finds `try` statements whose handler does nothing but clean up and raise again, and puts the cleanup
on an exit stack. Where the body has succeeded, `pop_all()` takes it off again: from there on
somebody else owns the resource.

## Why

The handler stands far from what it undoes, has to be written for each step that may fail, and is
easily too narrow: `except Exception` leaks the resource on KeyboardInterrupt and on cancellation.

## Before

```python
import socket


def listening(address):
    sock = socket.socket()
    try:
        sock.bind(address)
        sock.listen()
    except BaseException:
        # nobody else knows it yet
        sock.close()
        raise
    return sock


def connected(address):
    link = None
    try:
        link = Link(address)
        if link.is_trusted:
            return link
        link.login()
    except BaseException:
        if link is not None:
            link.close()
        raise
    return link
```

## After

```python
import socket
from contextlib import ExitStack


def listening(address):
    sock = socket.socket()
    with ExitStack() as stack:
        # nobody else knows it yet
        stack.callback(sock.close)
        sock.bind(address)
        sock.listen()
        stack.pop_all()
    return sock


def connected(address):
    link = None
    with ExitStack() as stack:
        link = Link(address)
        stack.callback(link.close)
        if link.is_trusted:
            stack.pop_all()
            return link
        link.login()
        stack.pop_all()
    return link
```

## Fix safety

Safe for one cleanup after a bare `except` or `except BaseException`. Otherwise:

- `wider-catch`: after `except Exception`, or a class narrower than that, the cleanup now also runs
  for all other exceptions.
- `runs-more`: of several cleanups the later ones also run when an earlier one raised.
- `early-evaluation`, `rebound-name`: what the callback calls is evaluated when it's registered, and
  may be None by then. Where the body gives the name another value, a lambda reads it on exit.
- `intent`: the body itself acquires what the handler gives back, which failed if there was nothing
  yet. It's registered right behind its acquisition then; safe where the handler asks for it.
- `read-later`: the handler unbinds its `as` name, which is used elsewhere.

What the body returns is evaluated before `pop_all()`, which also stands before each `return` and
each jump that leaves the body early. A `finally` stays around the stack. There is no fix where the
body is left early in more than three places, or out of a `with` or a `finally` that may still fail,
where other handlers stand before this one, or where several
steps on one object are taken. Handlers that log, wait or transform the error aren't reported, nor
those of a narrow class unless the resource is acquired in the statement before the `try`, and the
class is none that tells of a timeout or a cancellation.

## When not to use

Where the handler is short and the team reads `try` more easily than `pop_all()`.

## References

The documentation of `contextlib.ExitStack`, "Cleaning up in an `__enter__` implementation".
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Position, Span
from lint_exitstack.model.rewrite import Block, Kept, NewTry, Suite, Trivia
from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.try_finally.around import (
    clause_comments,
    finally_line,
    opening,
    pragma_hazards,
    trivia_of,
)
from lint_exitstack.rules.try_finally.cleanup import release_of
from lint_exitstack.rules.try_finally.cleanup_calls import Cleanup, read_cleanup, read_cleanups
from lint_exitstack.rules.try_finally.committing import Committing, commented
from lint_exitstack.rules.try_finally.leaving import Leaving
from lint_exitstack.rules.try_finally.untouchable import is_untouchable
from lint_exitstack.rules.try_finally.within import within
from lint_exitstack.rules.wording import short
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.comments import last_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.position import Key
    from lint_exitstack.model.rewrite import Rewrite, Statement
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.cleanup import Release

_SIGNALS = re.compile(r"Time_?[Oo]ut|Cancel|Interrupt|Exit|Stop")
_ELSE = re.compile(r"[ \t\f]*else\b")
_BROAD = {"builtins.BaseException", "builtins.Exception"}


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the `try` at `place` if its last handler cleans up and raises again."""
    if not isinstance(node, ast.Try) or not node.handlers:
        return
    handler = node.handlers[-1]
    cleanups = _cleanups(handler, place, context)
    if not cleanups or not _is_ours(handler, cleanups, place, context):
        return
    if is_untouchable(node, handler.body, place, context):
        return
    plan = Reraise(node, cleanups, place, context)
    start = context.source.start(handler)
    end = context.source.span(handler.type).end if handler.type else None
    texts = " and ".join(f"`{short(context.source.segment(c.call.call))}`" for c in cleanups[:3])
    yield context.finding(
        RULE,
        Span(start, end or Position(start.line, start.column + len("except"))),
        f"this handler only calls {texts} and raises again",
        help_=f"{plan.stack.around.help} … {plan.stack.popping}",
        rewrite=plan.rewrite(),
        hazards=plan.hazards(),
        noqa_line=node.lineno,
    )


def _cleanups(handler: ast.ExceptHandler, place: Place, context: Context) -> list[Cleanup]:
    """Return the cleanups of a handler that does nothing else, but for raising again."""
    last = handler.body[-1]
    if not isinstance(last, ast.Raise) or last.exc is not None:
        return []
    release = release_of(handler.body[0])
    if release is not None and release.guard is not None and len(handler.body) == 2:
        return _guarded(release, place, context)
    parts = read_cleanups(handler.body[:-1], place, context)
    found = [part for part in parts if isinstance(part, Cleanup) and not part.is_remark]
    complete = len(found) == len(parts) and any(each.is_known for each in found)
    return found if complete else []


def _guarded(release: Release, place: Place, context: Context) -> list[Cleanup]:
    """Return the cleanup under a guard, where the `try` acquires what it asks for."""
    found = read_cleanup(release.call.statement, place, context)
    inside = isinstance(place.node, ast.Try) and within(place.node, release, place, context)
    return [found] if found is not None and found.is_known and inside else []


def _is_ours(
    handler: ast.ExceptHandler, cleanups: list[Cleanup], place: Place, context: Context
) -> bool:
    """Whether the handler is broad, or what it cleans up was acquired right before the `try`."""
    if handler.name is not None and any(
        isinstance(node, ast.Name) and node.id == handler.name
        for statement in handler.body
        for node in ast.walk(statement)
    ):
        return False
    if handler.type is None or context.qualified(handler.type, place) in _BROAD:
        return True
    # Of narrow classes some only mean that the caller lost interest.
    if _SIGNALS.search(context.source.segment(handler.type)):
        return False
    before = place.previous
    acquired = before.targets if isinstance(before, ast.Assign) else ()
    texts = {context.source.segment(target) for target in acquired}
    return all(each.is_known and each.receiver in texts for each in cleanups)


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
        success = self.stack.success()
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
        found[-1] = Trivia((*leading, *top.above, *raising.above, *own), top.beside)
        return found

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
        before = node.orelse[-1] if node.orelse else self.handler.body[-1]
        end, final = before.end_lineno or 0, node.finalbody[-1].end_lineno or 0
        last = last_line(self.source, node)
        above = commented(self.context, end + 1, finally_line(self.source, node))
        return bool(above or commented(self.context, final + 1, last))

    def _wider(self) -> Iterator[Hazard]:
        caught = self.handler.type
        if caught is None or self.context.qualified(caught, self.place) == "builtins.BaseException":
            return
        text = short(self.source.segment(caught))
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


RULE = Rule(
    code="XIT211",
    name="cleanup-reraise",
    summary="`except: cleanup(); raise`",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\braise[ \t]*(?:[;#\r\n]|$)", re.MULTILINE),
    module=__name__,
)
