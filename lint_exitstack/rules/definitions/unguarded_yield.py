"""Cleanup after the `yield` of a context manager, with no `finally` around.

## What it does

Looks at functions under `@contextmanager` and `@asynccontextmanager` for cleanup that follows a
`yield` outside of any `try`. Only what looks like cleanup counts: releasing something (`close`,
`release`, `unlink`, `shutdown` …), the opposite of a call before the `yield` (`register` and
`unregister`); with `unguarded-restores = true` undoing an assignment made before it, too.

## Why

When the body of the `with` raises, the exception comes out of the `yield`, and what follows never
runs: the lock stays locked, the patched attribute stays patched, just when something went wrong.

## Before

```python
from contextlib import contextmanager


@contextmanager
def connected(server):
    connection = server.connect()
    yield connection
    connection.close()
```

## After

```python
from contextlib import contextmanager


@contextmanager
def connected(server):
    connection = server.connect()
    try:
        yield connection
    finally:
        connection.close()
```

## Fix safety

Unsafe (`runs-more`): that the cleanup also runs after an error is the point. There is no fix where
statements that may be meant for success only stand among the cleanup.

## When not to use

Fixtures of pytest and lifespans of ASGI applications aren't reported: whoever runs them goes on
after the `yield` whatever happened. A `yield` inside a `try` isn't either: its author thought of
errors. Nor is what nobody looks at after the error: what a test leaves behind on itself (a manager
in a test function, attributes of `self` in a test class), the state of visitors, compilers and the
like that walk over one tree, a counter of indentation. Nor is code that is meant for success, as a
comment says or as an assertion before the cleanup shows.

State that an assignment sets back counts only with `unguarded-restores = true`: it often is of no
interest after an error, which can't be seen from the file. Of the findings in fresh code, those
that release something or undo a call were 16 of 17 true, those that set state back 11 of 21.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it has 45 findings; all
read by eye, 41 true (91 %). In fresh code, 15 of 22 findings read were true (68 %) in 9.3 million
lines of 58 released packages; then 12 of 16 findings read were true (75 %) in 10.2 million lines of
67 released packages.

## References

The documentation of `contextlib.contextmanager`. ruff's RUF075 reports any code after the `yield`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.definitions.after_yield import unguarded_yields
from lint_exitstack.rules.definitions.cleanups import Cleanups
from lint_exitstack.rules.definitions.guarding import Guarding
from lint_exitstack.rules.definitions.managers import (
    Function,
    ends_with_the_error,
    is_manager,
    is_meant_for_success,
    is_resumed_anyway,
)
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.rules.wording import quoted
from lint_exitstack.semantics.bindings import FUNCTIONS
from lint_exitstack.semantics.flow import WITHS, nodes_in_frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.definitions.after_yield import Unguarded


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report each `yield` of `node` whose cleanup an exception skips."""
    if not isinstance(node, FUNCTIONS) or not is_manager(node, place, context):
        return
    found = list(unguarded_yields(node))
    if not found or is_resumed_anyway(node, context) or is_meant_for_success(node, context):
        return
    for each in found:
        cleanups = _cleanups(node, each, context)
        skipped = [
            cleanups.first_in(level.following, only_calls=not context.settings.unguarded_restores)
            for level in each.levels
        ]
        hit, cleanup = next(((i, one) for i, one in enumerate(skipped) if one), (0, None))
        if cleanup is not None and not ends_with_the_error(node, cleanup, place):
            yield _finding(each, hit, cleanup, cleanups, context)


def _cleanups(function: Function, found: Unguarded, context: Context) -> Cleanups:
    line = found.node.lineno
    before = [
        node for node in nodes_in_frame(function.body) if getattr(node, "lineno", line) < line
    ]
    managed = frozenset(
        name.id
        for level in found.levels
        if isinstance(level.statement, WITHS)
        for item in level.statement.items
        if item.optional_vars is not None
        for name in ast.walk(item.optional_vars)
        if isinstance(name, ast.Name)
    )
    scope = context.bindings.scopes[function]
    return Cleanups(before, managed, lambda node: context.names.qualified(node, scope))


def _finding(
    found: Unguarded, hit: int, cleanup: ast.stmt, cleanups: Cleanups, context: Context
) -> Finding:
    level = found.levels[hit]
    text = quoted(context.source, cleanup)
    plan = Guarding(level, cleanups, context)
    return context.finding(
        RULE,
        context.source.span(found.node),
        f"an exception from the body comes out of this `yield` and skips `{text}` "
        f"on line {cleanup.lineno}",
        help_="put the `yield` into a `try` and the cleanup into its `finally`",
        rewrite=plan.rewrite(),
        hazards=plan.hazards(found.levels[hit + 1 :]),
        noqa_line=found.node.end_lineno or found.node.lineno,
    )


RULE = Rule(
    code="XIT701",
    name="unguarded-yield",
    summary="cleanup after the `yield` of a context manager, outside `finally`",
    check=check,
    nodes=FUNCTIONS,
    trigger=re.compile(rb"contextmanager\b"),
    module=__name__,
    fix=Fix.SOMETIMES,
)
