"""A `suppress` of Exception or BaseException.

## What it does

Reports calls of `suppress` that name `Exception` or `BaseException`, wherever they stand.

## Why

They hide every mistake in their body, typing errors included, just as a blind `except` does; but
the rules against blind `except` don't see them.

## Before

```python
from contextlib import suppress


def forget(cache, key):
    with suppress(Exception):
        cache.remove(key)
```

## After

```python
from contextlib import suppress


def forget(cache, key):
    with suppress(KeyError):
        cache.remove(key)
```

## Fix safety

There is no automatic fix: only its author knows which exceptions were meant.

## When not to use

Off by default. Turn it on where blind `except` is forbidden too (BLE001, E722, S110).

## References

astral-sh/ruff#4923.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.rules.suppressing.calls import is_suppress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place

_BROAD = {"builtins.Exception": "Exception", "builtins.BaseException": "BaseException"}


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it suppresses everything."""
    if not isinstance(node, ast.Call) or not is_suppress(node, place, context):
        return
    for argument in node.args:
        broad = _BROAD.get(context.qualified(argument, place) or "")
        if broad is not None:
            yield context.finding(
                RULE,
                context.source.span(node),
                f"`suppress({broad})` hides every mistake in its body",
                help_="name the exceptions that are expected",
            )


RULE = Rule(
    code="XIT305",
    name="broad-suppress",
    summary="`suppress(Exception)`",
    check=check,
    nodes=(ast.Call,),
    trigger=re.compile(rb"\bsuppress\b"),
    module=__name__,
    default=False,
    fix=Fix.NEVER,
)
