"""Synchronous code where an exit stack needs asynchronous code, or the other way round.

## What it does

Finds

- `enter_async_context`, `aclose` and other coroutines of a stack that nothing awaits: a call as a
  statement, or assigned to a name that is only worked with. On the async-neutral stacks of
  asyncstdlib and `lint_exitstack.runtime.aio`, `enter_context` is one too;
- `with AsyncExitStack()` and `async with ExitStack()`;
- a coroutine function given to `callback`, `push`, `addCleanup`, `atexit.register` …, and a
  function that returns nothing given to `push_async_callback`.

## Why

A coroutine that nobody awaits does nothing: the manager isn't entered, the cleanup doesn't run.
Given to `push`, it also swallows the exception, because a coroutine is true. The others raise
TypeError, but the callback ones only when the stack is closed.

## Before

```python
from contextlib import AsyncExitStack


async def serve(connect, run):
    async with AsyncExitStack() as stack:
        client = stack.enter_async_context(connect())
        stack.callback(client.aclose)
        await run()
```

## After

```python
from contextlib import AsyncExitStack


async def serve(connect, run):
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(connect())
        stack.push_async_callback(client.aclose)
        await run()
```

## Fix safety

Unsafe (`intent`): what didn't run now runs.

## When not to use

Always worth having on. A coroutine that is handed to `gather`, `create_task` or anything else isn't
reported.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it found nothing: no
false alarm, and no proof of more than that. In fresh code it found nothing. Of 111 right uses in
real code that `benchmarks/mutations.py` makes wrong, it finds 93.

## References

The documentation of `contextlib.AsyncExitStack`; python/cpython#4790.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.exit_stacks.awaiting import wrong_call, wrong_callback, wrong_headers
from lint_exitstack.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report what isn't awaited in or about `node`."""
    if isinstance(node, ast.Call):
        problem = wrong_callback(node, place, context)
    elif isinstance(node, (ast.Expr, ast.Assign)):
        problem = wrong_call(node, place, context)
    else:
        problem = wrong_headers(node, place, context)
    if problem is None:
        return
    yield context.finding(
        RULE,
        context.source.span(problem.node),
        problem.message,
        help_=problem.help,
        rewrite=problem.rewrite,
        hazards=problem.hazards,
    )


RULE = Rule(
    code="XIT506",
    name="unawaited-stack",
    summary="a coroutine of a stack that isn't awaited; `with` where `async with` is needed",
    check=check,
    nodes=(ast.Call, ast.Expr, ast.Assign, ast.With, ast.AsyncWith),
    trigger=re.compile(
        rb"ExitStack\b|enter_async_context|enterAsyncContext|Cleanup\(|\bregister\(|\bfinalize\("
    ),
    module=__name__,
)
