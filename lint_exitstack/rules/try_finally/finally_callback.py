"""One cleanup call of any other kind in a `finally`.

## What it does

Finds a `finally` that makes one cleanup call for which there is no ready context manager
(`shutil.rmtree(folder)`, `os.close(fd)`, `process.terminate()`) and registers it as callback of an
exit stack; an awaited one on an `AsyncExitStack`. Under `if x is not None:` or `if x:`, it is
registered where the body acquires `x`, or under the same `if` where `x` is there before.

Calls are known by their names. What XIT201, XIT203 and XIT208 say better is left to them.

## Why

The cleanup stands beside what it cleans up, and the next one needs no further level. For one
cleanup alone a `finally` reads as well or better: that's why the rule is off by default.

## Before

```python
import shutil
import tempfile


def unpack(archive):
    folder = tempfile.mkdtemp()
    try:
        archive.extractall(folder)
        return check(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
```

## After

```python
import shutil
import tempfile
from contextlib import ExitStack


def unpack(archive):
    folder = tempfile.mkdtemp()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        archive.extractall(folder)
        return check(folder)
```

## Fix safety

Unsafe with contextlib's stack (`exit-chain`): an exit that raises after a clean body loses the
exception that is handled outside from its context. With `runtime = "lint_exitstack.runtime"` the
fix is safe, unless:

- `early-evaluation`: the function or an argument is evaluated before the body now.
- `rebound-name`: a name is given another value in the body; the callback is a lambda then.
- `pragma-moved`: a pragma comment in the `finally` goes.

There is no fix in a class body, nor where a guard asks at the end for what the body binds anew.

## When not to use

If you don't want an exit stack for a single cleanup: leave it off.

## References

The documentation of `contextlib.ExitStack.callback`, "Replacing any use of try-finally and flag
variables".
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.position import Position, Span
from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.try_finally.finally_chdir import saving_of
from lint_exitstack.rules.try_finally.planning.around import Around
from lint_exitstack.rules.try_finally.planning.calling import callback_plan
from lint_exitstack.rules.try_finally.planning.closings import closing_of
from lint_exitstack.rules.try_finally.planning.unwinding import Unwinding
from lint_exitstack.rules.try_finally.planning.wrapping import Moves, Wrapping
from lint_exitstack.rules.try_finally.reading.cleanup import release_of
from lint_exitstack.rules.try_finally.reading.cleanup_calls import Cleanup
from lint_exitstack.rules.try_finally.reading.conditional_cleanups import read_all
from lint_exitstack.rules.try_finally.reading.locks import pair_of
from lint_exitstack.rules.try_finally.reading.untouchable import is_untouchable
from lint_exitstack.semantics.flow import LOOPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.rewrite import Rewrite
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the `try` at `place` if its `finally` is one cleanup call and nothing else fits."""
    if not isinstance(node, ast.Try) or len(node.finalbody) != 1:
        return
    (cleanup,) = read_all(node.finalbody, place, context)
    if not isinstance(cleanup, Cleanup) or isinstance(cleanup.around, LOOPS):
        return
    if not cleanup.is_known or _is_said_better(node, place, context):
        return
    if is_untouchable(node, node.finalbody, place, context):
        return
    yield _finding(node, cleanup, place, context)


def _is_said_better(node: ast.Try, place: Place, context: Context) -> bool:
    release = release_of(node.finalbody[0])
    if release is not None and release.guard is not None:
        closes = release.method in {"close", "aclose"} and not release.has_arguments
        return closes and isinstance(release.receiver, ast.Name)
    return (
        closing_of(node, place, context) is not None
        or pair_of(node, place) is not None
        or saving_of(node, place, context) is not None
    )


def _finding(node: ast.Try, cleanup: Cleanup, place: Place, context: Context) -> Finding:
    call = cleanup.call
    rewrite: Rewrite | None
    if cleanup.around is None:
        wrapping = Wrapping(context, place, node, Moves(kept=(call.call,)))
        rewrite, hazards = callback_plan(wrapping, call)
    else:
        plan = Unwinding(node, [cleanup], place, context)
        rewrite, hazards = plan.rewrite(), plan.hazards()
    start = context.source.start(node)
    text = " ".join(context.source.segment(call.call).split())
    return context.finding(
        RULE,
        Span(start, Position(start.line, start.column + len("try:"))),
        f"`{text}` is called by hand in a `finally`",
        help_=Around(context, place, is_async=call.awaited).help,
        rewrite=rewrite,
        hazards=hazards,
        noqa_line=node.finalbody[0].lineno,
    )


RULE = Rule(
    code="XIT206",
    name="finally-callback",
    summary="one cleanup call in a `finally`",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\bfinally\b"),
    module=__name__,
    default=False,
)
