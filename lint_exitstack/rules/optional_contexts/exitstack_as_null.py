"""An exit stack that stands for a manager that does nothing.

## What it does

Finds `ExitStack()` and `AsyncExitStack()` in the place of a manager where nothing can ever be
registered on them: a `with` without `as`, an arm of a conditional expression or of `or` there, or a
name that is only used that way.

## Why

`nullcontext()` says what is meant, and costs less. A reader of `ExitStack()` looks for what is put
on it.

## Before

```python
from contextlib import ExitStack


def run(steps, lock=None):
    with lock or ExitStack():
        for step in steps:
            step()
```

## After

```python
from contextlib import ExitStack, nullcontext


def run(steps, lock=None):
    with lock or nullcontext():
        for step in steps:
            step()
```

## Fix safety

Safe: an empty stack does nothing either. `async with nullcontext()` needs Python 3.10, or
`lint_exitstack.runtime`. The import of the stack stays, should it be unused.

## When not to use

Always worth having on.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it has 1 finding; 1 read
by eye, 1 true (100 %). In fresh code it found nothing.

## References

The documentation of `contextlib.nullcontext`; rthalley/dnspython#793.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.rewrite import Rewrite, Swapped, Template
from lint_exitstack.rules.optional_contexts.choosing import version_hazards
from lint_exitstack.rules.rule import Rule
from lint_exitstack.semantics.bindings import FUNCTIONS, Act
from lint_exitstack.semantics.comments import last_line
from lint_exitstack.semantics.layout import layout_hazards
from lint_exitstack.semantics.stacks import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it makes a stack that stays empty."""
    if not isinstance(node, ast.Call) or node.args or node.keywords:
        return
    kind = context.stacks.creation(node, context.stacks.scope_of(node))
    if kind is None or kind is Kind.NEUTRAL or not _stays_empty(node, place, kind, context):
        return
    scope = context.scope(place)
    way = context.imports.way("nullcontext", scope, place.node)
    key = context.key(place.node)
    new = Swapped(key, ((context.source.span(node), Template(f"{way.expression}()")),))
    end = last_line(context.source, place.node)
    needs = () if way.need is None else (way.need,)
    yield context.finding(
        RULE,
        context.source.span(node),
        "this stack stays empty: it only stands for a manager that does nothing",
        help_=f"{way.expression}()",
        rewrite=Rewrite(key, key, end, (new,), frozenset([key]), needs),
        hazards=(
            *layout_hazards(context.source, [place.node]),
            *way.hazards,
            *version_hazards(place.node, context, is_async=kind.is_async),
        ),
    )


def _stays_empty(node: ast.Call, place: Place, kind: Kind, context: Context) -> bool:
    """Whether all that happens to the stack is that it's entered, without a name for it."""
    parents = context.stacks.parents
    value: ast.expr = node
    above = parents.of(value)
    while isinstance(above, (ast.IfExp, ast.BoolOp)) and not _is_test(value, above):
        value, above = above, parents.of(above)
    if isinstance(above, ast.withitem):
        return value is above.context_expr and above.optional_vars is None
    if not isinstance(place.frame, FUNCTIONS):
        return False
    match above:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return _is_only_entered(name, place, kind, context)
    return False


def _is_test(value: ast.expr, above: ast.IfExp | ast.BoolOp) -> bool:
    """Whether the truth of the stack matters: then it must stay one."""
    if isinstance(above, ast.IfExp):
        return value is above.test
    return value is not above.values[-1]


def _is_only_entered(name: str, place: Place, kind: Kind, context: Context) -> bool:
    scope = context.scope(place)
    if context.bindings.owner(scope, name) is not scope:
        return False
    reads = [e for e in context.bindings.events(scope, name) if e.act is Act.READ]
    parents = context.stacks.parents
    for event in reads:
        item = parents.of(event.node)
        if event.origin is not scope or not isinstance(item, ast.withitem):
            return False
        if item.context_expr is not event.node or item.optional_vars is not None:
            return False
        if isinstance(parents.of(item), ast.AsyncWith) is not kind.is_async:
            return False
    return bool(reads)


RULE = Rule(
    code="XIT404",
    name="exitstack-as-null",
    summary="`ExitStack()` used as a do-nothing placeholder",
    check=check,
    nodes=(ast.Call,),
    trigger=re.compile(rb"ExitStack\b"),
    module=__name__,
)
