"""A `suppress` that is given a tuple.

## What it does

Finds `suppress((A, B))` and `suppress(NAMES)` where the module binds `NAMES` to a tuple. The fix
passes the exceptions one by one.

## Why

It works by chance: `suppress` hands its arguments to `issubclass`, which takes nested tuples. But
from Python 3.12 an exception group in the body turns it into a TypeError.

## Before

```python
import os
from contextlib import suppress

GONE = (FileNotFoundError, NotADirectoryError)


def forget(stamp):
    with suppress(GONE):
        os.remove(stamp)
    with suppress((PermissionError, *GONE)):
        os.rmdir(stamp)
```

## After

```python
import os
from contextlib import suppress

GONE = (FileNotFoundError, NotADirectoryError)


def forget(stamp):
    with suppress(*GONE):
        os.remove(stamp)
    with suppress(PermissionError, *GONE):
        os.rmdir(stamp)
```

## Fix safety

Unsafe (`exception-group`): where a group is raised, the TypeError gives way to the group's
remaining members. Safe where the target versions end below 3.12.

## When not to use

Always worth having on.

## References

The documentation of `contextlib.suppress` for 3.12.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Piece, Rewrite, Swapped, Template
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.rules.suppressing.calls import is_suppress
from lint_exitstack.semantics.comments import last_line
from lint_exitstack.semantics.exceptions import Plainness, plainness
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it calls `suppress` with a tuple."""
    if not isinstance(node, ast.Call) or node.keywords or not is_suppress(node, place, context):
        return
    scope = context.scope(place)
    tuples = [
        argument
        for argument in node.args
        if isinstance(argument, ast.Tuple)
        or plainness(argument, scope, context.names) is Plainness.TUPLE
    ]
    if not tuples:
        return
    yield context.finding(
        RULE,
        context.source.span(node),
        "`suppress` takes exceptions one by one: a group makes a tuple raise TypeError from 3.12",
        help_=f"{context.source.segment(node.func)}({_flat(node, tuples, context)})",
        rewrite=_rewrite(node, tuples, place, context),
        hazards=_hazards(node, place, context),
    )


def _arguments(node: ast.Call, tuples: list[ast.expr]) -> list[tuple[str, ast.expr]]:
    """Return the arguments as they must be written: (star, expression)."""
    found: list[tuple[str, ast.expr]] = []
    for argument in node.args:
        if isinstance(argument, ast.Tuple):
            found.extend(("", element) for element in argument.elts)
        else:
            found.append(("*" if argument in tuples else "", argument))
    return found


def _flat(node: ast.Call, tuples: list[ast.expr], context: Context) -> str:
    pairs = _arguments(node, tuples)
    return ", ".join(star + context.source.segment(each) for star, each in pairs)


def _rewrite(node: ast.Call, tuples: list[ast.expr], place: Place, context: Context) -> Rewrite:
    pairs = _arguments(node, tuples)
    span = context.source.span
    pieces = [Piece(span(node.func))]
    texts = []
    for star, argument in pairs:
        inner = argument.value if isinstance(argument, ast.Starred) else argument
        mark = "*" if isinstance(argument, ast.Starred) else star
        texts.append(f"{mark}${len(pieces)}")
        pieces.append(Piece(span(inner)))
    call = Template(f"$0({', '.join(texts)})", tuple(pieces))
    key = context.key(place.node)
    end = last_line(context.source, place.node)
    new = Swapped(key, ((span(node), call),))
    return Rewrite(key, key, end, (new,), frozenset([key]))


def _hazards(node: ast.Call, place: Place, context: Context) -> tuple[Hazard, ...]:
    found = list(layout_hazards(context.source, [place.node]))
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    if any(line in context.source.comment_at for line in lines[:-1]):
        message = "a comment stands between the exceptions"
        span = context.source.span(node)
        found.append(Hazard("statement-layout", message, span, forbids=True))
    below = context.settings.target_below
    if below is None or below > (3, 12):
        message = "a group in the body no longer raises TypeError"
        found.append(Hazard("exception-group", message, context.source.span(node)))
    return tuple(found)


RULE = Rule(
    code="XIT306",
    name="tuple-suppress",
    summary="`suppress` with a tuple",
    check=check,
    nodes=(ast.Call,),
    trigger=re.compile(rb"\bsuppress\b"),
    module=__name__,
    fix=Fix.SOMETIMES,
)
