"""An object acquired inside a `try`, and closed in its `finally` if there is one.

## What it does

Finds `x = None` before a `try` that acquires `x`, and whose `finally` closes it under
`if x is not None:` or `if x:`. Without handlers that is a plain `with`: what stands before the
acquisition stays in front of it. Where the `try` has handlers they must see a failing acquisition,
too, and run before the cleanup: then the object is entered on an exit stack around them. The same
stack serves where the acquisition stands under a condition, under a lock or in an inner `try`: it
is entered there, if it's acquired at all.

A guard around the cleanup of what was acquired before the `try` is found as well. Where the name
may hold None from before (a parameter, what an `if` chose), the guard chooses between `closing` and
`nullcontext()`.

## Why

`None` and the guard are there for one case only: the acquisition that fails. A `with` has no such
case, since it begins when the acquisition has succeeded.

## Before

```python
def first_line(path):
    source = None
    try:
        source = open(path)
        return source.readline()
    finally:
        if source is not None:
            source.close()


def checked(path):
    source = None
    try:
        source = open(path)
        return parse(source)
    except OSError as error:
        report(error)
    finally:
        if source:
            source.close()


def kind(file, head=None):
    source = None
    try:
        if head is None:
            source = open(file, "rb")
            head = source.read(32)
        return guess(head)
    finally:
        if source is not None:
            source.close()


def write(text, stream=None):
    try:
        put(text, stream)
    finally:
        if stream is not None:
            stream.close()
```

## After

```python
from contextlib import ExitStack, closing, nullcontext


def first_line(path):
    with open(path) as source:
        return source.readline()


def checked(path):
    with ExitStack() as stack:
        try:
            source = stack.enter_context(open(path))
            return parse(source)
        except OSError as error:
            report(error)


def kind(file, head=None):
    source = None
    with ExitStack() as stack:
        if head is None:
            source = stack.enter_context(open(file, "rb"))
            head = source.read(32)
        return guess(head)


def write(text, stream=None):
    with closing(stream) if stream is not None else nullcontext():
        put(text, stream)
```

## Fix safety

Safe where what is called surely gives an object: a class, or a resource of the catalogue. The
assignment of `None` stays if somebody may still read it. Unsafe:

- `runs-more`: the call may return None (or something empty, for `if x:`), which the guard left
  alone.
- `rebound-name`: other functions change the name.
- `early-evaluation`: `if x:` is asked before the body, of what was there before.
- `exit-chain` for the exit stacks; gone with `runtime = "lint_exitstack.runtime"`.
- `pragma-moved`: a pragma comment in the `finally` goes.

There is no fix where the body gives the name another value (`x = None` after it was closed): the
guard asks for what the name means then. Nor where it may be acquired more than once, in a loop or
in one statement after the other: only the last one is closed. Nor where it is acquired in a `with`
that it may need, or is what another call gave to several names.

## When not to use

Where the acquisition is optional in itself; such code is not reported.

## References

The documentation of `contextlib.closing` and of `contextlib.ExitStack`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Position, Span
from lint_exitstack.rules.optional_contexts.ownership import ownership
from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.try_finally.planning.closings import Closing
from lint_exitstack.rules.try_finally.planning.handled import Handled
from lint_exitstack.rules.try_finally.planning.lent import Lent
from lint_exitstack.rules.try_finally.planning.scattered import Scattered
from lint_exitstack.rules.try_finally.reading.acquisition import Origin, acquisition
from lint_exitstack.rules.try_finally.reading.cleanup import release_of
from lint_exitstack.rules.try_finally.reading.guards import guard_hazards, mentions, needs_none
from lint_exitstack.rules.try_finally.reading.untouchable import is_untouchable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.rewrite import Rewrite
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.reading.acquisition import Acquisition
    from lint_exitstack.rules.try_finally.reading.cleanup import Guard, Release

    _Planned = tuple[str, Rewrite | None, tuple[Hazard, ...]]


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the `try` at `place` if its `finally` only closes one object, if there is one."""
    if not isinstance(node, ast.Try) or len(node.finalbody) != 1:
        return
    release = release_of(node.finalbody[0])
    if release is None or release.guard is None or release.has_arguments:
        return
    if not release.guards_itself or not isinstance(release.receiver, ast.Name):
        return
    planned = _planned(node, release, release.guard, place, context)
    if planned is None or is_untouchable(node, node.finalbody, place, context):
        return
    help_, rewrite, hazards = planned
    start = context.source.start(node)
    yield context.finding(
        RULE,
        Span(start, Position(start.line, start.column + len("try:"))),
        f"`{release.name}` is closed by hand in a `finally`, if there is one",
        help_=help_,
        rewrite=rewrite,
        hazards=hazards,
        noqa_line=node.finalbody[0].lineno,
    )


def _planned(
    node: ast.Try, release: Release, guard: Guard, place: Place, context: Context
) -> _Planned | None:
    """Return how such a `try` is said otherwise, None if it isn't ours."""
    acquired = acquisition(release.receiver, place, context)
    if acquired is None:
        return None
    if _is_one_call(acquired):
        return _acquired_once(node, release, guard, acquired, place, context)
    if acquired.cleared is not None:
        scattered = Scattered(node, release, guard, place, context)
        return (scattered.help, *scattered.plan()) if scattered.is_known else None
    if "XIT402" in context.enabled and ownership(node, place, context) is not None:
        return None
    lent = Lent(node, release, guard, place, context)
    return (lent.help, *lent.plan()) if lent.is_known else None


def _is_one_call(acquired: Acquisition) -> bool:
    """Whether a call acquires the object, in the block of the `try` or at the top of its body."""
    value = acquired.value
    call = value.value if isinstance(value, ast.Await) else value
    plain = isinstance(acquired.statement, ast.Assign) and len(acquired.statement.targets) == 1
    return plain and isinstance(call, ast.Call) and acquired.origin is not Origin.ELSEWHERE


def _acquired_once(
    node: ast.Try,
    release: Release,
    guard: Guard,
    acquired: Acquisition,
    place: Place,
    context: Context,
) -> _Planned | None:
    inside = acquired.origin is Origin.INSIDE
    asked = inside and mentions(acquired.subject, (*acquired.between, *acquired.gap))
    keeps_none = asked or needs_none(acquired, node, place, context)
    closing = Closing(node, release, acquired, place, context, keeps_none=keeps_none)
    if closing.form is None:
        return None
    plan = Handled(closing) if inside and node.handlers else closing
    rewrite, hazards = plan.plan()
    more = _more_hazards(guard, acquired, closing, place, context)
    return plan.help, rewrite, (*hazards, *more)


def _more_hazards(
    guard: Guard, acquired: Acquisition, closing: Closing, place: Place, context: Context
) -> Iterator[Hazard]:
    if acquired.value is not None:
        yield from guard_hazards(guard, acquired.value, place, context)
    event = closing.rebound
    if event is not None:
        message = f"`{event.name}` is {event.act.value} again on line {event.line}"
        text = f"{message}, and the guard asks what it is then"
        yield Hazard("no-rewrite", text, context.source.span(guard.subject), forbids=True)


RULE = Rule(
    code="XIT202",
    name="guarded-close",
    summary="an object acquired in a `try` and closed in its `finally` if there is one",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\bfinally\b"),
    module=__name__,
)
