"""A `try` in a loop whose handlers do nothing, or only `continue` at the loop's end.

## What it does

The same as XIT301, for a `try` in a loop. There `except E: continue` as the last statement of the
loop is the same as `except E: pass`.

## Why

`with suppress(...)` says in one line what is ignored.

## Before

```python
import os


def forget(stamps):
    for stamp in stamps:
        try:
            os.remove(stamp)
        except FileNotFoundError:
            continue
```

## After

```python
import os
from contextlib import suppress


def forget(stamps):
    for stamp in stamps:
        with suppress(FileNotFoundError):
            os.remove(stamp)
```

## Fix safety

As for XIT301.

## When not to use

Off by default: `suppress` is called on each turn of the loop, where a `try` that catches nothing
costs nothing.

## References

The documentation of `contextlib.suppress`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.suppressing.candidate import Kind, candidate
from lint_exitstack.rules.suppressing.report import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(_node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the `try` at `place` if it only ignores, in a loop."""
    found = candidate(place, context)
    if found is not None and found.kind is Kind.LOOP:
        yield report(RULE, found, context)


RULE = Rule(
    code="XIT302",
    name="suppressible-in-loop",
    summary="`try/except: pass` or `continue` in a loop",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\bexcept\b"),
    module=__name__,
    default=False,
)
