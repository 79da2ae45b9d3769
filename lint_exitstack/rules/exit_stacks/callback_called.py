"""A cleanup that is called where it should be registered.

## What it does

Finds `stack.callback(f())` where the result of `f()` surely isn't what shall be called later: `f`
is a function of the module that returns nothing or is `async`, a function of the standard library
that returns None, or a method that closes things (`close`, `release`, `shutdown` …). The same for
`push_async_callback`, `addCleanup`, `atexit.register`, `weakref.finalize` and pytest's
`request.addfinalizer`.

## Why

The cleanup runs at once, while the resource is still needed, and its result is registered instead.
When the stack is closed, calling that result raises TypeError.

## Before

```python
import shutil
from contextlib import ExitStack


def unpack(archive, folder):
    with ExitStack() as stack:
        stack.callback(shutil.rmtree(folder, ignore_errors=True))
        archive.extractall(folder)
```

## After

```python
import shutil
from contextlib import ExitStack


def unpack(archive, folder):
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        archive.extractall(folder)
```

## Fix safety

Unsafe (`intent`): the cleanup runs later than before, which is the point.

## When not to use

Always worth having on. A call of anything else isn't reported: it may make the function that is
registered.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it found nothing: no
false alarm, and no proof of more than that. In fresh code it found nothing. Of 50 right uses in
real code that `benchmarks/mutations.py` makes wrong, it finds 41.

## References

The documentation of `contextlib.ExitStack.callback`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Piece
from lint_exitstack.rules.exit_stacks.calls import (
    arguments,
    call_of,
    method_of,
    registered,
    swap,
    swap_hazards,
)
from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.wording import quoted
from lint_exitstack.semantics.callables import Gives, definition, gives
from lint_exitstack.semantics.registrations import CALLBACKS, Role
from lint_exitstack.semantics.stacks import Kind
from lint_exitstack.semantics.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.rewrite import Expression, Rewrite
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.registrations import Registration

# Whatever the object: a call of these without arguments is the cleanup, never a factory of one.
_CLEANUPS = words(
    """
    aclose cancel cleanup close detach disconnect kill release restore rmdir server_close shutdown
    stop terminate undo uninstall unlink unlock unregister
    """
)
# A context variable is given its token back.
_WITH_ARGUMENT = frozenset({"reset"})


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it registers the result of a cleanup."""
    found = registered(node, context)
    if found is None or found.role not in CALLBACKS or not found.bare:
        return
    given = found.given
    call = given.value if isinstance(given, ast.Await) else given
    if not isinstance(call, ast.Call) or not _is_cleanup(call, context):
        return
    yield context.finding(
        RULE,
        context.source.span(given),
        f"`{quoted(context.source, given)}` is called here and now; its result is registered",
        help_=f"{_method(found, call, context)}({_inner(found, call, context)})",
        rewrite=_rewrite(found, call, place, context),
        hazards=_hazards(found, call, place, context),
    )


def _is_cleanup(call: ast.Call, context: Context) -> bool:
    func = call.func
    if isinstance(func, ast.Lambda):
        return False
    scope = context.stacks.scope_of(call)
    if isinstance(func, ast.Attribute) and definition(func, scope, context.stacks) is None:
        known = _WITH_ARGUMENT if call.args or call.keywords else _CLEANUPS
        if func.attr.lstrip("_").lower() in known:
            return True
    return gives(func, scope, context.stacks) is not Gives.UNKNOWN


def _inner(found: Registration, call: ast.Call, context: Context) -> str:
    if not found.takes_arguments and (call.args or call.keywords):
        return f"lambda: {' '.join(context.source.segment(call).split())}"
    before = found.call.args[: found.index]
    parts = [context.source.segment(node) for node in (*before, call.func, *call.args)]
    parts += [f"{w.arg}={context.source.segment(w.value)}" for w in call.keywords if w.arg]
    parts += [f"**{context.source.segment(w.value)}" for w in call.keywords if not w.arg]
    return ", ".join(" ".join(part.split()) for part in parts)


def _rewrite(found: Registration, call: ast.Call, place: Place, context: Context) -> Rewrite:
    func: tuple[str, Expression] = ("", Piece(context.source.span(call.func)))
    before = arguments(found.call.args[: found.index], (), context)
    given = [*before, func, *arguments(call.args, call.keywords, context)]
    new = call_of(method_of(found, _method(found, call, context), context), given)
    return swap(found.call, new, place, context)


def _method(found: Registration, call: ast.Call, context: Context) -> str:
    changes = found.kind is Kind.ASYNC and _is_awaited(found, call, context)
    return "push_async_callback" if changes else found.method


def _is_awaited(found: Registration, call: ast.Call, context: Context) -> bool:
    scope = context.stacks.scope_of(call)
    gives_coroutine = gives(call.func, scope, context.stacks) is Gives.COROUTINE
    return gives_coroutine or isinstance(found.given, ast.Await)


def _hazards(
    found: Registration, call: ast.Call, place: Place, context: Context
) -> tuple[Hazard, ...]:
    span = context.source.span(call)
    hazards = [Hazard("intent", "the cleanup runs at the end, no longer here", span)]
    hazards.extend(swap_hazards(found.call, place, context))
    can_wait = found.role is Role.ASYNC_CALLBACK or (found.kind and found.kind.is_async)
    if not can_wait and _is_awaited(found, call, context):
        text = "nobody here can wait for a coroutine"
        hazards.append(Hazard("no-rewrite", text, span, forbids=True))
    if not found.takes_arguments and (call.args or call.keywords):
        text = f"`{found.method}` passes no arguments on"
        hazards.append(Hazard("no-rewrite", text, span, forbids=True))
    return tuple(hazards)


RULE = Rule(
    code="XIT501",
    name="callback-called",
    summary="`stack.callback(f())`",
    check=check,
    nodes=(ast.Call,),
    trigger=re.compile(rb"callback\(|Cleanup\(|\bregister\(|\bfinalize\(|addfinalizer\("),
    module=__name__,
)
