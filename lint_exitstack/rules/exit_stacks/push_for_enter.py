"""A new context manager that is pushed on a stack without being entered.

## What it does

Finds `stack.push(manager())` where `manager` is a `@contextmanager` function or a class of the
module, a lock, a file or another resource of the catalogue, `redirect_stdout`, `mock.patch` or the
like, and turns it into `enter_context`.

## Why

`push` registers the exit and enters nothing. The generator of a `@contextmanager` starts only when
it should end, a lock is released that nobody took, and for those where it happens to work, what is
meant reads `enter_context`.

## Before

```python
import threading
from contextlib import ExitStack

lock = threading.Lock()


def store(path, data):
    with ExitStack() as stack:
        file = stack.push(open(path, "w"))
        file.write(data)
```

## After

```python
import threading
from contextlib import ExitStack

lock = threading.Lock()


def store(path, data):
    with ExitStack() as stack:
        file = stack.enter_context(open(path, "w"))
        file.write(data)
```

## Fix safety

Unsafe (`intent`): the manager is entered, which is the point; and the call gives what entering
gives.

## When not to use

Always worth having on. A manager that may have been entered elsewhere (a name, an attribute) isn't
reported, nor is a class whose `__enter__` does nothing but return `self`.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it found nothing: no
false alarm, and no proof of more than that. In fresh code it found nothing. Of 50 right uses in
real code that `benchmarks/mutations.py` makes wrong, it finds 14.

## References

The documentation of `contextlib.ExitStack.push`; saltstack/salt#37365.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Piece, Template
from lint_exitstack.rules.exit_stacks.calls import (
    call_of,
    method_of,
    registered,
    swap,
    swap_hazards,
)
from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.wording import quoted
from lint_exitstack.semantics.callables import definition as method, resource_of
from lint_exitstack.semantics.catalogue import Exit
from lint_exitstack.semantics.registrations import EXITS
from lint_exitstack.semantics.stacks import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.rewrite import Expression, Rewrite
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.registrations import Registration

_MAKERS = {
    "contextlib.contextmanager": False,
    "contextlib.asynccontextmanager": True,
    "lint_exitstack.runtime.contextmanager": False,
    "lint_exitstack.runtime.asynccontextmanager": True,
}
# These have everything to do on entry, and fail on exit without it.
_ENTERING = frozenset(
    [
        "contextlib.chdir",
        "contextlib.redirect_stderr",
        "contextlib.redirect_stdout",
        "unittest.mock.patch",
        "unittest.mock.patch.dict",
        "unittest.mock.patch.multiple",
        "unittest.mock.patch.object",
        "warnings.catch_warnings",
    ]
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it pushes a manager that it has just made."""
    found = registered(node, context)
    if found is None or found.role not in EXITS or not found.bare:
        return
    is_async = _is_async_manager(found.given, context)
    if is_async is None:
        return
    yield context.finding(
        RULE,
        context.source.span(found.given),
        f"`{found.method}` doesn't enter `{quoted(context.source, found.given)}`, it only exits it",
        help_=f"enter it: `{'enter_async_context' if is_async else 'enter_context'}`",
        rewrite=_rewrite(found, place, context, is_async=is_async),
        hazards=_hazards(found, place, context, is_async=is_async),
    )


def _is_async_manager(given: ast.expr, context: Context) -> bool | None:
    """Return whether a new manager is entered by `async with`; None if it isn't surely one."""
    if not isinstance(given, ast.Call):
        return None
    stacks = context.stacks
    scope = stacks.scope_of(given)
    if stacks.names.qualified(given.func, scope) in _ENTERING:
        return False
    definition = stacks.names.definition(given.func, scope)
    definition = definition or method(given.func, scope, stacks)
    if isinstance(definition, _FUNCTIONS):
        home = stacks.bindings.scopes[definition].parent or stacks.bindings.module
        makers = [stacks.names.qualified(d, home) for d in definition.decorator_list]
        return _MAKERS.get(makers[0] or "") if len(makers) == 1 else None
    if isinstance(definition, ast.ClassDef):
        return _entering_class(definition)
    row = resource_of(given, scope, stacks)
    if row is None or row.exit is Exit.NONE or row.kind == "exit stack":
        return None
    return row.is_async


def _entering_class(definition: ast.ClassDef) -> bool | None:
    """Return whether a class enters by `async with`; None where entering does nothing."""
    for node in definition.body:
        if isinstance(node, _FUNCTIONS) and node.name in {"__enter__", "__aenter__"}:
            work = [s for s in node.body if not isinstance(s, (ast.Return, ast.Pass))]
            code = [s for s in work if not _is_docstring(s)]
            return node.name == "__aenter__" if code else None
    return None


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _rewrite(found: Registration, place: Place, context: Context, *, is_async: bool) -> Rewrite:
    awaited = is_async or found.kind is Kind.NEUTRAL
    method = "enter_async_context" if is_async and found.kind is Kind.ASYNC else "enter_context"
    given: Expression = Piece(context.source.span(found.given))
    new: Expression = call_of(method_of(found, method, context), [("", given)])
    if awaited:
        bare = isinstance(place.node, ast.Expr) or _is_assigned(found.call, place)
        new = Template("await $0" if bare else "(await $0)", (new,))
    return swap(found.call, new, place, context)


def _is_assigned(call: ast.Call, place: Place) -> bool:
    return isinstance(place.node, (ast.Assign, ast.AnnAssign)) and place.node.value is call


def _hazards(
    found: Registration, place: Place, context: Context, *, is_async: bool
) -> tuple[Hazard, ...]:
    span = context.source.span(found.call)
    hazards = [Hazard("intent", "the manager is entered, too", span)]
    hazards.extend(swap_hazards(found.call, place, context))
    if is_async and found.kind is Kind.SYNC:
        text = "an ExitStack can't enter an asynchronous manager"
        hazards.append(Hazard("no-rewrite", text, span, forbids=True))
    frame = context.stacks.parents.frame(found.call)
    awaited = is_async or found.kind is Kind.NEUTRAL
    if awaited and not isinstance(frame, ast.AsyncFunctionDef):
        hazards.append(Hazard("no-rewrite", "`await` isn't possible here", span, forbids=True))
    return tuple(hazards)


RULE = Rule(
    code="XIT510",
    name="push-for-enter",
    summary="`stack.push(open(p))`: exit without enter",
    check=check,
    nodes=(ast.Call,),
    trigger=re.compile(rb"\.push(?:_async_exit)?\("),
    module=__name__,
)
