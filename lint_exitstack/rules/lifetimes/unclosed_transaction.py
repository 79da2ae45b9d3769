"""A database connection whose `with` ends the transaction and not the connection.

## What it does

Looks for `with sqlite3.connect(path) as db:` and other connections whose exit commits or rolls back
but leaves the connection open, where nobody closes it afterwards; and for `with db:` after `db =
sqlite3.connect(path)` in a function that neither closes the connection nor gives it to others.

## Why

It reads as if the connection were closed. It isn't: file and memory stay in use, and from Python
3.13 sqlite3 says so with a ResourceWarning.

## Before

```python
import sqlite3


def add(path, row):
    with sqlite3.connect(path) as db:
        db.execute("insert into rows values (?)", row)
```

## After

```python
import sqlite3
from contextlib import closing


def add(path, row):
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("insert into rows values (?)", row)
```

## Fix safety

Unsafe (`intent`): that it is closed is the point. There is no fix where a connection is used
again after its `with`.

## When not to use

Always worth having on.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it has 25 findings; 21
read by eye, 21 true (100 %). In fresh code, 18 of 18 findings read were true (100 %) in 9.3 million
lines of 58 released packages; then 1 of 1 findings read were true (100 %) in 10.2 million lines of
67 released packages.

## References

python/cpython#115537, python/cpython#135333; the documentation of `sqlite3.Connection`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import (
    Block,
    Item,
    Layout,
    NewWith,
    Piece,
    Rewrite,
    Suite,
    Template,
    Trivia,
)
from lint_exitstack.rules.lifetimes.connections import (
    LEAVES_OPEN,
    gives_cursor,
    is_left_open,
    used_later,
)
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.comments import is_pragma, last_line, with_header
from lint_exitstack.semantics.layout import layout_hazards
from lint_exitstack.semantics.ownership import calls_on, new_owner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report each item of `node` that opens a connection which its exit doesn't close."""
    if not isinstance(node, ast.With):
        return
    for item in node.items:
        if isinstance(item.context_expr, ast.Name) and item.optional_vars is None:
            if is_left_open(item.context_expr, place, context):
                yield _finding(node, item, context, place)
            continue
        row = context.acquisitions.resource(item.context_expr, context.scope(place))
        if row is None or LEAVES_OPEN not in row.exit_note:
            continue
        target = item.optional_vars
        if target is not None and not isinstance(target, ast.Name):
            continue
        if target is not None and _is_closed(target, node, row.closes, place, context):
            continue
        yield _finding(node, item, context, place)


def _is_closed(
    target: ast.Name, node: ast.With, closes: tuple[str, ...], place: Place, context: Context
) -> bool:
    """Whether the connection is closed after all, or may be by somebody else."""
    scope = context.scope(place)
    around = [*getattr(place.frame, "body", ()), node]
    if any(calls_on(target.id, closes, around)):
        return True
    owner = context.bindings.owner(scope, target.id)
    if owner is None:
        return True
    events = context.bindings.events(owner, target.id)
    if any(event.origin is not scope and event.act is Act.READ for event in events):
        return True
    used = [*node.body, *place.following]
    return gives_cursor(target.id, used) or (
        new_owner(target.id, used, closes, lambda each: context.names.qualified(each, scope))
        is not None
    )


def _finding(node: ast.With, item: ast.withitem, context: Context, place: Place) -> Finding:
    source = context.source
    span = source.span(item.context_expr)
    header = with_header(source, node)
    scope = context.scope(place)
    way = context.imports.way("closing", scope, node)
    held = isinstance(item.context_expr, ast.Name)
    named = item.context_expr if held else item.optional_vars
    name = named.id if isinstance(named, ast.Name) else context.names.fresh("connection", scope)
    text = " ".join(source.segment(item.context_expr).split())
    closing = Template(f"{way.expression}($0)", (Piece(span),))
    new = NewWith(
        items=(Item(closing, None if held else Template(name)), Item(Template(name))),
        body=(Suite(Block(context.key(node))),),
        layout=Layout.LINE,
        trivia=_trivia(node, context),
        footers=(Block(context.key(node)),),
    )
    key = context.key(node)
    needs = () if way.need is None else (way.need,)
    fresh = () if isinstance(named, ast.Name) else (name,)
    rewrite = Rewrite(key, key, last_line(source, node), (new,), frozenset([key]), needs, fresh)
    bound = "" if held else f" as {name}"
    return context.finding(
        RULE,
        span,
        "this `with` ends the transaction and leaves the connection open",
        help_=f"with {way.expression}({text}){bound}, {name}:",
        rewrite=rewrite,
        hazards=(*_hazards(node, item, context, place), *way.hazards),
        noqa_line=header.colon.line,
    )


def _hazards(
    node: ast.With, item: ast.withitem, context: Context, place: Place
) -> Iterator[Hazard]:
    source = context.source
    span = source.span(item.context_expr)
    header = with_header(source, node)
    yield Hazard("intent", "the connection is closed now, which is the point", span)
    yield from layout_hazards(source, [node])
    if len(node.items) > 1:
        message = "the header has other items too"
        yield Hazard("no-rewrite", message, span, forbids=True)
    for comment in header.comments:
        if is_pragma(comment.text) and header.colon.line != node.lineno:
            message = f"`{comment.text}` speaks about a line that changes"
            yield Hazard("pragma-moved", message, span)
    name = item.context_expr
    later = used_later(name, node, place, context) if isinstance(name, ast.Name) else None
    if isinstance(name, ast.Name) and later is not None:
        message = f"`{name.id}` is used again on line {later}"
        yield Hazard("no-rewrite", message, span, forbids=True)


def _trivia(node: ast.With, context: Context) -> Trivia:
    header = with_header(context.source, node)
    trailing = header.trailing
    rest = tuple(comment.line for comment in header.comments if comment is not trailing)
    return Trivia(rest, trailing.line if trailing else None)


RULE = Rule(
    code="XIT608",
    name="unclosed-transaction",
    summary="a `with` that ends a transaction and leaves the connection open",
    check=check,
    nodes=(ast.With,),
    trigger=re.compile(rb"\bconnect\b|\bConnection\b"),
    module=__name__,
    fix=Fix.SOMETIMES,
)
