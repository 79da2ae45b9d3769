"""A lock that is acquired before a `try`, or in it, and released in its `finally`.

## What it does

Finds `lock.acquire()` before a `try` whose `finally` only says `lock.release()`, awaited or not,
and says `with lock:` (or `async with lock:`). Only without arguments: a `with` knows no timeout.

A lock that is acquired in the `try` itself is found, too: if that fails or is interrupted, the
`finally` releases a lock that isn't held (or somebody else holds), and its error hides the cause.

## Why

The `with` can't be torn apart: nobody moves a line in between, and nobody forgets the release.

## Before

```python
import threading

_lock = threading.Lock()
_seen = set()


def remember(key):
    _lock.acquire()
    try:
        _seen.add(key)
    finally:
        _lock.release()
```

## After

```python
import threading

_lock = threading.Lock()
_seen = set()


def remember(key):
    with _lock:
        _seen.add(key)
```

## Fix safety

Safe where the lock is made in the same function, class or module, by a callable that the resource
catalogue knows as a lock. Otherwise:

- `unknown-exit`: what makes it isn't known; its `with` may do something else, or not exist.
- `rebound-name`: the name or the attribute may mean another lock by the time of the release.
- `runs-more`: a statement between `acquire()` and the `try` can fail; then the lock is released
  now, and stayed locked before.
- `intent`: the lock is acquired in the `try`. Nothing is released any more where that, or what
  stands before it there, fails.
- `pragma-moved`: a pragma comment in the `finally` goes.

There is no fix for objects that are known not to be context managers (handlers of `logging`,
classes of the same file without `__enter__`), or where the `try` that acquires the lock has
handlers, which may expect that this fails.

## When not to use

Where `acquire` and `release` are a protocol of your own that the `with` doesn't follow.

## References

The documentation of `threading`, "Using locks, conditions, and semaphores in the with statement".
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Position, Span
from lint_exitstack.model.rewrite import Item, Piece
from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.try_finally.planning.wrapping import Moves, Wrapping
from lint_exitstack.rules.try_finally.reading.acquisition import is_silent
from lint_exitstack.rules.try_finally.reading.locks import Made, Pair, made, pair_of
from lint_exitstack.rules.try_finally.reading.managing import only_value
from lint_exitstack.rules.try_finally.reading.untouchable import is_untouchable
from lint_exitstack.semantics.evaluation import changed_in
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the `try` at `place` if it only makes sure that a lock is released."""
    pair = pair_of(node, place) if isinstance(node, ast.Try) else None
    if pair is None or is_untouchable(pair.node, pair.node.finalbody, place, context):
        return
    known = made(pair.given.receiver, place, context)
    if known.row is not None and known.row.is_lock and not _awaits_as(pair, known):
        return
    wrapping = Wrapping(
        context,
        place,
        pair.node,
        Moves((pair.taken.statement,), pair.gap, pair.lead, (pair.taken.receiver,)),
    )
    start = context.source.start(pair.node)
    word = "async with" if pair.is_async else "with"
    yield context.finding(
        RULE,
        Span(start, Position(start.line, start.column + len("try:"))),
        _message(pair),
        help_=f"{word} {pair.given.name}:",
        rewrite=wrapping.rewrite(
            [Item(Piece(context.source.span(pair.taken.receiver)))], (), is_async=pair.is_async
        ),
        hazards=(*wrapping.hazards(), *_hazards(pair, known, context)),
        noqa_line=pair.node.finalbody[0].lineno,
    )


def _message(pair: Pair) -> str:
    if pair.lead:
        return f"if `{pair.given.name}` can't be acquired here, it is released all the same"
    return f"`{pair.given.name}` is acquired and released by hand"


def _awaits_as(pair: Pair, known: Made) -> bool:
    """Whether the code awaits what the catalogue says must be awaited of this lock."""
    row = known.row
    awaited = (pair.taken.awaited, pair.given.awaited)
    return row is not None and awaited == (row.awaited_open, row.awaited_close)


