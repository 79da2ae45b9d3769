"""A `suppress()` without exceptions.

## What it does

Finds `with suppress():`, which suppresses nothing. The fix leaves the body alone.

## Why

Somebody meant to ignore something and forgot to say what; as it stands, every exception passes.

## Before

```python
from contextlib import suppress


def forget(cache, key):
    with suppress():
        cache.remove(key)
```

## After

```python
from contextlib import suppress


def forget(cache, key):
    cache.remove(key)
```

## Fix safety

Unsafe (`intent`): it does what the code does, which is hardly what was meant. Naming the exceptions
may be the better fix.

## When not to use

Always worth having on.

## References

python/cpython#90975, where a warning at run time was declined.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import (
    Block,
    Item,
    Kept,
    Layout,
    NewWith,
    Piece,
    Rewrite,
    Suite,
    Trivia,
)
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.rules.suppressing.calls import is_suppress
from lint_exitstack.semantics.comments import last_line, lines_between, with_header
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.rewrite import Statement
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.comments import Header


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report each empty `suppress()` in the header of `node`."""
    if not isinstance(node, ast.With):
        return
    for item in node.items:
        call = item.context_expr
        empty = isinstance(call, ast.Call) and not call.args and not call.keywords
        if empty and is_suppress(call, place, context):
            yield _finding(node, item, context)


def _finding(node: ast.With, item: ast.withitem, context: Context) -> Finding:
    span = context.source.span(item.context_expr)
    header = with_header(context.source, node)
    hazards = [Hazard("intent", "which exceptions were meant isn't said", span)]
    hazards.extend(layout_hazards(context.source, [node]))
    if item.optional_vars is not None:
        target = context.source.span(item.optional_vars)
        hazards.append(Hazard("no-rewrite", "its result is bound", target, forbids=True))
    closing = any(line > (node.body[-1].end_lineno or 0) for line in _comment_lines(node, context))
    if len(node.items) == 1 and closing:
        text = "a comment closes the block that would go"
        hazards.append(Hazard("statement-layout", text, span, forbids=True))
    return context.finding(
        RULE,
        span,
        "`suppress()` without exceptions suppresses nothing",
        help_="name the exceptions, or leave it out",
        rewrite=_rewrite(node, item, header, context),
        hazards=tuple(hazards),
        noqa_line=header.colon.line,
    )


def _comment_lines(node: ast.With, context: Context) -> list[int]:
    last = last_line(context.source, node)
    return [line for line in range(node.lineno, last + 1) if line in context.source.comment_at]


def _rewrite(node: ast.With, item: ast.withitem, header: Header, context: Context) -> Rewrite:
    key = context.key(node)
    end = last_line(context.source, node)
    into: tuple[Statement, ...]
    if len(node.items) == 1:
        first = node.body[0]
        above = tuple(comment.line for comment in header.comments)
        above += lines_between(header.colon.line, first.lineno)
        lead = Kept(context.key(first), Trivia(above))
        into = (lead, Suite(Block(key), 1)) if header.comments else (Suite(Block(key)),)
    else:
        into = (_without(node, item, header, context),)
    return Rewrite(key, key, end, into, frozenset([key]))


def _without(node: ast.With, item: ast.withitem, header: Header, context: Context) -> NewWith:
    """Return the same `with` without `item`."""
    key = context.key(node)
    pairs = [
        (other, trivia)
        for other, trivia in zip(node.items, header.items, strict=True)
        if other is not item
    ]
    lost = header.items[node.items.index(item)]
    spare = (*lost.above, *([lost.beside] if lost.beside else []), *header.below)
    rows = header.colon.line != node.lineno
    return NewWith(
        items=tuple(_item(other, trivia if rows else Trivia(), context) for other, trivia in pairs),
        body=(Suite(Block(key)),),
        layout=Layout.ROWS if rows else Layout.LINE,
        trivia=Trivia(spare, header.trailing.line if header.trailing else None),
        footers=(Block(key),),
    )


def _item(item: ast.withitem, trivia: Trivia, context: Context) -> Item:
    span = context.source.span
    target = None if item.optional_vars is None else Piece(span(item.optional_vars))
    return Item(Piece(span(item.context_expr)), target, trivia)


RULE = Rule(
    code="XIT304",
    name="empty-suppress",
    summary="`suppress()` without exceptions",
    check=check,
    nodes=(ast.With,),
    trigger=re.compile(rb"\bsuppress\b"),
    module=__name__,
    fix=Fix.SOMETIMES,
)
