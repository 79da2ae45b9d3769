"""`closing` around an object whose own `with` closes it.

## What it does

Looks for `with closing(open(path)):` and `stack.enter_context(closing(open(path)))`, where the
catalogue knows that leaving the object's own `with` does exactly what its `close()` does.

## Why

The wrapper says that the object isn't a context manager, which isn't true.

## Before

```python
from contextlib import closing


def load(path):
    with closing(open(path)) as source:
        return source.read()
```

## After

```python
from contextlib import closing


def load(path):
    with open(path) as source:
        return source.read()
```

## Fix safety

Safe where the catalogue's row was checked by running it; unsafe (`unknown-exit`) where it stands on
documentation alone. An import of `closing` that isn't used any more is left to the rule for unused
imports.

## When not to use

Where the object comes from a name that tests replace by something with only a `close()`.
`closing(sqlite3.connect(path))` and `closing(tarfile.open(path, "w"))` aren't reported: their own
exits do something else.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it has 46 findings; 16
read by eye, 16 true (100 %). In fresh code, 11 of 11 findings read were true (100 %) in 9.3 million
lines of 58 released packages; then 4 of 4 findings read were true (100 %) in 10.2 million lines of
67 released packages.

## References

python/cpython#66944.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Piece, Rewrite, Swapped
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.semantics.catalogue import Exit
from lint_exitstack.semantics.comments import comments_on, last_line
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.resource import Resource

CLOSING = frozenset({"contextlib.closing", "lint_exitstack.runtime.closing"})
_SIMPLE = (ast.Expr, ast.Assign, ast.Return, ast.AnnAssign)


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it's a manager that a needless `closing` makes."""
    for wrapper in _entered(node):
        inner = _only_argument(wrapper)
        if inner is None or context.qualified(wrapper.func, place) not in CLOSING:
            continue
        row = context.acquisitions.resource(inner, context.scope(place))
        if row is not None and _closes_itself(row, inner, context):
            yield _finding(wrapper, inner, row, place, context)


def _entered(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls whose results `node` enters."""
    if isinstance(node, ast.With):
        for item in node.items:
            if isinstance(item.context_expr, ast.Call):
                yield item.context_expr
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        first = node.args[0] if node.args else None
        if node.func.attr in {"enter_context", "enterContext"} and isinstance(first, ast.Call):
            yield first


def _only_argument(wrapper: ast.Call) -> ast.Call | None:
    if len(wrapper.args) != 1 or wrapper.keywords:
        return None
    return wrapper.args[0] if isinstance(wrapper.args[0], ast.Call) else None


def _closes_itself(row: Resource, call: ast.Call, context: Context) -> bool:
    asynchronous = row.is_async or row.awaited_close or row.awaited_open
    if asynchronous or not row.binds_self or "close" not in row.closes:
        return False
    if row.differs_with and any(keyword.arg is None for keyword in call.keywords):
        return False
    if row.since is not None and context.settings.target_version < row.since:
        return False
    keywords = [keyword.arg for keyword in call.keywords if keyword.arg]
    return row.exit_against("close", keywords) is Exit.SAME


def _finding(
    wrapper: ast.Call, inner: ast.Call, row: Resource, place: Place, context: Context
) -> Finding:
    source = context.source
    outer, span = source.span(wrapper), source.span(inner)
    text = " ".join(source.segment(inner).split())
    hazards = list(layout_hazards(source, [place.node]))
    if not row.verified:
        message = f"what the exit of `{row.name}` does is known from its documentation only"
        hazards.append(Hazard("unknown-exit", message, span))
    lines = tuple(range(outer.start.line, outer.end.line + 1))
    if any(
        outer.start <= (c.line, c.column) < outer.end
        and not span.start <= (c.line, c.column) < span.end
        for c in comments_on(source, lines)
    ):
        message = "a comment stands in the call that would go"
        hazards.append(Hazard("statement-layout", message, outer, forbids=True))
    key = context.key(place.node)
    swapped = Swapped(key, ((outer, Piece(span)),))
    end = last_line(source, place.node)
    rewrite = Rewrite(key, key, end, (swapped,), frozenset([key]))
    return context.finding(
        RULE,
        outer,
        f"this {row.kind} is closed by its own `with`: `closing` isn't needed",
        help_=text,
        rewrite=rewrite,
        hazards=tuple(hazards),
        noqa_line=outer.end.line,
    )


RULE = Rule(
    code="XIT702",
    name="redundant-closing",
    summary="`closing` around an object that closes itself",
    check=check,
    nodes=(ast.With, ast.Call),
    trigger=re.compile(rb"\bclosing\b"),
    module=__name__,
    fix=Fix.SOMETIMES,
)