def _hazards(pair: Pair, known: Made, context: Context) -> Iterator[Hazard]:
    span = context.source.span(pair.given.receiver)
    if known.row is None or not known.row.is_lock:
        yield _unknown(pair, known, context)
    elif known.row.exit_note:
        message = f"`with {pair.given.name}:` {known.row.exit_note}"
        yield Hazard("unknown-exit", message, span)
    yield from _rebound(pair, known, context)
    if pair.lead:
        yield from _taken_inside(pair, context)
    for statement in pair.gap:
        if not is_silent(statement, pair.place, context):
            message = f"`{pair.given.name}` is now also released when line {statement.lineno} fails"
            yield Hazard("runs-more", message, span)
            return


def _taken_inside(pair: Pair, context: Context) -> Iterator[Hazard]:
    span = context.source.span(pair.taken.statement)
    message = "a lock that isn't held is released no more, and the cause isn't hidden by that"
    yield Hazard("intent", message, span)
    if pair.node.handlers:
        message = "the handlers of the `try` may expect that the lock can't be acquired"
        yield Hazard("no-rewrite", message, span, forbids=True)
    yield from layout_hazards(context.source, [pair.taken.statement])


def _unknown(pair: Pair, known: Made, context: Context) -> Hazard:
    span = context.source.span(pair.given.receiver)
    reason = _no_manager(pair, known, context)
    if reason:
        return Hazard("no-rewrite", f"`{pair.given.name}` {reason}", span, forbids=True)
    message = f"what `with {pair.given.name}:` does isn't known"
    return Hazard("unknown-exit", message, span)


def _no_manager(pair: Pair, known: Made, context: Context) -> str:
    """Return why the lock is no context manager, if that's known."""
    if known.row is not None:
        return f"is a {known.row.kind}, which isn't entered as a lock"
    owner = _class_of(pair, context)
    if owner is None or _has_enter(owner) or (owner.bases and pair.given.name != "self"):
        return ""
    return f"is a `{owner.name}`, which isn't known to be a context manager"


def _class_of(pair: Pair, context: Context) -> ast.ClassDef | None:
    """Return the class of this file whose object is used as a lock."""
    receiver = pair.given.receiver
    if not isinstance(receiver, ast.Name):
        return None
    if receiver.id == "self":
        classes = [p.node for p in pair.place.ancestors() if isinstance(p.node, ast.ClassDef)]
        return classes[0] if classes else None
    scope = context.scope(pair.place)
    value = only_value(receiver.id, scope, context)
    if not isinstance(value, ast.Call):
        return None
    definition = context.names.definition(value.func, scope)
    return definition if isinstance(definition, ast.ClassDef) else None


def _has_enter(owner: ast.ClassDef) -> bool:
    names = {"__enter__", "__aenter__"}
    return any(getattr(statement, "name", "") in names for statement in owner.body)


def _rebound(pair: Pair, known: Made, context: Context) -> Iterator[Hazard]:
    name = pair.given.name or ""
    span = context.source.span(pair.given.receiver)
    root = name.partition(".")[0]
    event = changed_in(root, [*pair.gap, pair.node], context.scope(pair.place), context.bindings)
    if event is not None and event.origin is context.scope(pair.place):
        message = f"`{root}` is {event.act.value} in the body, on line {event.line}"
        yield Hazard("no-rewrite", message, span, forbids=True)
    elif event is not None:
        message = f"`{root}` is {event.act.value} elsewhere, on line {event.line}"
        yield Hazard("rebound-name", message, span)
    elif "." in name and known.changing is not None:
        message = f"`{name}` is assigned on line {known.changing.lineno}"
        yield Hazard("rebound-name", message, span)
    elif (
        "." in name
        and not known.rows
        and context.qualified(pair.given.receiver, pair.place) is None
    ):
        message = f"`{name}` may be given another value while the body runs"
        yield Hazard("rebound-name", message, span)


RULE = Rule(
    code="XIT203",
    name="finally-lock",
    summary="a lock acquired before or in a `try` and released in its `finally`",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\bacquire\b"),
    module=__name__,
)
