"""Something registered on a stack after its `with` statement.

## What it does

Finds `enter_context`, `callback` and the like on a stack whose `with` statement has ended, where
nothing closes the stack again.

## Why

A closed stack takes registrations without complaint. They are entered, and never exited.

## Before

```python
from contextlib import ExitStack


def compare(old, new):
    with ExitStack() as stack:
        before = stack.enter_context(open(old)).read()
    after = stack.enter_context(open(new)).read()
    return before == after
```

## After

```python
from contextlib import ExitStack


def compare(old, new):
    with ExitStack() as stack:
        before = stack.enter_context(open(old)).read()
        after = stack.enter_context(open(new)).read()
    return before == after
```

## Fix safety

There is no automatic fix: whether the block should reach further, or another stack is meant, is for
the author to say.

## When not to use

Always worth having on. Nothing is reported where the stack is used in a second `with`, closed,
stored or handed on.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it found nothing: no
false alarm, and no proof of more than that. In fresh code it found nothing. Of 50 right uses in
real code that `benchmarks/mutations.py` makes wrong, it finds 40.

## References

The documentation of `contextlib.ExitStack`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.exit_stacks.closed_values import function_scope
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.flow import LOOPS, named_blocks
from lint_exitstack.semantics.stacks import Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.bindings import Scope
    from lint_exitstack.semantics.stacks import Stacks, Usage

With = ast.With | ast.AsyncWith


def check(node: ast.AST, _place: Place, context: Context) -> Iterator[Finding]:
    """Report what is registered on the stack of `node` after it."""
    if not isinstance(node, (ast.With, ast.AsyncWith)):
        return
    scope = function_scope(node, context.stacks)
    if scope is None:
        return
    for item in node.items:
        name = _stack_name(item, node, scope, context)
        for usage in _late(node, name, scope, context.stacks) if name else ():
            call = usage.call or usage.node
            yield context.finding(
                RULE,
                context.source.span(call),
                f"`{name}` has been closed on line {_end(node)}: nothing exits what comes now",
                help_="move it into the `with` block",
            )


def _stack_name(item: ast.withitem, node: With, scope: Scope, context: Context) -> str | None:
    """Return the local variable that holds the stack of `item`."""
    expression, target = item.context_expr, item.optional_vars
    if isinstance(target, ast.Name) and context.stacks.creation(expression, scope):
        name = target.id
    elif isinstance(expression, ast.Name) and context.stacks.kind(expression, scope):
        name = expression.id
        if any(isinstance(above, LOOPS) for above in context.stacks.parents.in_frame(node)):
            return None
    else:
        return None
    return name if context.bindings.owner(scope, name) is scope else None


def _late(node: With, name: str, scope: Scope, stacks: Stacks) -> list[Usage]:
    """Return the registrations after `node` and before the name gets another value."""
    usages = stacks.usages(scope, name)
    if any(usage.use is Use.HANDED or usage.nested for usage in usages):
        return []
    end = _end(node)
    limit = min(
        (
            event.line
            for event in stacks.bindings.events(scope, name)
            if event.act is not Act.READ and event.line > end
        ),
        default=None,
    )
    after = [
        usage
        for usage in usages
        if usage.node.lineno > end and (limit is None or usage.node.lineno < limit)
    ]
    if not all(usage.use is Use.REGISTER and usage.call for usage in after):
        return []
    return [usage for usage in after if _follows(usage.node, node, stacks)]


def _follows(use: ast.AST, node: With, stacks: Stacks) -> bool:
    """Whether `use` runs after `node` has: some block holds both, in this order."""
    around = [node, *stacks.parents.in_frame(node)]
    for here in [use, *stacks.parents.in_frame(use)]:
        above = stacks.parents.of(here)
        if not isinstance(here, ast.stmt) or not isinstance(above, (ast.stmt, ast.Module)):
            continue
        blocks = [above.body] if isinstance(above, ast.Module) else _blocks(above)
        for block in blocks:
            if here in block and any(before in around for before in block[: block.index(here)]):
                return True
    return False


def _blocks(node: ast.stmt) -> list[list[ast.stmt]]:
    return [block for _, block in named_blocks(node)]


def _end(node: With) -> int:
    return node.end_lineno or node.lineno


RULE = Rule(
    code="XIT511",
    name="stack-after-with",
    summary="registering on a stack after its `with` ended",
    check=check,
    nodes=(ast.With, ast.AsyncWith),
    trigger=re.compile(rb"ExitStack\b"),
    module=__name__,
    fix=Fix.NEVER,
)
