"""An `if` whose branches do the same, one of them in a `with`.

## What it does

Finds `if c: with cm: body` with an `else` of the very same body (or the other way round), and
writes the body once, under a manager that does nothing when none is wanted. The other branch may
also be what follows the `if`, where its body ends in `return` or the like; one line that stands
twice that way isn't reported.

## Why

Two copies of a body differ sooner or later. `nullcontext` says that the manager is optional.

## Before

```python
def send(message, connection, lock):
    if lock is None:
        connection.write(message)
        connection.flush()
    else:
        with lock:
            connection.write(message)
            connection.flush()
```

## After

```python
from contextlib import nullcontext


def send(message, connection, lock):
    with nullcontext() if lock is None else lock:
        connection.write(message)
        connection.flush()
```

## Fix safety

Safe where the bodies are the same, comments included. Unsafe where their comments differ
(`intent`): those of the branch that goes stand over the `with` then. With `as`, the branch without
a manager gets what the name meant before; unsafe where that isn't known to be bound (`read-later`).
`async with` needs Python 3.10, or `lint_exitstack.runtime`. No fix where the branch with the
manager ends in `return` inside of its `with` and what follows is the other branch, unless the
manager is known to swallow nothing: if it did, both would run.

## When not to use

Where the condition tells the type checker what it needs to know in the branches (`if lock is
None`): the merged form loses that. Nor with mypy before 1.13: XIT402 says why. Timeouts (`exempt-
contexts`) aren't reported, because code that avoids them where it can does so to be fast; neither
is a single call that is expected to fail in one branch and to succeed in the other: `if`, `else`
and `assertRaises` tell that best, unless the condition is about the very error (`if error: with
pytest.raises(error): …`). Nor are branches that both have comments of their own about what they are
for. Nor are imports (type checkers and readers know `if` and `else` around them), nor
`torch.no_grad()` and its kind, for which torch (and Paddle) have a form with a condition.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it has 147 findings; 74
read by eye, 72 true (97 %). In fresh code, 34 of 36 findings read were true (94 %) in 9.3 million
lines of 58 released packages; then 26 of 29 findings read were true (90 %) in 10.2 million lines of
67 released packages.

## References

The documentation of `contextlib.nullcontext`; astral-sh/ruff#7107.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.nested_with.contexts import callee, is_exempt, is_expectation
from lint_exitstack.rules.optional_contexts.branches import Branches
from lint_exitstack.rules.optional_contexts.twins import twins
from lint_exitstack.rules.rule import Rule
from lint_exitstack.semantics.names import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.optional_contexts.twins import Twins


# These have forms with a condition (`set_grad_enabled(…)`, `enable=`), and what compiles such code
# doesn't know `nullcontext`.
_SWITCHES = frozenset(
    {"paddle.amp.auto_cast", "torch.enable_grad", "torch.inference_mode", "torch.no_grad"}
)
_REFERENCES = (ast.Name, ast.Attribute, ast.Subscript)


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if one of its branches is the other one in a `with`."""
    if not isinstance(node, ast.If):
        return
    found = twins(node, place, context)
    if found is None or _is_deliberate(found, place, context):
        return
    plan = Branches(found, place, context)
    if plan.are_told_apart:
        return
    yield context.finding(
        RULE,
        context.source.span(node.test),
        _message(found),
        help_=plan.header,
        rewrite=plan.rewrite(),
        hazards=plan.hazards(),
    )


def _message(found: Twins) -> str:
    if found.after:
        return "what follows does the same as this branch, one of them in a `with`"
    return "both branches do the same, one of them in a `with`"


def _is_deliberate(found: Twins, place: Place, context: Context) -> bool:
    """Whether the branches say something that one `with` wouldn't say as well."""
    if is_exempt([item.context_expr for item in found.managed.items], place, context):
        return True
    if any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in found.plain):
        return True
    manager = found.managed.items[0].context_expr
    if context.qualified(callee(manager), place) in _SWITCHES:
        return True
    if len(found.plain) > 1 or _is_about(found.node.test, manager):
        return False
    name = dotted(callee(manager)) or ""
    own = name.rpartition(".")[2].startswith(("assert", "expect"))
    return own or is_expectation(manager, place, context)


def _is_about(test: ast.expr, manager: ast.expr) -> bool:
    """Whether the condition asks for what the manager is given."""
    if not isinstance(manager, ast.Call):
        return False
    asked = {ast.dump(node) for node in ast.walk(test) if isinstance(node, _REFERENCES)}
    given = [*manager.args, *(keyword.value for keyword in manager.keywords)]
    plain = (each.value if isinstance(each, ast.Starred) else each for each in given)
    return any(ast.dump(argument) in asked for argument in plain)


RULE = Rule(
    code="XIT401",
    name="duplicate-branch",
    summary="`if c: with cm: body` / `else: body`",
    check=check,
    nodes=(ast.If,),
    trigger=re.compile(rb"\n[ \t]+(?:async[ \t]+)?with\b"),
    module=__name__,
)
