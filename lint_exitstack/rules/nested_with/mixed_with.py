"""Four or more `with` and `async with` statements in one another.

## What it does

Finds chains in which both kinds of `with` occur, each ending the one before, and enters their
managers on one asynchronous exit stack. Headers of one kind that could be merged count as one
level; `exit-stack-depth` (4) says from which depth a chain is reported.

## Why

A header can't hold both kinds, so such chains can only grow to the right. An asynchronous stack
takes both.

## Before

```python
async def relay(source, sink):
    async with source.connect() as incoming:
        with source.metrics.timer():
            async with sink.connect() as outgoing:
                with sink.metrics.timer():
                    async for message in incoming:
                        await outgoing.send(message)
```

## After

```python
from contextlib import AsyncExitStack


async def relay(source, sink):
    async with AsyncExitStack() as stack:
        incoming = await stack.enter_async_context(source.connect())
        stack.enter_context(source.metrics.timer())
        outgoing = await stack.enter_async_context(sink.connect())
        stack.enter_context(sink.metrics.timer())
        async for message in incoming:
            await outgoing.send(message)
```

## Fix safety

As for XIT102: unsafe with contextlib's stack (`exit-chain`), and where the body jumps out past a
manager that may swallow (`swallowed-exit`).

## When not to use

Where the nest is a timeout around a task group: cancel scopes are exempt by default, see
`exempt-contexts`.

## References

The documentation of `contextlib.AsyncExitStack`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.nested_with.contexts import WITHS
from lint_exitstack.rules.nested_with.nests import is_mixed, levels, report, steps_from
from lint_exitstack.rules.rule import Rule

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(_node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the nest that starts at `place`, if it's deep enough and of both kinds."""
    steps = steps_from(place, context)
    depth = levels(steps)
    if depth >= context.settings.exit_stack_depth and is_mixed(steps):
        message = f"{depth} `with` and `async with` statements stand in one another"
        yield report(RULE, steps, place, context, message)


RULE = Rule(
    code="XIT103",
    name="mixed-with",
    summary="many `with` and `async with` statements in one another",
    check=check,
    nodes=WITHS,
    trigger=re.compile(rb"\basync[ \t]+with\b"),
    module=__name__,
)
