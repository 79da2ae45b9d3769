"""A cleanup registered in a loop that looks at the loop's variable when it is too late.

## What it does

Finds lambdas and local functions that are registered in a loop or comprehension and read a name
which each turn binds anew. Registering is `callback`, `push`, `push_async_callback` and
`push_async_exit` of a stack, `addCleanup` and its relatives, `atexit.register`, `weakref.finalize`
and pytest's `request.addfinalizer`. The fix passes the object.

## Why

A function looks its names up when it is called. All of them are called after the loop, when the
name means what the last turn gave it: the last object is closed many times and the others never.

## Before

```python
from contextlib import AsyncExitStack


async def serve(names, connect, run):
    async with AsyncExitStack() as stack:
        for name in names:
            client = await connect(name)
            stack.push_async_callback(lambda: client.aclose())
        await run()
```

## After

```python
from contextlib import AsyncExitStack


async def serve(names, connect, run):
    async with AsyncExitStack() as stack:
        for name in names:
            client = await connect(name)
            stack.push_async_callback(client.aclose)
        await run()
```

## Fix safety

Unsafe (`intent`): each object is closed, no longer the last one only. Where arguments are computed,
the lambda stays and gets the names as defaults. Local functions get no fix.

## When not to use

Always worth having on. A stack that is closed in each turn isn't reported, nor is a turn that ends
the loop, nor a name that isn't bound before the registration in the same turn.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it found nothing: no
false alarm, and no proof of more than that. In fresh code it found nothing. Of 8 right uses in real
code that `benchmarks/mutations.py` makes wrong, it finds 8.

## References

The Programming FAQ of the Python documentation; flake8-bugbear's B023 reports any closure in a
loop, these included.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.rules.exit_stacks.calls import (
    arguments,
    call_of,
    method_of,
    registered,
    swap,
    swap_hazards,
)
from lint_exitstack.rules.exit_stacks.deferred import frozen, parameters, passed
from lint_exitstack.rules.exit_stacks.turns import late_names
from lint_exitstack.rules.rule import Rule
from lint_exitstack.semantics.registrations import CALLBACKS, EXITS, Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.rewrite import Rewrite
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.registrations import Registration

_CALLBACK_FOR = {Role.EXIT: "callback", Role.ASYNC_EXIT: "push_async_callback"}


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it registers a function that reads a name of the turn."""
    found = registered(node, context)
    if found is None or found.role not in CALLBACKS | EXITS:
        return
    names = late_names(found, context.stacks)
    if not names:
        return
    which = " and ".join(f"`{name}`" for name in names)
    verb = "is that" if len(names) == 1 else "are those"
    given = found.given
    fixable = isinstance(given, ast.Lambda)
    yield context.finding(
        RULE,
        context.source.span(given),
        f"this runs after the loop, when {which} {verb} of the last turn",
        help_="pass the object instead of looking it up when it is too late",
        rewrite=_rewrite(found, names, place, context) if fixable else None,
        hazards=_hazards(found, place, context),
    )


def _rewrite(
    found: Registration, names: Sequence[str], place: Place, context: Context
) -> Rewrite | None:
    lambda_ = found.given
    if not isinstance(lambda_, ast.Lambda):
        return None
    plain = passed(lambda_, context) if not found.rest else None
    if plain is not None and len(plain) > 1 and not found.takes_arguments:
        plain = None
    before = arguments(found.call.args[: found.index], (), context)
    after = arguments(found.call.args[found.index + 1 :], found.call.keywords, context)
    given = [*before, *(plain or [("", frozen(lambda_, names, context))]), *after]
    method = _CALLBACK_FOR.get(found.role, found.method)
    new = call_of(method_of(found, method, context), given)
    return swap(found.call, new, place, context)


def _hazards(found: Registration, place: Place, context: Context) -> tuple[Hazard, ...]:
    given = found.given
    span = context.source.span(given)
    if not isinstance(given, ast.Lambda):
        text = "the function has to take the object as a parameter"
        return (Hazard("no-rewrite", text, span, forbids=True),)
    hazards = [Hazard("intent", "each turn's object is cleaned up, not the last one only", span)]
    own = parameters(given)
    reads = {node.id for node in ast.walk(given.body) if isinstance(node, ast.Name)}
    if own & reads or given.args.defaults or (own and found.rest):
        text = "the lambda uses parameters of its own"
        hazards.append(Hazard("no-rewrite", text, span, forbids=True))
    hazards.extend(swap_hazards(found.call, place, context))
    return tuple(hazards)


RULE = Rule(
    code="XIT503",
    name="late-binding-callback",
    summary="a cleanup registered in a loop that reads the loop's variable",
    check=check,
    nodes=(ast.Call,),
    trigger=re.compile(
        rb"callback\(|\.push(?:_async_exit)?\(|Cleanup\(|\bregister\(|\bfinalize\(|addfinalizer\("
    ),
    module=__name__,
)
