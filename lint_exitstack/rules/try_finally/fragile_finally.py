"""A `finally` of several cleanups, the first of which can make the others be skipped.

## What it does

Finds `finally` blocks that run two or more cleanup calls on different objects one after the other,
and says which of them an exception would skip. Each cleanup becomes a callback of one exit stack,
registered in reverse, so that they run in the order in which they stood.

Finds, too, the hand-written stack of asynchronous code: a `finally` that awaits one closer after
the other in a loop, each in a `try` that catches Exception only. CancelledError is a BaseException:
a cancellation leaves the loop, and the rest open.

Calls are known by their names (`close`, `release`, `stop`, `unlink`, `rmtree` and the like).
Several calls on one object (`process.kill()`, `process.wait()`) are steps of one cleanup, not
cleanups of their own: if they come first they keep a `finally` of their own.

A cleanup under `if x is not None:` or `if x:` counts as one: it is registered where the body
acquires `x`, or under the same `if` where `x` is there before. A loop that cleans up one thing
after the other (`for link in links: link.close()`) is reported by itself, too, unless the call can
hardly fail (`thread.join()`).

## Why

The first cleanup that raises skips all that follow: the file that can't be flushed keeps the lock
locked and leaves the temporary folder behind. An exit stack runs every one of them, and keeps the
errors of all in the chain of contexts.

## Before

```python
import shutil


def transfer(source, target, folder):
    try:
        target.write(source.read())
    finally:
        target.close()  # writes what is left
        source.close()
        shutil.rmtree(folder, ignore_errors=True)


def copy(source, target):
    fsrc = fdst = None
    try:
        fsrc = open(source, "rb")
        fdst = open(target, "wb")
        fdst.write(fsrc.read())
    finally:
        if fdst is not None:
            fdst.close()
        if fsrc is not None:
            fsrc.close()
```

## After

```python
import shutil
from contextlib import ExitStack


def transfer(source, target, folder):
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(source.close)
        stack.callback(target.close)  # writes what is left
        target.write(source.read())


def copy(source, target):
    fsrc = fdst = None
    with ExitStack() as stack:
        fsrc = open(source, "rb")
        stack.callback(fsrc.close)
        fdst = open(target, "wb")
        stack.callback(fdst.close)
        fdst.write(fsrc.read())
```

## Fix safety

Always unsafe (`runs-more`): that the later cleanups run although an earlier one raised is the
point. A project that wants just this says `accept-hazards = ["runs-more"]`. Besides:

- `exit-chain`: contextlib's stack drops errors from the chain of contexts where the body succeeded
  and several exits raise; gone with `runtime = "lint_exitstack.runtime"`.
- `early-evaluation`: a callback's function and arguments are evaluated when it is registered. Names
  that nothing in the body rebinds and methods of such names are what they were; for
  `self.link.close` nobody knows.
- `rebound-name`: a name is given another value in the body; the callback is a lambda then, which
  looks at it on exit as the `finally` did.

What comes first may be anything: an assignment, a log line, the steps of one cleanup stay behind in
a `finally` of their own. There is no fix where such things stand further down, for a loop, where a
guard asks for what the body binds anew, where a stack would release what the body acquires in
another order, or where a name has no value before the body. Not reported: context managers and
fixtures written as generators, `__del__`, blocks that return or jump, and what deals with
`os._exit` or `sys.exc_info()`.

## When not to use

Where a cleanup makes no sense after the one before it failed.

## References

The documentation of `contextlib.ExitStack.callback`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Position, Span
from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.try_finally.planning.around import finally_line
from lint_exitstack.rules.try_finally.planning.unwinding import Unwinding, skipped_by_first
from lint_exitstack.rules.try_finally.reading.cleanup_calls import Cleanup
from lint_exitstack.rules.try_finally.reading.closing_loops import interruptible
from lint_exitstack.rules.try_finally.reading.conditional_cleanups import read_all
from lint_exitstack.rules.try_finally.reading.untouchable import is_untouchable
from lint_exitstack.rules.try_finally.wording import skipping
from lint_exitstack.rules.wording import quoted, short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place

_LOOPS = (ast.For, ast.AsyncFor)
# Workers keep their errors to themselves, and futures don't mind.
_SURE = frozenset({"join", "remove_done_callback"})


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the `finally` at `place` if one of its cleanups can make others be skipped."""
    if not isinstance(node, ast.Try) or not node.finalbody:
        return
    waiting = interruptible(node.finalbody, place, context)
    if waiting is not None:
        yield _of_stack(node, waiting, context)
        return
    parts = read_all(node.finalbody, place, context)
    known = [part for part in parts if isinstance(part, Cleanup) and part.is_known]
    loops = [each for each in known if isinstance(each.around, _LOOPS) and _may_fail(each)]
    skipped = skipped_by_first(known)
    if not (skipped or loops) or is_untouchable(node, node.finalbody, place, context):
        return
    yield from (_of_loop(node, loop, context) for loop in loops)
    if not skipped:
        return
    plan = Unwinding(node, parts, place, context)
    line = finally_line(context.source, node)
    start = Position(line, context.source.start(node).column)
    yield context.finding(
        RULE,
        Span(start, Position(line, start.column + len("finally:"))),
        skipping([context.source.segment(each.call.call) for each in (known[0], *skipped)]),
        help_=plan.help,
        rewrite=plan.rewrite(),
        hazards=plan.hazards(),
        noqa_line=node.lineno,
    )


def _may_fail(loop: Cleanup) -> bool:
    """Whether the call in the loop is one that fails in practice."""
    func = loop.call.call.func
    return not isinstance(func, ast.Attribute) or func.attr not in _SURE


def _of_stack(node: ast.Try, waiting: ast.Await, context: Context) -> Finding:
    """Make the finding for a hand-written exit stack that a cancellation leaves half done."""
    span = context.source.span(waiting)
    message = "what there is to clean up is known only here: an exit stack would have to get each"
    return context.finding(
        RULE,
        span,
        "a cancellation in here skips the rest: CancelledError isn't an Exception",
        help_="register each on an AsyncExitStack where it is acquired: `push_async_callback`",
        hazards=(Hazard("no-rewrite", message, span, forbids=True),),
        noqa_line=node.lineno,
    )


def _of_loop(node: ast.Try, loop: Cleanup, context: Context) -> Finding:
    source = context.source
    start = source.start(loop.statement)
    end = source.span(loop.around.iter).end if isinstance(loop.around, _LOOPS) else start
    message = "what there is to clean up is known only here: an exit stack would have to get each"
    span = Span(start, end)
    return context.finding(
        RULE,
        span,
        f"if `{quoted(source, loop.call.call)}` raises, the rest of"
        f" `{short(loop.receiver)}` is skipped",
        help_="register each on an exit stack where it is acquired",
        hazards=(Hazard("no-rewrite", message, span, forbids=True),),
        noqa_line=node.lineno,
    )


RULE = Rule(
    code="XIT205",
    name="fragile-finally",
    summary="several cleanups in one `finally`: the first that raises skips the rest",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\bfinally\b"),
    module=__name__,
)
