"""A resource that is used after its `with` has closed it.

## What it does

Looks for method calls that need an open file, archive or socket, on the name that a `with` bound,
behind that `with` in the same block.

## Why

The object is closed by then: the call raises ValueError (or OSError) whenever it's reached.

## Before

```python
def copy(path, target):
    with open(path) as source:
        head = source.read(64)
    target.write(head)
    target.write(source.read())
```

## After

```python
def copy(path, target):
    with open(path) as source:
        head = source.read(64)
        target.write(head)
        target.write(source.read())
```

## Fix safety

There is no automatic fix: perhaps the call belongs into the `with`, perhaps the name is wrong.

## When not to use

Calls inside `try` and `with pytest.raises(...)` aren't reported: tests look there whether the
object was closed.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it found nothing: no
false alarm, and no proof of more than that. In fresh code it found nothing. Of 50 right uses in
real code that `benchmarks/mutations.py` makes wrong, it finds 49.

## References

astral-sh/ruff#21133.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.semantics.catalogue import Exit
from lint_exitstack.semantics.flow import WITHS, nodes_in_frame
from lint_exitstack.semantics.ownership import method_on, rebound
from lint_exitstack.semantics.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place

_NEEDS_OPEN = {
    "file": words(
        "read readline readlines readinto write writelines seek tell truncate flush fileno"
    ),
    "archive": words("read open extract extractall write writestr"),
    "socket": words("send sendall recv recv_into accept connect listen bind getsockname"),
}
_GUARDS = (*WITHS, ast.Try, ast.TryStar)


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the first use of what `node` closed, for each of its names."""
    if not isinstance(node, ast.With) or not place.following:
        return
    for item in node.items:
        if not isinstance(item.optional_vars, ast.Name):
            continue
        call = _late_use(item.optional_vars.id, place)
        if call is None:
            continue
        row = context.acquisitions.resource(item.context_expr, context.scope(place))
        if row is None or row.exit is not Exit.SAME or not row.binds_self:
            continue
        method = method_on(call, item.optional_vars.id)
        if method in _NEEDS_OPEN.get(row.kind, ()) and not rebound(
            item.optional_vars.id, node.body
        ):
            yield _finding(call, item.optional_vars.id, node, context)


def _late_use(name: str, place: Place) -> ast.Call | None:
    """Return the first method call on `name` that surely meets what the `with` bound."""
    for statement in place.following:
        if isinstance(statement, _GUARDS) or rebound(name, [statement]) is not None:
            return None
        found = [
            node
            for node in nodes_in_frame([statement])
            if isinstance(node, ast.Call) and method_on(node, name) is not None
        ]
        if found:
            inside = (each for each in nodes_in_frame([statement]) if isinstance(each, _GUARDS))
            return None if any(inside) else min(found, key=lambda call: call.lineno)
    return None


def _finding(call: ast.Call, name: str, node: ast.With, context: Context) -> Finding:
    return context.finding(
        RULE,
        context.source.span(call),
        f"`{name}` was closed by the `with` on line {node.lineno}",
        help_=f"use `{name}` inside its `with`",
        noqa_line=call.end_lineno or call.lineno,
    )


RULE = Rule(
    code="XIT607",
    name="use-after-with",
    summary="a resource that is used after its `with` has closed it",
    check=check,
    nodes=(ast.With,),
    trigger=re.compile(rb"\bwith\b"),
    module=__name__,
    fix=Fix.NEVER,
)
