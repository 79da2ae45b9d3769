"""Four or more `with` statements in one another, with other statements between them.

## What it does

Finds chains of `with` statements in which each ends the one before, but isn't its only statement,
and enters their managers one after the other on one exit stack. Headers that could simply be
merged count as one level; `exit-stack-depth` (4) says from which depth a chain is reported.

## Why

What the code does moves further to the right with each resource. On a stack each resource is one
line where it is needed, and what follows stays where it is.

## Before

```python
def publish(repository):
    with repository.lock():
        version = repository.next_version()
        with repository.checkout(version) as tree:
            tree.update()
            with tree.build() as wheel:
                # the index wants the size first
                size = wheel.size
                with repository.upload(size) as upload:
                    upload.send(wheel)
```

## After

```python
from contextlib import ExitStack


def publish(repository):
    with ExitStack() as stack:
        stack.enter_context(repository.lock())
        version = repository.next_version()
        tree = stack.enter_context(repository.checkout(version))
        tree.update()
        wheel = stack.enter_context(tree.build())
        # the index wants the size first
        size = wheel.size
        upload = stack.enter_context(repository.upload(size))
        upload.send(wheel)
```

## Fix safety

Unsafe with contextlib's stack: when the body succeeds and several exits raise, it drops the earlier
errors from the context of the last one (`exit-chain`). With
`runtime = "lint_exitstack.runtime"` that hazard is gone, except from asynchronous stacks: a
cancellation that is thrown into an awaited exit gets its context in the frame of that exit, not in
the one of the block. A `return`, `break` or `continue` in the
body goes on although an exit raised and an outer one swallowed that (`swallowed-exit`); after
nested statements the code behind them would run. An exit that asks `sys.exc_info()` sees on a
stack what the body raised, also where a later exit replaced it.

There is no fix in a class body, where the stack would become an attribute. Managers that are there
to swallow exceptions (`suppress`, `pytest.raises`) and `mock_open` end a chain.

## When not to use

Up to three fixed resources read better nested; that's why the default depth is 4.

## References

The documentation of `contextlib.ExitStack`; python/cpython#102201.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.nested_with.contexts import WITHS
from lint_exitstack.rules.nested_with.nests import is_mixed, levels, report, steps_from
from lint_exitstack.rules.rule import Rule

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(_node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the nest that starts at `place`, if it's deep enough and of one kind."""
    steps = steps_from(place, context)
    depth = levels(steps)
    if depth >= context.settings.exit_stack_depth and not is_mixed(steps):
        message = f"{depth} `with` statements stand in one another"
        yield report(RULE, steps, place, context, message)


RULE = Rule(
    code="XIT102",
    name="deep-with",
    summary="many `with` statements in one another, with statements between them",
    check=check,
    nodes=WITHS,
    trigger=re.compile(rb"\bwith\b"),
    module=__name__,
)
