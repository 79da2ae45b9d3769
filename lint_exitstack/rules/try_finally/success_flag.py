"""A flag that tells the `finally` whether the body succeeded.

## What it does

Finds a name that is set to one constant before a `try` and to another at its end, and whose only
use is to decide in the `finally` whether to clean up. The cleanup goes onto an exit stack;
`pop_all()`, in place of the second assignment, takes it off again.

## Why

Three places far apart have to agree: the flag, the end of the body, the test in the `finally`. On
a stack the cleanup stands right behind what it undoes, and `pop_all()` says where it stops being
due.

## Before

```python
def publish(store, name):
    draft = store.draft(name)
    done = False
    try:
        draft.write()
        draft.check()
        done = True
    finally:
        if not done:
            draft.discard()
```

## After

```python
from contextlib import ExitStack


def publish(store, name):
    draft = store.draft(name)
    with ExitStack() as stack:
        stack.callback(draft.discard)
        draft.write()
        draft.check()
        stack.pop_all()
```

## Fix safety

Safe for one cleanup where the body can't be left between the two assignments but by an exception.
Otherwise:

- `exit-chain`: the body may be left by `return` or a jump, or a handler may end it, before it
  succeeded; an error of the cleanup then loses its context on contextlib's stack.
- `runs-more`: of several cleanups the later ones also run when an earlier one raised.
- `early-evaluation`, `rebound-name`: what the callback calls is evaluated when it's registered, and
  may be None by then. Where the body gives the name another value, a lambda reads it on exit.

Where the flag is read elsewhere, too, it stays, and `pop_all()` stands beside it. There is no fix
where it is set in a nested block or more than once, or where several steps on one object are taken.

## When not to use

Where the `finally` does more than that, and the flag reads well there.

## References

The documentation of `contextlib.ExitStack`, "Replacing any use of try-finally and flag variables".
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.position import Position, Span
from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.try_finally.planning.flagging import Flagging
from lint_exitstack.rules.try_finally.reading.flags import flag_of
from lint_exitstack.rules.try_finally.reading.untouchable import is_untouchable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the `try` at `place` if a flag decides about its cleanup."""
    if not isinstance(node, ast.Try) or len(node.finalbody) != 1:
        return
    flag = flag_of(node, place, context)
    if flag is None or is_untouchable(node, node.finalbody, place, context):
        return
    plan = Flagging(flag, place, context)
    start = context.source.start(flag.test)
    yield context.finding(
        RULE,
        Span(start, Position(start.line, context.source.span(flag.test.test).end.column)),
        f"the flag `{flag.name}` decides whether to clean up",
        help_=f"{plan.stack.around.help} … {plan.stack.popping}",
        rewrite=plan.rewrite(),
        hazards=plan.hazards(),
        noqa_line=node.lineno,
    )


RULE = Rule(
    code="XIT210",
    name="success-flag",
    summary="a flag that tells the `finally` whether the body succeeded",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\bfinally\b"),
    module=__name__,
)
