"""A function that returns or stores what its own stack has closed.

## What it does

Finds `return` of an object that the stack of a `with` statement around or before it closes: a
resource of the catalogue that was entered on the stack, an object whose `close` was registered, or
a list or dict of such.

Finds, too, that such an object is stored on `self`, in a container there or in one of the module,
where nothing that follows in the block could use it.

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
reported, nor is anything where the stack is handed on or emptied. What is stored isn't reported if
the rest of the block calls anything besides the stack: storing on `self` for the time of the block
is common.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it found nothing: no
false alarm, and no proof of more than that. In fresh code it found nothing. Of 9 right uses in real
code that `benchmarks/mutations.py` makes wrong, it finds 2.

## References

The documentation of `contextlib.ExitStack.pop_all`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.exit_stacks.closed_values import closed_by, function_scope, is_closed
from lint_exitstack.rules.exit_stacks.stored_values import stored
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.rules.wording import quoted
from lint_exitstack.semantics.flow import nodes_in_frame, yields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.exit_stacks.closed_values import Closed

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
        yield from _escaping(node, name.id, context)


def _escaping(node: With, name: str, context: Context) -> Iterator[Finding]:
    scope = function_scope(node, context.stacks)
    if scope is None or not isinstance(scope.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    if len(context.bindings.changes(scope, name)) != 1 or yields(scope.node.body):
        return
    closed = closed_by(name, scope, node.body, context.stacks)
    if closed is None or not (closed.names or closed.calls):
        return
    for value in _returned(node, closed, scope.node.body):
        yield context.finding(
            RULE,
            context.source.span(value),
            f"`{quoted(context.source, value)}` is returned, but `{name}` has closed it by then",
            help_=f"keep it open with `{name}.pop_all()`, and hand that on too",
        )
    for where, what in stored(node, name, closed, scope, context):
        yield context.finding(
            RULE,
            context.source.span(what),
            f"this is kept in `{quoted(context.source, where)}`, "
            f"but `{name}` closes it with the block",
            help_=f"keep it open with `{name}.pop_all()`, and store that too",
        )


def _returned(node: With, closed: Closed, body: list[ast.stmt]) -> Iterator[ast.expr]:
    returns = [each for each in nodes_in_frame(body) if isinstance(each, ast.Return)]
    for statement in sorted(returns, key=lambda each: each.lineno):
        value = statement.value
        if value is not None and statement.lineno > node.lineno and is_closed(value, closed):
            yield value


RULE = Rule(
    code="XIT505",
    name="escaping-resource",
    summary="returning or storing what the stack closes on the way out",
    check=check,
    nodes=(ast.With, ast.AsyncWith),
    trigger=re.compile(rb"ExitStack\b"),
    module=__name__,
    fix=Fix.NEVER,
)
