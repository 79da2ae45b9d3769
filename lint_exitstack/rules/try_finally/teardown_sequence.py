"""A `close` method that runs several cleanups in a row, unprotected.

## What it does

Finds functions named like `close`, `stop` or `tearDown` that run three or more cleanup calls on
different objects one directly after the other, and says which ones an exception would skip. Each
becomes a callback of one exit stack, registered in reverse.

## Why

Whoever calls `close()` does so once. The first part that can't be closed keeps all the others open,
and nobody will try again.

## Before

```python
class Station:
    def close(self):
        self.uplink.close()
        self.recorder.stop()
        self.lock.release()
```

## After

```python
from contextlib import ExitStack


class Station:
    def close(self):
        with ExitStack() as stack:
            stack.callback(self.lock.release)
            stack.callback(self.recorder.stop)
            stack.callback(self.uplink.close)
```

## Fix safety

Always unsafe (`runs-more`): that the later cleanups run although an earlier one raised is the
point. What the callbacks call is looked up before the first of them runs (`early-evaluation`);
contextlib's stack drops errors from the chain of contexts (`exit-chain`).

There is no fix where the calls are steps on one object.

## When not to use

In tests whose `tearDown` had better stop at the first surprise. The rule is off by default.

## References

The documentation of `contextlib.ExitStack.callback`; `unittest.TestCase.addCleanup` for tests.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.context import Place
from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.try_finally.planning.sequences import Sequencing
from lint_exitstack.rules.try_finally.planning.unwinding import skipped_by_first
from lint_exitstack.rules.try_finally.reading.cleanup_calls import Cleanup, read_cleanups
from lint_exitstack.rules.try_finally.wording import skipping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context

_NAMES = re.compile(
    r"_{0,2}(?:a?close|stop|shut_?down|tear_?down|clean_?up|dispose|terminate|disconnect|a?exit"
    r"|release|quit|destroy)(?:_?(?:all|class|module|method|async))?_{0,2}",
    re.IGNORECASE,
)
_LEAST = 3


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the longest run of cleanups in the function, if it's long enough."""
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    if not _NAMES.fullmatch(node.name):
        return
    for start, run in _runs(node, place, context):
        skipped = skipped_by_first(run)
        if len(run) < _LEAST or not skipped:
            continue
        inner = Place(node.body[start], node.body, start, "body", place, node)
        plan = Sequencing(run, inner, context)
        yield context.finding(
            RULE,
            context.source.span(run[0].call.statement),
            skipping([context.source.segment(each.call.call) for each in (run[0], *skipped)]),
            help_=plan.around.help,
            rewrite=plan.rewrite(),
            hazards=plan.hazards(),
            noqa_line=node.lineno,
        )


def _runs(
    node: ast.FunctionDef | ast.AsyncFunctionDef, place: Place, context: Context
) -> Iterator[tuple[int, list[Cleanup]]]:
    """Yield where each run of known cleanups begins in the body, and the run."""
    run: list[Cleanup] = []
    parts = read_cleanups(
        node.body, Place(node, place.block, place.index, "body", place, node), context
    )
    for index, part in enumerate([*parts, node]):
        if isinstance(part, Cleanup) and part.is_known:
            run.append(part)
        elif run:
            yield index - len(run), run
            run = []


RULE = Rule(
    code="XIT212",
    name="teardown-sequence",
    summary="a `close` method that runs several cleanups in a row, unprotected",
    check=check,
    nodes=(ast.FunctionDef, ast.AsyncFunctionDef),
    trigger=re.compile(
        rb"\bdef[ \t]+_{0,2}"
        rb"(?:a?close|stop|shut|tear|clean|dispose|terminate|disconnect|a?exit|release|quit|destroy)",
        re.IGNORECASE,
    ),
    module=__name__,
    default=False,
)
