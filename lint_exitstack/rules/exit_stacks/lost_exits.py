"""`stack.pop_all()` that drops the exits of what nobody else closes.

## What it does

Finds the statement `stack.pop_all()`, whose result is thrown away, on a stack that holds a file or
other resource of the catalogue which the function neither closes nor hands on.

## Why

`pop_all` moves the exits to a new stack. Thrown away, that closes nothing: the resource stays open.

## Before

```python
from contextlib import ExitStack


def install(path, folder):
    with ExitStack() as stack:
        stack.callback(folder.rmdir)
        file = stack.enter_context(open(path))
        folder.unpack(file.read())
        stack.pop_all()
```

## After

```python
from contextlib import ExitStack


def install(path, folder):
    with ExitStack() as stack:
        stack.callback(folder.rmdir)
        with open(path) as file:
            folder.unpack(file.read())
        stack.pop_all()
```

## Fix safety

There is no automatic fix.

## When not to use

Always worth having on. Cancelling callbacks by a dropped `pop_all()` on success is the documented
idiom and isn't reported, nor is a resource that anything else gets to see.

## References

The documentation of `contextlib.ExitStack.pop_all`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.exit_stacks.closed_values import function_scope
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.callables import resource_of
from lint_exitstack.semantics.registrations import Role, registration
from lint_exitstack.semantics.stacks import Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.bindings import Scope

_ENTERS = frozenset({Role.ENTER, Role.ENTER_ASYNC})


def check(node: ast.AST, _place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it throws away the exits of what is lost then."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return
    func = node.value.func
    if not isinstance(func, ast.Attribute) or func.attr != "pop_all":
        return
    scope = function_scope(node, context.stacks)
    if scope is None or not isinstance(func.value, ast.Name):
        return
    name = func.value.id
    if context.bindings.owner(scope, name) is not scope:
        return
    if context.stacks.kind(func.value, scope) is None:
        return
    for call in _lost(name, scope, node, context):
        what = " ".join(context.source.segment(call.args[0]).split())
        yield context.finding(
            RULE,
            context.source.span(node),
            f"nothing closes `{what}` (line {call.lineno}) any more: its exit is dropped here",
            help_="keep what `pop_all()` gives, or enter this outside of the stack",
        )


def _lost(name: str, scope: Scope, node: ast.Expr, context: Context) -> Iterator[ast.Call]:
    """Yield the calls that entered, before `node`, what only this function knows."""
    stacks = context.stacks
    usages = stacks.usages(scope, name)
    if any(usage.use is Use.HANDED or usage.nested for usage in usages):
        return
    for usage in usages:
        call = usage.call
        if call is None or call.lineno >= node.lineno:
            continue
        found = registration(call, stacks.scope_of(call), stacks)
        if found is None or found.role not in _ENTERS:
            continue
        row = resource_of(found.given, stacks.scope_of(call), stacks)
        known = row is not None and not row.long_lived and not row.is_lock
        if known and isinstance(found.given, ast.Call) and _is_private(call, scope, context):
            yield call


def _is_private(call: ast.Call, scope: Scope, context: Context) -> bool:
    """Whether what entering gives is dropped, or kept in a name that is only worked with."""
    statement = context.stacks.parents.of(call)
    if isinstance(statement, ast.Await):
        statement = context.stacks.parents.of(statement)
    if isinstance(statement, ast.Expr):
        return True
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False
    target = statement.targets[0]
    if not isinstance(target, ast.Name) or len(context.bindings.changes(scope, target.id)) != 1:
        return False
    for event in context.bindings.events(scope, target.id):
        if event.act is not Act.READ:
            continue
        method = context.stacks.parents.of(event.node)
        worked = isinstance(method, ast.Attribute) and method.attr not in {"close", "aclose"}
        if event.origin is not scope or not worked:
            return False
    return True


RULE = Rule(
    code="XIT508",
    name="lost-exits",
    summary="`stack.pop_all()` that drops the exits of open resources",
    check=check,
    nodes=(ast.Expr,),
    trigger=re.compile(rb"\.pop_all\("),
    module=__name__,
    fix=Fix.NEVER,
)
