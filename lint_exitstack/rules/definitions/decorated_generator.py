"""A context manager as decorator of a generator or of a coroutine function.

## What it does

Looks for `@manager()` over a generator function or an `async def`, where `manager` is a function of
the module under `@contextmanager`, or a class of it that inherits from `ContextDecorator`. Only
reported while the target version is below 3.15.

## Why

The decorator enters, calls the function and leaves. Calling a generator or a coroutine function
only makes an object: the manager has been left before the first line of the body runs.

## Before

```python
from contextlib import contextmanager


@contextmanager
def locked():
    lock = acquire()
    try:
        yield
    finally:
        lock.release()


@locked()
def numbers():
    yield from range(3)
```

## After

```python
from contextlib import contextmanager


@contextmanager
def locked():
    lock = acquire()
    try:
        yield
    finally:
        lock.release()


def numbers():
    with locked():
        yield from range(3)
```

## Fix safety

There is no automatic fix: entering later than the call may not be what is wanted.

## When not to use

When Python 3.15 is the oldest that runs the code: there the decorator does what it says.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it found nothing: no
false alarm, and no proof of more than that. In fresh code it found nothing.

## References

python/cpython#125862, python/cpython#81924.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.definitions.managers import ASYNC, SYNC, decorated
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.semantics.bindings import FUNCTIONS
from lint_exitstack.semantics.flow import yields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place

_FIXED_IN = (3, 15)
_DECORATORS = frozenset({"contextlib.ContextDecorator"})
_ASYNC_DECORATORS = frozenset({"contextlib.AsyncContextDecorator"})


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report each decorator of `node` that leaves before the body runs."""
    if not isinstance(node, FUNCTIONS) or context.settings.target_version >= _FIXED_IN:
        return
    if not node.decorator_list:
        return
    is_async, generates = isinstance(node, ast.AsyncFunctionDef), yields(node.body)
    if not is_async and not generates:
        return
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call):
            continue
        kind = _kind(decorator.func, place, context)
        if kind is None or (kind == "async" and is_async and not generates):
            continue
        what = "a generator" if generates else "a coroutine"
        written = " ".join(context.source.segment(decorator.func).split())
        yield context.finding(
            RULE,
            context.source.span(decorator),
            f"`{written}` is left before the body of `{node.name}` runs: calling it makes {what}",
            help_=f"use `{written}` in a `with` inside",
            noqa_line=node.lineno,
        )
        return


def _kind(func: ast.expr, place: Place, context: Context) -> str | None:
    """Return "sync" or "async" if `func` makes context managers that decorate."""
    definition = context.names.definition(func, context.scope(place))
    if isinstance(definition, FUNCTIONS):
        if len(definition.decorator_list) != 1:
            return None
        if decorated(definition, place, context, SYNC):
            return "sync"
        return "async" if decorated(definition, place, context, ASYNC) else None
    if isinstance(definition, ast.ClassDef) and not _calls_are_its_own(definition):
        bases = {context.qualified(base, place) for base in definition.bases}
        if bases & _DECORATORS and not bases & _ASYNC_DECORATORS:
            return "sync"
    return None


def _calls_are_its_own(definition: ast.ClassDef) -> bool:
    """Whether the class decorates in a way of its own."""
    return any(isinstance(node, FUNCTIONS) and node.name == "__call__" for node in definition.body)


RULE = Rule(
    code="XIT705",
    name="decorated-generator",
    summary="a context manager as decorator of a generator or coroutine function",
    check=check,
    nodes=FUNCTIONS,
    trigger=re.compile(rb"contextmanager|ContextDecorator"),
    module=__name__,
    fix=Fix.NEVER,
)
