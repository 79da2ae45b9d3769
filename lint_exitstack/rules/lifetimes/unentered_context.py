"""A context manager that is made and thrown away.

## What it does

Looks for statements that are nothing but a call that makes a context manager: `suppress(KeyError)`,
`redirect_stdout(stream)`, `pytest.raises(ValueError)`, `self.assertRaises(ValueError)`, or a
function of the module under `@contextmanager`.

## Why

Without `with` nothing happens: nothing is suppressed, redirected or expected, and the body of the
generator doesn't even start.

## Before

```python
from contextlib import suppress


def forget(cache, key):
    suppress(KeyError)
    cache.remove(key)
```

## After

```python
from contextlib import suppress


def forget(cache, key):
    with suppress(KeyError):
        cache.remove(key)
```

## Fix safety

There is no automatic fix: how much of what follows belongs under the `with` only its author knows.

## When not to use

Calls under `assertRaises` and the like aren't reported: there the call itself is what is tested.
`patch(…).start()` without a `stop()` isn't either: `patch.stopall` may stand in another module.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it has 3 findings; all
read by eye, 3 true (100 %). In fresh code, 4 of 4 findings read were true (100 %) in 9.3 million
lines of 58 released packages; then 2 of 2 findings read were true (100 %) in 10.2 million lines of
67 released packages.

## References

astral-sh/ruff#20462.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.definitions.managers import ASYNC, SYNC, decorated
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.rules.wording import short
from lint_exitstack.semantics.bindings import FUNCTIONS
from lint_exitstack.semantics.flow import WITHS
from lint_exitstack.semantics.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place

# These do nothing at all until they are entered.
_MANAGERS = words(
    """
    contextlib.suppress contextlib.closing contextlib.aclosing contextlib.nullcontext
    contextlib.redirect_stdout contextlib.redirect_stderr contextlib.chdir
    lint_exitstack.runtime.suppress lint_exitstack.runtime.closing lint_exitstack.runtime.aclosing
    lint_exitstack.runtime.nullcontext lint_exitstack.runtime.redirect_stdout
    lint_exitstack.runtime.redirect_stderr lint_exitstack.runtime.chdir
    asyncio.timeout asyncio.timeout_at warnings.catch_warnings decimal.localcontext
    unittest.mock.patch unittest.mock.patch.object unittest.mock.patch.dict
    anyio.fail_after anyio.move_on_after trio.fail_after trio.fail_at trio.move_on_after
    trio.move_on_at
    """
)
# Given something to call, these call it at once.
_EXPECTATIONS = words("pytest.raises pytest.warns pytest.deprecated_call")
_METHODS = words("assertRaises assertRaisesRegex assertWarns assertWarnsRegex subTest assertLogs")
_ENOUGH = {
    "assertRaisesRegex": 3,
    "assertWarnsRegex": 3,
    "subTest": 99,
    "assertLogs": 99,
    "deprecated_call": 1,
}
_LAST_WORDS = {name.rpartition(".")[2] for name in _MANAGERS | _EXPECTATIONS} | _METHODS
_TRIES = (ast.Try, ast.TryStar)


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it throws a context manager away."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not _makes_a_manager(call, place, context):
        return
    if _is_tried_out(place):
        return
    text = " ".join(context.source.segment(call).split())
    yield context.finding(
        RULE,
        context.source.span(call),
        f"`{short(text)}` does nothing: it's a context manager that is never entered",
        help_=f"with {text}:",
        noqa_line=call.end_lineno or call.lineno,
    )


def _makes_a_manager(call: ast.Call, place: Place, context: Context) -> bool:
    func = call.func
    last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    may_be_renamed = isinstance(func, ast.Name) and context.says(b" as ")
    defined_here = context.says(b"contextmanager")
    if last not in _LAST_WORDS and not may_be_renamed and not defined_here:
        return False
    name = context.qualified(func, place)
    if name in _MANAGERS:
        return True
    if name in _EXPECTATIONS:
        return _expects_a_body(call, name.rpartition(".")[2] if name else "")
    if isinstance(func, ast.Attribute):
        owner = func.value
        on_self = isinstance(owner, ast.Name) and owner.id == "self"
        if not on_self or func.attr not in _METHODS or _is_defined(func.attr, context):
            return False
        return _expects_a_body(call, func.attr)
    definition = context.names.definition(func, context.scope(place))
    if not isinstance(definition, FUNCTIONS):
        return False
    return len(definition.decorator_list) == 1 and decorated(
        definition, place, context, SYNC | ASYNC
    )


def _is_defined(method: str, context: Context) -> bool:
    """Whether the module has a method of its own by this name."""
    return context.bindings.mentions(context.bindings.module, method)


def _expects_a_body(call: ast.Call, name: str) -> bool:
    """Whether nothing to call was handed over."""
    unpacked = any(isinstance(argument, ast.Starred) for argument in call.args)
    named = {keyword.arg for keyword in call.keywords}
    given = {None, "func", "callable", "function", "callableObj", "callable_obj"} & named
    return not unpacked and not given and len(call.args) < _ENOUGH.get(name, 2)


def _is_tried_out(place: Place) -> bool:
    """Whether the making itself is what is tested, or what may fail."""
    return any(isinstance(around.node, (*WITHS, *_TRIES)) for around in place.around_in_frame())


RULE = Rule(
    code="XIT606",
    name="unentered-context",
    summary="a context manager that is made and thrown away",
    check=check,
    nodes=(ast.Expr,),
    trigger=re.compile(
        rb"contextmanager|\b(?:suppress|closing|aclosing|nullcontext|redirect_stdout|redirect_stderr"
        rb"|chdir|timeout|timeout_at|catch_warnings|localcontext|patch|object|dict|fail_after|fail_at"
        rb"|move_on_after|move_on_at|raises|warns|deprecated_call|subTest|assert\w+)(?:\(| as )"
    ),
    module=__name__,
    fix=Fix.NEVER,
)
