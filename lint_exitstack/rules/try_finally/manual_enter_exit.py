"""A context manager entered and left by calling its special methods.

## What it does

Finds `manager.__enter__()` (or the awaited `__aenter__()`) that is followed in the same block by
`manager.__exit__(None, None, None)` or `manager.__exit__(*sys.exc_info())`, as a statement or as
all that a `finally` does, and says `with manager:`.

Not inside of special methods and of classes that are context managers themselves: there it's
delegation. Nor in tests and their set-up.

## Why

Called by hand, the exit isn't told of exceptions, or isn't called at all when there is one.

## Before

```python
def measure(tracer, job):
    span = tracer.span("job")
    span.__enter__()
    job.run()
    span.__exit__(None, None, None)
```

## After

```python
def measure(tracer, job):
    span = tracer.span("job")
    with span:
        job.run()
```

## Fix safety

Safe for a lock or a resource that the catalogue knows, around a `try` whose `finally` leaves it:
their exits do the same whatever they are told. Otherwise:

- `unknown-exit`: the exit now sees the exception, and may roll back or swallow it. That is the
  point of most managers, but a change.
- `runs-more`: without a `try` the exit was skipped when the block failed.
- `rebound-name`: the name may mean another manager at the end.
- `pragma-moved`: a pragma comment on one of the calls goes.

There is no finding where the block returns, yields or jumps before the exit.

## When not to use

Where enter and exit belong to two callbacks; those are never in one block.

## References

The language reference on the `with` statement.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.try_finally.planning.entering import entered_at, entering
from lint_exitstack.rules.try_finally.reading.untouchable import is_manager_idiom
from lint_exitstack.semantics.bindings import FUNCTIONS
from lint_exitstack.semantics.flow import has, jumps_out, yields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place

_SET_UP = re.compile(r"test|set_?up|tear_?down|async(?:SetUp|TearDown)", re.IGNORECASE)


def check(_node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the manager that the statement at `place` enters by hand."""
    entered = entered_at(place)
    if entered is None or entered.name in {"self", "cls"} or _is_allowed(place):
        return
    plan = entering(entered, context)
    if plan is None or _is_untouchable(plan.last):
        return
    rewrite, hazards = plan.plan()
    yield context.finding(
        RULE,
        context.source.span(entered.statement),
        f"`{entered.name}` is entered and left by hand",
        help_=plan.help,
        rewrite=rewrite,
        hazards=hazards,
    )


def _is_allowed(place: Place) -> bool:
    """Whether this is code that calls special methods for a reason."""
    function = place.frame
    if isinstance(function, FUNCTIONS):
        special = function.name.startswith("__") and function.name.endswith("__")
        if (special and function.name != "__call__") or _SET_UP.match(function.name):
            return True
    around = next((p.node for p in place.ancestors() if isinstance(p.node, ast.ClassDef)), None)
    return around is not None and any(
        getattr(statement, "name", "") in {"__exit__", "__aexit__"} for statement in around.body
    )


def _is_untouchable(last: Place) -> bool:
    node = last.node
    if not isinstance(node, ast.Try):
        return False
    if has(node.finalbody, ast.Return) or jumps_out(node.finalbody):
        return True
    return is_manager_idiom(last) and yields(node.body)


RULE = Rule(
    code="XIT209",
    name="manual-enter-exit",
    summary="a context manager entered and left by calling its special methods",
    check=check,
    nodes=(ast.Expr, ast.Assign),
    trigger=re.compile(rb"__a?enter__[ \t]*\("),
    module=__name__,
)
