"""A loop over an async generator that may be left early.

## What it does

Looks for `async for` over a call of an async generator function of the module, with a `break`,
`return` or `raise` in the loop, and no `aclosing` around.

## Why

When the loop is left early, the generator stays suspended where it is. Its `finally` blocks run
when the event loop gets round to it, in another context, or not at all before the loop closes.

## Before

```python
async def lines(stream):
    async with stream:
        async for line in stream:
            yield line


async def first(stream):
    async for line in lines(stream):
        return line
```

## After

```python
from contextlib import aclosing


async def lines(stream):
    async with stream:
        async for line in stream:
            yield line


async def first(stream):
    async with aclosing(lines(stream)) as generator:
        async for line in generator:
            return line
```

## Fix safety

Unsafe (`intent`): that the generator is closed at once is the point. `aclosing` needs Python 3.10.

## When not to use

Off by default: under what finalises async generators by itself, as trio does, it doesn't matter.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it has 1 finding; 1 read
by eye, 0 true (0 %). In fresh code it found nothing.

## References

python/cpython PR#21545; PEP 533.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Item, NewWith, Piece, Rewrite, Swapped, Template
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.rules.stack_hazards import scope_hazards
from lint_exitstack.semantics.comments import comments_on, last_line
from lint_exitstack.semantics.flow import LOOPS, has, nodes_in_frame, yields
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it may leave a generator of the module half-way."""
    if not isinstance(node, ast.AsyncFor) or not isinstance(node.iter, ast.Call):
        return
    definition = context.names.definition(node.iter.func, context.scope(place))
    if not isinstance(definition, ast.AsyncFunctionDef) or definition.decorator_list:
        return
    if yields(definition.body) and _has_cleanup(definition) and _leaves_early(node):
        yield _finding(node, node.iter, place, context)


def _has_cleanup(definition: ast.AsyncFunctionDef) -> bool:
    """Whether something waits in the generator for its end."""
    return has(definition.body, ast.With, ast.AsyncWith) or any(
        isinstance(each, ast.Try) and each.finalbody for each in nodes_in_frame(definition.body)
    )


def _leaves_early(loop: ast.AsyncFor) -> bool:
    if has(loop.body, ast.Return, ast.Raise):
        return True
    pending: list[ast.AST] = list(loop.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Break):
            return True
        if not isinstance(node, (*LOOPS, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            pending.extend(c for c in ast.iter_child_nodes(node) if isinstance(c, ast.stmt))
    return False


def _finding(node: ast.AsyncFor, call: ast.Call, place: Place, context: Context) -> Finding:
    source = context.source
    scope = context.scope(place)
    span = source.span(call)
    name = context.names.fresh("generator", scope)
    way = context.imports.way("aclosing", scope, node)
    key = context.key(node)
    manager = Template(f"{way.expression}($0)", (Piece(span),))
    new = NewWith(
        items=(Item(manager, Template(name)),),
        body=(Swapped(key, ((span, Template(name)),)),),
        is_async=True,
    )
    hazards = [
        Hazard("intent", "the generator is closed here and now, which is the point", span),
        *layout_hazards(source, [node]),
        *scope_hazards(context, place),
        *way.hazards,
    ]
    if context.settings.target_version < (3, 10) and context.settings.runtime == "contextlib":
        message = "`aclosing` needs Python 3.10"
        hazards.append(Hazard("target-version", message, span, forbids=True))
    inside = comments_on(source, tuple(range(span.start.line, span.end.line)))
    if inside:
        message = "a comment stands inside the call"
        hazards.append(Hazard("statement-layout", message, span, forbids=True))
    needs = () if way.need is None else (way.need,)
    end = last_line(source, node)
    text = " ".join(source.segment(call).split())
    return context.finding(
        RULE,
        span,
        "left early, this loop leaves the generator suspended with its cleanup undone",
        help_=f"async with {way.expression}({text}) as {name}:",
        rewrite=Rewrite(key, key, end, (new,), frozenset([key]), needs, (name,)),
        hazards=tuple(hazards),
        noqa_line=span.end.line,
    )


RULE = Rule(
    code="XIT605",
    name="unscoped-asyncgen",
    summary="a loop over an async generator that may be left early",
    check=check,
    nodes=(ast.AsyncFor,),
    trigger=re.compile(rb"\basync[ \t]+for\b"),
    module=__name__,
    default=False,
    fix=Fix.SOMETIMES,
)
