"""A function that returns what its own stack has closed.

## What it does

Finds `return` of an object that the stack of a `with` statement around or before it closes: a
resource of the catalogue that was entered on the stack, an object whose `close` was registered, or
a list or dict of such.

## Why

The stack closes everything before the caller gets it. To keep the resources on success and close
them on an error only, the stack has to give them up: `stack.pop_all()` as the last step, and its
result handed on.

## Before

```python
from contextlib import ExitStack


def open_all(paths):
    with ExitStack() as stack:
        files = [stack.enter_context(open(path)) for path in paths]
        return files
```

## After

```python
from contextlib import ExitStack


def open_all(paths):
    with ExitStack() as stack:
        files = [stack.enter_context(open(path)) for path in paths]
        return files, stack.pop_all()
```

## Fix safety

There is no automatic fix: who closes the objects from now on is for the author to say.

## When not to use

Always worth having on. Objects that are of use after their exit (processes, buffers, pools) aren't
reported, nor is anything where the stack is handed on or emptied.

## References

The documentation of `contextlib.ExitStack.pop_all`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.exit_stacks.calls import short
from lint_exitstack.rules.exit_stacks.closed_values import closed_by, function_scope, is_closed
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.semantics.flow import nodes_in_frame, yields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place

With = ast.With | ast.AsyncWith


def check(node: ast.AST, _place: Place, context: Context) -> Iterator[Finding]:
    """Report the returns of what the stack of `node` closes."""
    if not isinstance(node, (ast.With, ast.AsyncWith)):
        return
    for item in node.items:
        name = item.optional_vars
        if not isinstance(name, ast.Name):
            continue
        if context.stacks.creation(item.context_expr, context.stacks.scope_of(node)) is None:
            continue
        for value in _returned(node, name.id, context):
            yield context.finding(
                RULE,
                context.source.span(value),
                f"`{short(context, value)}` is returned, but `{name.id}` has closed it by then",
                help_=f"keep it open with `{name.id}.pop_all()`, and hand that on too",
            )


def _returned(node: With, name: str, context: Context) -> Iterator[ast.expr]:
    scope = function_scope(node, context.stacks)
    if scope is None or not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    if len(context.bindings.changes(scope, name)) != 1 or yields(scope.node.body):
        return
    closed = closed_by(name, scope, node.body, context.stacks)
    if closed is None or not (closed.names or closed.calls):
        return
    returns = [n for n in nodes_in_frame(scope.node.body) if isinstance(n, ast.Return)]
    for statement in sorted(returns, key=lambda each: each.lineno):
        value = statement.value
        if value is not None and statement.lineno > node.lineno and is_closed(value, closed):
            yield value


RULE = Rule(
    code="XIT505",
    name="escaping-resource",
    summary="`return` of what the stack closes on the way out",
    check=check,
    nodes=(ast.With, ast.AsyncWith),
    trigger=re.compile(rb"ExitStack\b"),
    module=__name__,
    fix=Fix.NEVER,
)
