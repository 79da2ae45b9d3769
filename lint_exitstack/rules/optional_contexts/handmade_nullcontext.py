"""A context manager written by hand that does nothing.

## What it does

Finds functions decorated with `contextmanager` or `asynccontextmanager` that only yield (nothing,
or their one parameter), and classes with nothing but an `__enter__` and an `__exit__` that do
nothing. A private one becomes another name for `nullcontext`.

## Why

`contextlib.nullcontext` is that, and everybody knows it.

## Before

```python
from contextlib import contextmanager


@contextmanager
def _unlocked():
    yield


def write(store, value, lock=None):
    with lock or _unlocked():
        store.put(value)
```

## After

```python
from contextlib import contextmanager, nullcontext


_unlocked = nullcontext


def write(store, value, lock=None):
    with lock or _unlocked():
        store.put(value)
```

## Fix safety

Safe for a private function (or one inside of a function) that is only called in this module. A
public one is only reported, since others may use it as a decorator, which `nullcontext` isn't; so
is a class, whose instances may be recognised by their type. The asynchronous form needs Python
3.10, or `lint_exitstack.runtime`.

## When not to use

Where such a definition is a placeholder that documents an interface. One that is kept for old
versions or callers, as its name `nullcontext` or a word about it says, isn't reported. Methods,
definitions under a condition, and functions with other parameters aren't reported: they stand in
for something.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it has 7 findings; 5 read
by eye, 5 true (100 %). In fresh code, 8 of 8 findings read were true (100 %) in 9.3 million lines
of 58 released packages; then 0 of 4 findings read were true (0 %) in 10.2 million lines of 67
released packages.

## References

The documentation of `contextlib.nullcontext`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.optional_contexts.doing_nothing import Nothing, does_nothing
from lint_exitstack.rules.rule import Rule
from lint_exitstack.semantics.bindings import FUNCTIONS
from lint_exitstack.semantics.comments import comments_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place

_PURPOSE = re.compile(r"nullcontext|compat|deprecat", re.IGNORECASE)


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it defines a manager that does nothing."""
    if not isinstance(node, (*FUNCTIONS, ast.ClassDef)) or not _is_plain_place(place):
        return
    if not does_nothing(node, place, context) or _is_kept_on_purpose(node, context):
        return
    plan = Nothing(node, place, context)
    yield context.finding(
        RULE,
        plan.span,
        f"`{node.name}` does nothing: it's a `nullcontext` written by hand",
        help_=f"use `{plan.way.expression}`",
        rewrite=plan.rewrite(),
        hazards=plan.hazards(),
    )


def _is_plain_place(place: Place) -> bool:
    """Whether the definition stands in a module or function, under no condition."""
    parent = place.parent
    if any(_is_test(around.node) for around in place.ancestors()):
        return False
    return parent is None or (isinstance(parent.node, FUNCTIONS) and place.part == "body")


def _is_kept_on_purpose(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, context: Context
) -> bool:
    """Whether its name or words about it say that its author knows of `nullcontext`."""
    if node.name.strip("_") == "nullcontext":
        return True
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    lines = tuple(range(max(1, first - 1), (node.end_lineno or node.lineno) + 1))
    words = [comment.text for comment in comments_on(context.source, lines)]
    return any(_PURPOSE.search(text) for text in [*words, ast.get_docstring(node) or ""])


def _is_test(node: ast.stmt) -> bool:
    """Whether `node` is a test: what it defines is often what it tests."""
    return isinstance(node, FUNCTIONS) and node.name.startswith("test")


RULE = Rule(
    code="XIT403",
    name="handmade-nullcontext",
    summary="a context manager that does nothing",
    check=check,
    nodes=(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    trigger=re.compile(rb"contextmanager\b|\b__enter__\b|\b__aenter__\b"),
    module=__name__,
    default=False,
)
