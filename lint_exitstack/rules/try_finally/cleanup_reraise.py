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
from typing import TYPE_CHECKING

from lint_exitstack.model.position import Position, Span
from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.try_finally.planning.reraising import Reraise
from lint_exitstack.rules.try_finally.reading.cleanup import release_of
from lint_exitstack.rules.try_finally.reading.cleanup_calls import (
    Cleanup,
    read_cleanup,
    read_cleanups,
)
from lint_exitstack.rules.try_finally.reading.untouchable import is_untouchable
from lint_exitstack.rules.try_finally.reading.within import within
from lint_exitstack.rules.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.reading.cleanup import Release

_SIGNALS = re.compile(r"Time_?[Oo]ut|Cancel|Interrupt|Exit|Stop")
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
    texts = " and ".join(f"`{quoted(context.source, c.call.call)}`" for c in cleanups[:3])
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


RULE = Rule(
    code="XIT211",
    name="cleanup-reraise",
    summary="`except: cleanup(); raise`",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\braise[ \t]*(?:[;#\r\n]|$)", re.MULTILINE),
    module=__name__,
)
