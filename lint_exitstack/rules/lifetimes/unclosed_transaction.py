"""A database connection whose `with` ends the transaction and not the connection.

## What it does

Looks for `with sqlite3.connect(path) as db:` and other connections whose exit commits or rolls back
but leaves the connection open, where nobody closes it afterwards.

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

Unsafe (`runs-more`): that it is closed is the point.

## When not to use

Always worth having on.

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
    Expression,
    Item,
    Layout,
    NewWith,
    Piece,
    Rewrite,
    Suite,
    Template,
    Trivia,
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

_LEAVES_OPEN = "leaves the connection open"


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report each item of `node` that opens a connection which its exit doesn't close."""
    if not isinstance(node, ast.With):
        return
    for item in node.items:
        row = context.acquisitions.resource(item.context_expr, context.scope(place))
        if row is None or _LEAVES_OPEN not in row.exit_note:
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
    return (
        new_owner(target.id, used, closes, lambda each: context.names.qualified(each, scope))
        is not None
    )


def _finding(node: ast.With, item: ast.withitem, context: Context, place: Place) -> Finding:
    source = context.source
    span = source.span(item.context_expr)
    header = with_header(source, node)
    scope = context.scope(place)
    way = context.imports.way("closing", scope, node)
    target = item.optional_vars
    name = target.id if isinstance(target, ast.Name) else context.names.fresh("connection", scope)
    text = " ".join(source.segment(item.context_expr).split())
    hazards = [
        Hazard("runs-more", "the connection is closed now, which is the point", span),
        *layout_hazards(source, [node]),
        *way.hazards,
    ]
    if len(node.items) > 1:
        message = "the header has other items too"
        hazards.append(Hazard("no-rewrite", message, span, forbids=True))
    for comment in header.comments:
        if is_pragma(comment.text) and header.colon.line != node.lineno:
            message = f"`{comment.text}` speaks about a line that changes"
            hazards.append(Hazard("pragma-moved", message, span))
    piece: Expression = Piece(span)
    new = NewWith(
        items=(
            Item(Template(f"{way.expression}($0)", (piece,)), Template(name)),
            Item(Template(name)),
        ),
        body=(Suite(Block(context.key(node))),),
        layout=Layout.LINE,
        trivia=_trivia(node, context),
        footers=(Block(context.key(node)),),
    )
    key = context.key(node)
    needs = () if way.need is None else (way.need,)
    fresh = () if isinstance(target, ast.Name) else (name,)
    rewrite = Rewrite(key, key, last_line(source, node), (new,), frozenset([key]), needs, fresh)
    return context.finding(
        RULE,
        span,
        "this `with` ends the transaction and leaves the connection open",
        help_=f"with {way.expression}({text}) as {name}, {name}:",
        rewrite=rewrite,
        hazards=tuple(hazards),
        noqa_line=header.colon.line,
    )


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
