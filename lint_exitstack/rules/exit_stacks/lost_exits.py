"""`stack.pop_all()` that drops the exits of what nobody else closes, or can't work at all.

## What it does

Finds the statement `stack.pop_all()`, whose result is thrown away,

- on a stack that holds a file or other resource of the catalogue which the function neither closes
  nor hands on;
- after the `yield` of a `@contextmanager` function, on a stack that held such a resource, or a
  lock, for the `with` block which has ended by then.

Finds, too, any `pop_all()` of a class of the module that extends contextlib's stack with a
constructor of its own that needs arguments.

## Why

`pop_all` moves the exits to a new stack. Thrown away, that closes nothing: the resource stays open.
The new stack is made by calling the class without arguments: where it needs some, `pop_all` raises
TypeError.

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
idiom and isn't reported, nor is a resource that anything else gets to see. A class that extends a
stack isn't reported unless something calls its `pop_all()`.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it found nothing: no
false alarm, and no proof of more than that. In fresh code it found nothing. Of 9 right uses in real
code that `benchmarks/mutations.py` makes wrong, it finds 2.

## References

The documentation of `contextlib.ExitStack.pop_all`; python/cpython#88458.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.definitions.managers import ASYNC, SYNC
from lint_exitstack.rules.exit_stacks.closed_values import function_scope
from lint_exitstack.rules.exit_stacks.subclasses import needed_argument
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.semantics.bindings import FUNCTIONS, Act
from lint_exitstack.semantics.callables import resource_of
from lint_exitstack.semantics.flow import nodes_in_frame
from lint_exitstack.semantics.registrations import Role, registration
from lint_exitstack.semantics.stacks import Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.bindings import Scope

_ENTERS = frozenset({Role.ENTER, Role.ENTER_ASYNC})


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it throws away the exits of what is lost then, or can't but fail."""
    if not isinstance(node, ast.Call) or node.args or node.keywords:
        return
    func = node.func
    if not isinstance(func, ast.Attribute) or func.attr != "pop_all":
        return
    needed = needed_argument(func.value, context.stacks.scope_of(node), context.stacks)
    if needed is not None:
        home, argument = needed
        yield context.finding(
            RULE,
            context.source.span(node),
            f"`pop_all()` calls `{home}` without arguments, but it needs `{argument}`: TypeError",
            help_=f"give `{argument}` a default, or define `pop_all` in `{home}`",
        )
    elif isinstance(place.node, ast.Expr) and place.node.value is node:
        yield from _dropped(node, func.value, context)


def _dropped(node: ast.Call, stack: ast.expr, context: Context) -> Iterator[Finding]:
    """Report what is lost with the result of `node`."""
    scope = function_scope(node, context.stacks)
    if scope is None or not isinstance(stack, ast.Name):
        return
    if context.bindings.owner(scope, stack.id) is not scope:
        return
    if context.stacks.kind(stack, scope) is None:
        return
    for call in _lost(stack.id, scope, node, context):
        what = " ".join(context.source.segment(call.args[0]).split())
        yield context.finding(
            RULE,
            context.source.span(node),
            f"the exit of `{what}` (line {call.lineno}) is dropped here: nothing runs it any more",
            help_="keep what `pop_all()` gives, or enter this outside of the stack",
        )


def _lost(name: str, scope: Scope, node: ast.Call, context: Context) -> Iterator[ast.Call]:
    """Yield the calls that entered, before `node`, what only this function knows."""
    stacks = context.stacks
    usages = stacks.usages(scope, name)
    if any(usage.use is Use.HANDED or usage.nested for usage in usages):
        return
    given = _yields_of_a_manager(scope, node, context)
    for usage in usages:
        call = usage.call
        if call is None or call.lineno >= node.lineno:
            continue
        found = registration(call, stacks.scope_of(call), stacks)
        if found is None or found.role not in _ENTERS:
            continue
        row = resource_of(found.given, stacks.scope_of(call), stacks)
        if row is None or (row.long_lived and not row.is_lock):
            continue
        lent = [each for each in given if each.lineno > call.lineno]
        known = bool(lent) if row.is_lock else isinstance(found.given, ast.Call)
        if known and _is_private(call, scope, lent, context):
            yield call


def _yields_of_a_manager(scope: Scope, node: ast.Call, context: Context) -> list[ast.Yield]:
    """Return the yields before `node` if it's in a function that is a context manager."""
    function = scope.node
    home = scope.parent
    if not isinstance(function, FUNCTIONS) or home is None:
        return []
    if not any(context.names.qualified(d, home) in SYNC | ASYNC for d in function.decorator_list):
        return []
    if any(isinstance(each, ast.ExceptHandler) for each in context.stacks.parents.in_frame(node)):
        return []
    found = [each for each in nodes_in_frame(function.body) if isinstance(each, ast.Yield)]
    return [each for each in found if each.lineno < node.lineno]


def _is_private(call: ast.Call, scope: Scope, lent: list[ast.Yield], context: Context) -> bool:
    """Whether what entering gives is dropped, or kept in a name that is only worked with.

    `lent` are the yields that give it to a `with` block, which is over when the exits are dropped.
    """
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
        above = context.stacks.parents.of(event.node)
        worked = isinstance(above, ast.Attribute) and above.attr not in {"close", "aclose"}
        if event.origin is not scope or not (worked or above in lent):
            return False
    return True


RULE = Rule(
    code="XIT508",
    name="lost-exits",
    summary="`stack.pop_all()` that drops the exits of open resources, or must fail",
    check=check,
    nodes=(ast.Call,),
    trigger=re.compile(rb"\.pop_all\("),
    module=__name__,
    fix=Fix.NEVER,
)
