"""`closing` around something that must be closed asynchronously.

## What it does

Looks for `with closing(...)` around a call of an async generator function or method of the module,
or around what the catalogue knows to be closed by `await x.aclose()`, and for
`async with closing(...)`.

## Why

`closing` calls `close()`, which an async generator hasn't got: the block ends in an AttributeError,
and the generator's own cleanup runs whenever the event loop gets to it.

## Before

```python
from contextlib import closing


async def numbers():
    yield 1


async def first():
    with closing(numbers()) as source:
        async for number in source:
            return number
```

## After

```python
from contextlib import aclosing, closing


async def numbers():
    yield 1


async def first():
    async with aclosing(numbers()) as source:
        async for number in source:
            return number
```

## Fix safety

Unsafe (`intent`): the old code can't have worked. `aclosing` needs Python 3.10, and an `async def`.

## When not to use

Always worth having on.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it found nothing: no
false alarm, and no proof of more than that. In fresh code it found nothing.

## References

The documentation of `contextlib.aclosing`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import (
    Block,
    Item,
    NewWith,
    Piece,
    Rewrite,
    Suite,
    Template,
    Trivia,
)
from lint_exitstack.rules.definitions.redundant_closing import CLOSING
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.semantics.callables import definition as method
from lint_exitstack.semantics.comments import last_line, with_header
from lint_exitstack.semantics.flow import WITHS, yields
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report each item of `node` that closes what must be awaited."""
    if not isinstance(node, WITHS):
        return
    for item in node.items:
        call = item.context_expr
        if not isinstance(call, ast.Call) or len(call.args) != 1:
            continue
        if context.qualified(call.func, place) not in CLOSING:
            continue
        wrong_kind = isinstance(node, ast.AsyncWith)
        if wrong_kind or is_async_closable(call.args[0], place, context):
            yield _finding(node, item, call, place, context)


def is_async_closable(expression: ast.expr, place: Place, context: Context) -> bool:
    """Whether this makes something that is closed by `await x.aclose()`."""
    if not isinstance(expression, ast.Call):
        return False
    scope = context.scope(place)
    found = context.names.definition(expression.func, scope)
    definition = found or method(expression.func, scope, context.stacks)
    if isinstance(definition, ast.AsyncFunctionDef) and not definition.decorator_list:
        return yields(definition.body)
    row = context.acquisitions.resource(expression, scope)
    return row is not None and row.awaited_close and "close" not in row.closes


def _finding(
    node: ast.With | ast.AsyncWith,
    item: ast.withitem,
    call: ast.Call,
    place: Place,
    context: Context,
) -> Finding:
    source = context.source
    span = source.span(call)
    way = context.imports.way("aclosing", context.scope(place), node)
    argument = Piece(source.span(call.args[0]))
    target = None if item.optional_vars is None else Piece(source.span(item.optional_vars))
    key = context.key(node)
    header = with_header(source, node)
    trailing = header.trailing
    spare = tuple(comment.line for comment in header.comments if comment is not trailing)
    new = NewWith(
        items=(Item(Template(f"{way.expression}($0)", (argument,)), target),),
        body=(Suite(Block(key)),),
        is_async=True,
        trivia=Trivia(spare, trailing.line if trailing else None),
        footers=(Block(key),),
    )
    needs = () if way.need is None else (way.need,)
    text = " ".join(source.segment(call.args[0]).split())
    hazards = [
        Hazard("intent", "as it stands, leaving the block raises an error", span),
        *layout_hazards(source, [node]),
        *way.hazards,
        *_forbidding(node, place, context),
    ]
    return context.finding(
        RULE,
        span,
        f"`closing` calls `close()`; `{text}` needs `await …aclose()`",
        help_=f"async with {way.expression}({text}):",
        rewrite=Rewrite(key, key, last_line(source, node), (new,), frozenset([key]), needs),
        hazards=tuple(hazards),
        noqa_line=header.colon.line,
    )


def _forbidding(node: ast.With | ast.AsyncWith, place: Place, context: Context) -> Iterator[Hazard]:
    span = context.source.span(node.items[0].context_expr)
    if not isinstance(place.frame, ast.AsyncFunctionDef):
        yield Hazard("no-rewrite", "nothing can be awaited here", span, forbids=True)
    if len(node.items) > 1:
        yield Hazard("no-rewrite", "the header has other items too", span, forbids=True)
    if context.settings.target_version < (3, 10) and context.settings.runtime == "contextlib":
        yield Hazard("target-version", "`aclosing` needs Python 3.10", span, forbids=True)


RULE = Rule(
    code="XIT703",
    name="closing-async",
    summary="`closing` around something that must be closed asynchronously",
    check=check,
    nodes=WITHS,
    trigger=re.compile(rb"\bclosing\b"),
    module=__name__,
    fix=Fix.SOMETIMES,
)
