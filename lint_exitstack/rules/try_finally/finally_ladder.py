"""`try`/`finally` statements in one another, a level for each resource.

## What it does

Finds `try`/`finally` statements of which each ends the body of the one before, and enters or
registers what their `finally` blocks do on one exit stack, each right after its acquisition. Other
statements may stand between the levels.

## Why

With each resource the code moves further to the right, and what is acquired at the top is released
at the bottom, far away. On a stack each cleanup stands right behind its acquisition.

## Before

```python
def race(spawn):
    first = spawn()
    try:
        first.prepare()
        second = spawn()
        try:
            return first.run(second)
        finally:
            second.kill()
    finally:
        first.terminate(timeout=3)
```

## After

```python
from contextlib import ExitStack


def race(spawn):
    with ExitStack() as stack:
        first = spawn()
        stack.callback(first.terminate, timeout=3)
        first.prepare()
        second = spawn()
        stack.callback(second.kill)
        return first.run(second)
```

## Fix safety

The cleanups run in the same order, each whatever the others raise, as before. Safe with
`runtime = "lint_exitstack.runtime"`; contextlib's stack drops errors from the chain of contexts
where the body succeeded and several exits raise (`exit-chain`); any asynchronous stack drops a
cancellation that hits an awaited exit, if a later one raises. Besides:

- `runs-more`: a `finally` has several cleanups; the later ones now also run when an earlier one
  raised.
- `early-evaluation`, `rebound-name`: what a callback calls is evaluated when it is registered;
  where the body gives the name another value, by a lambda on exit.
- `pragma-moved`: a pragma comment stood on a line that goes.

A ladder ends where a level has handlers (they stay, as a `try` in the stack), where its `finally`
holds anything else than calls, or several steps on one object. Two or three levels that only close
are better said by plain `with`: XIT201 does that, where it's selected.

## When not to use

For two levels some prefer what they see.

## References

The documentation of `contextlib.ExitStack`; python/cpython#102201.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.position import Position, Span
from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.try_finally.planning.flattening import Flattening
from lint_exitstack.rules.try_finally.reading.ladders import ladder_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the ladder that begins at `place`."""
    rungs = ladder_at(place, context) if isinstance(node, ast.Try) else ()
    if not rungs:
        return
    plan = Flattening(rungs, context)
    start = context.source.start(rungs[0].node)
    yield context.finding(
        RULE,
        Span(start, Position(start.line, start.column + len("try:"))),
        f"{len(rungs)} `try`/`finally` statements stand in one another",
        help_=plan.help,
        rewrite=plan.rewrite(),
        hazards=plan.hazards(),
        noqa_line=rungs[0].node.finalbody[0].lineno,
    )


RULE = Rule(
    code="XIT204",
    name="finally-ladder",
    summary="`try`/`finally` in `try`/`finally`, a level for each resource",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\bfinally\b"),
    module=__name__,
)
