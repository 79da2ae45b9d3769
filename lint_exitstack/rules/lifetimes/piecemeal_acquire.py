"""Several resources opened one by one, and closed together later.

## What it does

Looks for a list of resources made by a comprehension or by `append` in a loop, and a later loop in
the same block that closes them all, alone or as the `finally` of a `try` that begins after the last
one was opened.

## Why

If opening the third fails, the first two stay open; and where one fails to close, those behind it
do. An exit stack closes what was opened so far, in reverse.

## Before

```python
def merge(paths, target):
    sources = [open(path) for path in paths]
    try:
        target.write_all(sources)
    finally:
        for source in sources:
            source.close()
```

## After

```python
from contextlib import ExitStack


def merge(paths, target):
    with ExitStack() as stack:
        sources = [stack.enter_context(open(path)) for path in paths]
        target.write_all(sources)
```

## Fix safety

Unsafe (`intent`): everything is closed whatever fails, and in reverse order.
Only comprehensions followed at once by such a `try` are rewritten.

## When not to use

Always worth having on.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it found nothing: no
false alarm, and no proof of more than that. In fresh code it found nothing.

## References

The documentation of `contextlib.ExitStack`, "Supporting a variable number of context managers".
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
    NewWith,
    Piece,
    Rewrite,
    Suite,
    Swapped,
    Template,
    Trivia,
)
from lint_exitstack.rules.lifetimes.opened import is_kept_long, wraps
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.rules.stack_hazards import scope_hazards
from lint_exitstack.semantics.catalogue import Exit
from lint_exitstack.semantics.comments import comments_on, last_line
from lint_exitstack.semantics.flow import nodes_in_frame
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.rewrite import Statement
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.resource import Resource


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it opens several resources that a later loop closes."""
    made = _made(node)
    if made is None:
        return
    name, call = made
    closing = _closing(name, place)
    if closing is None:
        return
    row = context.acquisitions.resource(call, context.scope(place))
    if row is None or is_kept_long(row) or wraps(call, row, place, context):
        return
    yield _finding(name, call, row, closing, place, context)


def _made(node: ast.AST) -> tuple[str, ast.Call] | None:
    """Return the list's name and the call that opens each, for either form."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.ListComp):
        target, element = node.targets[0], node.value.elt
        if isinstance(target, ast.Name) and isinstance(element, ast.Call):
            return target.id, element
    if not isinstance(node, ast.For):
        return None
    for each in node.body:
        match each:
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=name), attr="append"),
                    args=[ast.Call() as call],
                )
            ):
                return name, call
            case _:
                continue
    return None


def _closing(name: str, place: Place) -> ast.stmt | None:
    """Return the later statement of the block that closes all of them."""
    for statement in place.following:
        if _closes_all(statement, name):
            return statement
        final = statement.finalbody if isinstance(statement, ast.Try) else []
        if any(_closes_all(each, name) for each in final):
            return statement
    return None


def _closes_all(statement: ast.stmt, name: str) -> bool:
    match statement:
        case ast.For(
            target=ast.Name(id=each),
            iter=ast.Name(id=source),
            body=[
                ast.Expr(
                    value=ast.Call(
                        func=ast.Attribute(value=ast.Name(id=closed), attr="close"), args=[]
                    )
                )
            ],
        ):
            return source == name and each == closed
        case _:
            return False


def _finding(
    name: str, call: ast.Call, row: Resource, closing: ast.stmt, place: Place, context: Context
) -> Finding:
    source = context.source
    scope = context.scope(place)
    stack = context.names.fresh("stack", scope)
    way = context.imports.way("ExitStack", scope, place.node)
    span = source.span(call)
    message = "all of them are closed whatever fails, in reverse order"
    hazards = [
        Hazard("intent", message, span),
        *layout_hazards(source, [place.node, closing]),
        *way.hazards,
        *scope_hazards(context, place),
    ]
    why = _why_not(call, row, closing, place, context)
    rewrite = None
    if why is not None:
        hazards.append(Hazard("no-rewrite", why, span, forbids=True))
    elif isinstance(closing, ast.Try):
        rewrite = _rewrite(call, closing, stack, way.expression, place, context)
        if way.need is not None:
            rewrite = Rewrite(
                rewrite.first,
                rewrite.last,
                rewrite.end,
                rewrite.into,
                rewrite.claims,
                (way.need,),
                (stack,),
            )
    return context.finding(
        RULE,
        source.span(place.node) if isinstance(place.node, ast.Assign) else span,
        f"if one of these can't be opened, those in `{name}` before it stay open",
        help_=f"{stack}.enter_context({' '.join(source.segment(call).split())})",
        rewrite=rewrite,
        hazards=tuple(hazards),
        noqa_line=place.node.end_lineno or place.node.lineno,
    )


def _why_not(
    call: ast.Call, row: Resource, closing: ast.stmt, place: Place, context: Context
) -> str | None:
    keywords = [keyword.arg or "" for keyword in call.keywords]
    if not isinstance(place.node, ast.Assign):
        return "the loop that opens them may do more"
    if not isinstance(closing, ast.Try) or len(closing.finalbody) != 1:
        return "what closes them isn't a `finally` of its own"
    if place.following[0] is not closing:
        return "other statements stand between opening them and the `try`"
    if row.exit_against("close", keywords) is not Exit.SAME or not row.binds_self:
        return "their own exit isn't known to do the same"
    if any(isinstance(node, ast.Return) for node in nodes_in_frame(closing.finalbody)):
        return "the `finally` leaves the function"
    lines = tuple(range(closing.body[-1].end_lineno or 0, last_line(context.source, closing) + 1))
    if not closing.handlers and comments_on(context.source, lines):
        return "comments explain the `finally`"
    if closing.handlers:
        return "the `try` has handlers too"
    return None


def _rewrite(
    call: ast.Call,
    closing: ast.Try,
    stack: str,
    expression: str,
    place: Place,
    context: Context,
) -> Rewrite:
    first, last = context.key(place.node), context.key(closing)
    span = context.source.span(call)
    entered = Template(f"{stack}.enter_context($0)", (Piece(span),))
    header = tuple(
        comment.line
        for comment in comments_on(
            context.source, tuple(range(closing.lineno, closing.body[0].lineno))
        )
    )
    body: tuple[Statement, ...] = (Suite(Block(last)),)
    if header:
        lead = Kept(context.key(closing.body[0]), Trivia(header))
        body = (lead, Suite(Block(last), 1))
    new = NewWith(
        items=(Item(Template(f"{expression}()"), Template(stack)),),
        body=(Swapped(first, ((span, entered),)), *body),
    )
    end = last_line(context.source, closing)
    return Rewrite(first, last, end, (new,), frozenset([first, last]), (), (stack,))


RULE = Rule(
    code="XIT604",
    name="piecemeal-acquire",
    summary="several resources opened one by one and closed together later",
    check=check,
    nodes=(ast.Assign, ast.For),
    trigger=re.compile(rb"\.close\(\)"),
    module=__name__,
    fix=Fix.SOMETIMES,
)
