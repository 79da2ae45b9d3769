"""A `finally` that closes what was opened, and leaves alone what was given.

## What it does

Finds a file or other resource that is opened under a condition, else something existing is taken,
with a `try` whose `finally` closes only the opened one; and writes one `with` that chooses between
the resource and `nullcontext(…)`. The choice may be a conditional expression, an `if` with `else`,
or an `if` after a default; the guard of the `finally` may be the same condition, its opposite, or a
test whether the name is (not) the existing thing, or a flag that was set together with the choice
(`mine = True`), which goes then.

## Why

The condition stands in one place instead of two that have to agree.

## Before

```python
import sys


def dump(report, dest):
    out = sys.stdout if dest == "-" else open(dest, "w")
    try:
        out.write(report)
    finally:
        if dest != "-":
            out.close()
```

## After

```python
import sys
from contextlib import nullcontext


def dump(report, dest):
    with nullcontext(sys.stdout) if dest == "-" else open(dest, "w") as out:
        out.write(report)
```

## Fix safety

Safe where nothing that the condition reads can change in the body and the resource's `with` does
what its `close()` does, by the catalogue; for anything else with a `close()` it is wrapped in
`closing(…)`. Unsafe where the guard looks at attributes, which anybody may change meanwhile
(`early-evaluation`). There is no fix where a flag is used elsewhere, too.

## When not to use

Where types are checked by mypy before 1.13: it took a choice between two managers for an `object`
and refused `with`. Later ones and pyright know what comes out. An `if` statement wouldn't be easier
on them: mypy wants both branches to give what the first gives.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it has 11 findings; all
read by eye, 11 true (100 %). In fresh code, 7 of 7 findings read were true (100 %) in 9.3 million
lines of 58 released packages; then 2 of 2 findings read were true (100 %) in 10.2 million lines of
67 released packages.

## References

The documentation of `contextlib.nullcontext`; python/mypy#5512, python/mypy#10109.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.optional_contexts.ownership import Ownership, ownership
from lint_exitstack.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the `try` at `place` if its `finally` closes what was opened under a condition."""
    if not isinstance(node, ast.Try) or len(node.finalbody) != 1:
        return
    choice = ownership(node, place, context)
    if choice is None:
        return
    plan = Ownership(choice, place, context)
    yield context.finding(
        RULE,
        context.source.span(node.finalbody[0]),
        f"`{choice.name}` is closed only if it was opened here",
        help_=plan.header,
        rewrite=plan.rewrite(),
        hazards=plan.hazards(),
        noqa_line=node.lineno,
    )


RULE = Rule(
    code="XIT402",
    name="conditional-close",
    summary="a `finally` that closes only what was opened under a condition",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\bfinally[ \t]*:"),
    module=__name__,
)
