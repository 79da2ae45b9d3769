"""Standard output (or error) that is exchanged before a `try` and put back in its `finally`.

## What it does

Finds `sys.stdout` or `sys.stderr` (or both) saved under a name, set to something else, and put back
by a `finally` that does nothing else.

## Why

`redirect_stdout` is these four lines under a name that says what they are for.

## Before

```python
import io
import sys


def captured(function):
    saved = sys.stdout
    sys.stdout = buffer = io.StringIO()
    try:
        function()
    finally:
        sys.stdout = saved
    return buffer.getvalue()
```

## After

```python
import io
import sys
from contextlib import redirect_stdout


def captured(function):
    with redirect_stdout(io.StringIO()) as buffer:
        function()
    return buffer.getvalue()
```

## Fix safety

Safe: saving, setting and putting back an attribute of `sys` can't fail. The name that held the old
stream stays if anything else reads it. Unsafe:

- `runs-more`: something that can fail stands between the change and the `try`: the stream is put
  back then, and stayed exchanged before.
- `rebound-name`: other functions change the name that holds the old stream.
- `public-name`: that name was one of the module, or of a class.
- `pragma-moved`: a pragma comment in the `finally` goes.

There is no fix where the body gives the name another value, or where the change stands in a `try`
with handlers.

## When not to use

For `sys.stdin`, which has no such manager, and which isn't reported.

## References

The documentation of `contextlib.redirect_stdout`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Position, Span
from lint_exitstack.model.rewrite import Item, Layout, Piece, Template
from lint_exitstack.rules.nested_with.contexts import can_wrap
from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.try_finally.planning.saving import Kind, Saving, Step, Swap, find
from lint_exitstack.rules.try_finally.reading.untouchable import is_untouchable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.imports import Way

_STREAMS = {"sys.stdout": "redirect_stdout", "sys.stderr": "redirect_stderr"}


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the `try` at `place` if its `finally` puts back standard streams."""
    if not isinstance(node, ast.Try) or not 0 < len(node.finalbody) <= 2:
        return
    steps = [step for s in node.finalbody for step in _read(s, place, context)]
    restores = [step for step in steps if step.kind is Kind.RESTORE]
    whats = [step.what for step in restores]
    if len(restores) < len(node.finalbody) or len(set(whats)) < len(whats) or steps != restores:
        return
    saving = find(restores, node, place, context, _read)
    if saving is None or is_untouchable(node, node.finalbody, place, context):
        return
    ways = [context.imports.way(_STREAMS[s.what], saving.scope, node) for s in saving.swaps]
    start = context.source.start(node)
    whole = " and ".join(f"`{swap.what}`" for swap in saving.swaps)
    yield context.finding(
        RULE,
        Span(start, Position(start.line, start.column + len("try:"))),
        f"{whole} exchanged and put back by hand",
        help_=_header(saving, ways, context),
        rewrite=saving.wrapping.rewrite(
            [_item(swap, way, context) for swap, way in zip(saving.swaps, ways, strict=True)],
            [way.need for way in ways if way.need is not None],
            layout=_layout(saving, ways, context),
            instead=saving.instead,
        ),
        hazards=(
            *saving.wrapping.hazards(),
            *(hazard for way in ways for hazard in way.hazards),
            *saving.hazards(),
            *_second_fails(saving, context),
        ),
        noqa_line=node.finalbody[0].lineno,
    )


def _read(statement: ast.stmt, place: Place, context: Context) -> list[Step]:
    """Return what an assignment does with the standard streams."""
    if not isinstance(statement, ast.Assign):
        return []
    if len(statement.targets) == 1:
        found = [
            _step(target, value, statement, place, context)
            for target, value in _pairs(statement.targets[0], statement.value)
        ]
        steps = [step for step in found if step is not None]
        return steps if len(steps) == len(found) else []
    return _shared(statement, place, context)


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    both = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
    if both and len(target.elts) == len(value.elts):  # type: ignore[attr-defined]  # tuples
        return list(zip(target.elts, value.elts, strict=True))  # type: ignore[attr-defined]
    return [(target, value)]


def _step(
    target: ast.expr, value: ast.expr, statement: ast.stmt, place: Place, context: Context
) -> Step | None:
    if isinstance(target, ast.Name):
        what = context.qualified(value, place)
        return Step(Kind.SAVE, what, statement, target.id) if what in _STREAMS and what else None
    what = context.qualified(target, place) if isinstance(target, ast.Attribute) else None
    if what not in _STREAMS or what is None:
        return None
    if isinstance(value, ast.Name) and statement in getattr(place.node, "finalbody", ()):
        return Step(Kind.RESTORE, what, statement, value.id)
    return Step(Kind.SET, what, statement, value=value)


def _shared(statement: ast.Assign, place: Place, context: Context) -> list[Step]:
    """Read `sys.stdout = buffer = value`."""
    names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
    streams = [
        context.qualified(t, place) for t in statement.targets if not isinstance(t, ast.Name)
    ]
    if len(names) != 1 or len(streams) != 1 or streams[0] not in _STREAMS:
        return []
    return [Step(Kind.SET, streams[0] or "", statement, value=statement.value, target=names[0])]


def _item(swap: Swap, way: Way, context: Context) -> Item:
    value = swap.set.value
    pieces = () if value is None else (Piece(context.source.span(value)),)
    target = Template(swap.set.target) if swap.set.target else None
    return Item(Template(f"{way.expression}($0)", pieces), target)


def _header(saving: Saving, ways: list[Way], context: Context) -> str:
    texts = []
    for swap, way in zip(saving.swaps, ways, strict=True):
        value = "" if swap.set.value is None else context.source.segment(swap.set.value)
        bound = f" as {swap.set.target}" if swap.set.target else ""
        texts.append(f"{way.expression}({' '.join(value.split())}){bound}")
    return f"with {', '.join(texts)}:"


def _layout(saving: Saving, ways: list[Way], context: Context) -> Layout:
    column = context.source.start(saving.node).column
    long = column + len(_header(saving, ways, context)) > context.settings.line_length
    rows = len(ways) > 1 and long and can_wrap(context)
    return Layout.ROWS if rows else Layout.LINE


def _second_fails(saving: Saving, context: Context) -> Iterator[Hazard]:
    """Yield a hazard where making the second stream can fail after the first was exchanged."""
    for swap in saving.swaps[1:]:
        value = swap.set.value
        outside = swap.set.statement in saving.place.block
        if outside and not isinstance(value, (ast.Name, ast.Constant)) and value is not None:
            first = saving.swaps[0].what
            if swap.set.statement is saving.swaps[0].set.statement:
                continue
            text = " ".join(context.source.segment(value).split())
            message = f"`{first}` is now also put back when `{text}` fails"
            yield Hazard("runs-more", message, context.source.span(value))


RULE = Rule(
    code="XIT207",
    name="finally-redirect",
    summary="standard output or error exchanged and put back in a `finally`",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\bstd(?:out|err)\b"),
    module=__name__,
)
