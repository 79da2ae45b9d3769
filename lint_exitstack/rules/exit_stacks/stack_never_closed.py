"""An exit stack that is filled and forgotten.

## What it does

Finds a stack that a function makes without `with`, registers things on, and never closes, returns,
stores or hands on; and a stack on an attribute `self._stack`, on which methods of the class
register things and which none of them ever closes, empties or hands on.

## Why

A stack doesn't close itself when it goes out of scope: nothing that was entered on it is exited, no
callback is called.

## Before

```python
from contextlib import ExitStack


def total(paths):
    stack = ExitStack()
    files = [stack.enter_context(open(path)) for path in paths]
    return sum(len(file.read()) for file in files)
```

## After

```python
from contextlib import ExitStack


def total(paths):
    with ExitStack() as stack:
        files = [stack.enter_context(open(path)) for path in paths]
        return sum(len(file.read()) for file in files)
```

## Fix safety

There is no automatic fix: where the stack should end is for its author to say.

## When not to use

Always worth having on. A stack that anything else sees (a call, an attribute of another object, a
nested function) isn't reported, nor one at module level, nor one on `self` in a class with parents
that aren't known, or where anything in the module looks at that attribute from outside.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it has 1 finding; 1 read
by eye, 1 true (100 %). In fresh code it found nothing. Of 50 right uses in real code that
`benchmarks/mutations.py` makes wrong, it finds 34.

## References

The documentation of `contextlib.ExitStack`: its callbacks are not invoked implicitly when it is
garbage collected.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.exit_stacks.calls import is_expected_to_fail
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.semantics.bindings import FUNCTIONS
from lint_exitstack.semantics.stacks import REGISTERING, Use

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it makes a stack that nobody closes."""
    if not isinstance(node, ast.Call) or node.args or node.keywords:
        return
    stacks = context.stacks
    if stacks.creation(node, stacks.scope_of(node)) is None or is_expected_to_fail(node, stacks):
        return
    if _is_dropped(node, context) or _is_forgotten(node, place, context):
        yield context.finding(
            RULE,
            context.source.span(node),
            "nothing closes this stack: what is registered on it is never exited",
            help_="use it in a `with` statement, close it in `finally`, or hand it on",
        )


def _is_dropped(node: ast.Call, context: Context) -> bool:
    """Whether something is registered on the stack without anybody keeping it."""
    return _registers(node, context)


def _is_forgotten(node: ast.Call, place: Place, context: Context) -> bool:
    """Whether a local variable is all that ever holds the stack."""
    if not isinstance(place.frame, FUNCTIONS):
        return False
    match place.node:
        case ast.Assign(targets=[ast.Attribute() as target], value=value) if value is node:
            return _is_forgotten_on_self(target, context)
        case ast.AnnAssign(target=ast.Attribute() as target, value=value) if value is node:
            return _is_forgotten_on_self(target, context)
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is node:
            pass
        case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is node:
            pass
        case _:
            return False
    scope = context.scope(place)
    bindings = context.bindings
    if bindings.owner(scope, name) is not scope or len(bindings.changes(scope, name)) != 1:
        return False
    usages = context.stacks.usages(scope, name)
    return bool(usages) and all(u.use is Use.REGISTER and not u.nested for u in usages)


def _is_forgotten_on_self(target: ast.Attribute, context: Context) -> bool:
    """Whether the methods of a class only register things on their private stack."""
    stacks = context.stacks
    home = stacks.values.self_class(target.value, stacks.scope_of(target))
    if home is None or not target.attr.startswith("_"):
        return False
    places = context.attributes.own(home, target.attr)
    if places is None:
        return False
    reads = [node for node in places if isinstance(node.ctx, ast.Load)]
    return bool(reads) and all(_registers(node, context) for node in reads)


def _registers(node: ast.expr, context: Context) -> bool:
    method = context.stacks.parents.of(node)
    if not isinstance(method, ast.Attribute) or method.attr not in REGISTERING:
        return False
    return isinstance(context.stacks.parents.of(method), ast.Call)


RULE = Rule(
    code="XIT504",
    name="stack-never-closed",
    summary="a stack that is filled and never closed or handed on",
    check=check,
    nodes=(ast.Call,),
    trigger=re.compile(rb"ExitStack\b"),
    module=__name__,
    fix=Fix.NEVER,
)
