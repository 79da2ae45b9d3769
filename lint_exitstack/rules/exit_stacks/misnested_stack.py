"""Something entered on an outer stack after an inner manager was opened, which ends before it.

## What it does

Finds `stack.enter_context(…)`, `push` and `callback` inside of a `with` statement that ends before
the stack does, where that is surely wrong:

- what is entered is made from what the inner `with` gives (`stack.enter_context(Reader(file))`
  inside of `with open(p) as file`): it is used and exited after that has been closed;
- both are cancel scopes or task groups (anyio, trio, asyncio): they must end in reverse order, or
  an error is raised far from here;
- two stacks are opened one in the other, and the outer one is given something made from what is on
  the inner one, or something new while the inner one already holds managers;
- a cancel scope or task group is entered on a stack of `self` in one method and exited in another
  (`connect` and `disconnect`): whoever calls the second may be another task than the first.

Loops and comprehensions count, and so do stacks that are parameters or attributes.

## Why

`with` statements always exit in reverse order of entering. A stack exits when *it* ends, so what is
entered on it late outlives everything that was opened between. And a cancel scope must end in the
task that began it: "Attempted to exit cancel scope in a different task".

## Before

```python
from contextlib import ExitStack


def merge(paths, read):
    with ExitStack() as stack:
        readers = []
        for path in paths:
            with open(path) as file:
                readers.append(stack.enter_context(read(file)))
        return [reader.header() for reader in readers]
```

## After

```python
from contextlib import ExitStack


def merge(paths, read):
    with ExitStack() as stack:
        readers = []
        for path in paths:
            file = stack.enter_context(open(path))
            readers.append(stack.enter_context(read(file)))
        return [reader.header() for reader in readers]
```

## Fix safety

There is no automatic fix: entering the inner manager on the stack, too, is the usual remedy, but
then it lives longer.

## When not to use

Always worth having on. Managers that don't depend on each other aren't reported inside of a `with`
statement: opening a file under a lock and keeping it longer is often what is meant. Two methods
aren't reported where they are `__aenter__` and `__aexit__` or called by those, nor where one
function of the module calls both.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it has 4 findings; all
read by eye, 4 true (100 %). In fresh code it found nothing. Of 2 right uses in real code that
`benchmarks/mutations.py` makes wrong, it finds 2.

## References

astral-sh/ruff#18225, modelcontextprotocol/python-sdk#79; the documentation of anyio and trio on
cancel scopes that aren't nested.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.exit_stacks.calls import registered
from lint_exitstack.rules.exit_stacks.nesting import misnesting
from lint_exitstack.rules.exit_stacks.other_tasks import closing_method
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.rules.wording import quoted
from lint_exitstack.semantics.registrations import Keeper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, _place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it registers what will outlive its foundation."""
    found = registered(node, context)
    if found is None or found.keeper is not Keeper.STACK or found.receiver is None:
        return
    closer = closing_method(found, context)
    if closer is not None:
        yield context.finding(
            RULE,
            context.source.span(found.call),
            f"this scope is exited by `{closer}`, which another task may call than the one in here",
            help_="enter and exit it in one method, or in `__aenter__` and `__aexit__`",
        )
        return
    why = misnesting(found, context)
    if why is None:
        return
    yield context.finding(
        RULE,
        context.source.span(found.call),
        f"`{quoted(context.source, found.receiver)}` exits this after {why}",
        help_="enter the inner one on the same stack, or this one on a stack of its own",
    )


RULE = Rule(
    code="XIT509",
    name="misnested-stack",
    summary="entering on an outer stack what an inner `with` is needed for",
    check=check,
    nodes=(ast.Call,),
    trigger=re.compile(rb"ExitStack\b"),
    module=__name__,
    fix=Fix.NEVER,
)
