"""A file that is opened and closed by nobody.

## What it does

Looks for `open(path).read()`, `json.load(open(path))`, `for line in open(path)` and the like: the
file is used on the spot, nobody holds it afterwards, and nobody closes it.

Looks, too, for files that something holds and nothing closes, where all that happens to them is in
sight:

- a variable of a function that only reads or writes the file, or that gets another one before the
  first is closed;
- an attribute `self._file` that no method of the class closes or gives to others, and any attribute
  that `__enter__` or `__aenter__` opens and no method closes;
- `yield open(path)` in a `@contextmanager` function.

## Why

When the file is closed is up to the garbage collector. CPython does it at once and complains with a
ResourceWarning; elsewhere it stays open, and what was written may not reach the disk.

## Before

```python
import json


def load(path):
    return json.load(open(path))
```

## After

```python
import json


def load(path):
    with open(path) as file:
        return json.load(file)
```

## Fix safety

Unsafe (`intent`): that it is closed is the point. `early-evaluation` where something else in the
statement ran before the file was opened. No fix inside lambdas, comprehensions and conditions. What
a variable holds is closed behind the last statement that needs it, if all of them stand beside the
one that opens it; otherwise there is no fix, nor for attributes.

## When not to use

In short scripts. `open(path, "w").close()` makes a file and isn't reported; neither is what is
returned, stored, or handed to a function that isn't known to be done with it when it returns.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it has 115 findings; 90
read by eye, 90 true (100 %). In fresh code, 24 of 24 findings read were true (100 %) in 9.3 million
lines of 58 released packages; then 14 of 14 findings read were true (100 %) in 10.2 million lines
of 67 released packages.

## References

CWE-772. ruff's SIM115 misses `json.load(open(path))` and `[line for line in open(path)]`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.rules.lifetimes.enclosing import Enclosing
from lint_exitstack.rules.lifetimes.kept_open import is_kept, needed_by, why_open
from lint_exitstack.rules.lifetimes.opened import USES, is_kept_long, is_replaced, wraps
from lint_exitstack.rules.lifetimes.scoping import Scoping
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.rules.wording import quoted
from lint_exitstack.semantics.ownership import CONSUMERS, VIEWING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.semantics.resource import Resource

# Of other kinds of resources some end by themselves when they are used up.
_KINDS = frozenset({"file", "archive", "shelf"})
_LAST_WORDS = frozenset(name.rpartition(".")[2] for name in CONSUMERS | VIEWING)
_LOOPS = (ast.For, ast.ListComp, ast.SetComp, ast.DictComp)


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the resource that `node` uses and that nobody closes."""
    yield from _kept(node, place, context)
    call = _used(node, place, context)
    if call is None:
        return
    row = _row(call, place, context)
    if row is None:
        return
    plan = Enclosing(call, row, place, context)
    yield context.finding(
        RULE,
        context.source.span(call),
        f"nobody closes what `{quoted(context.source, call)}` opens",
        help_=plan.help,
        rewrite=plan.rewrite(),
        hazards=plan.hazards(),
        noqa_line=place.node.end_lineno or place.node.lineno,
    )


def _row(call: ast.Call, place: Place, context: Context) -> Resource | None:
    """Return the row of what `call` opens, if that needs to be closed."""
    row = context.acquisitions.resource(call, context.scope(place))
    if row is None or is_kept_long(row) or row.kind not in _KINDS:
        return None
    theirs = wraps(call, row, place, context) or is_replaced(call, place)
    return None if theirs else row


def _kept(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report what `node` opens and its statement keeps, where nothing closes it."""
    if not isinstance(node, ast.Call) or not is_kept(node, place):
        return
    row = _row(node, place, context)
    why = None if row is None else why_open(row, place, context)
    if row is None or why is None:
        return
    message = f"`{quoted(context.source, node)}` stays open: {why}"
    span = context.source.span(node)
    line = place.node.end_lineno or place.node.lineno
    needed = needed_by(place, context)
    if needed is None:
        text = "how long it's needed isn't plain to see"
        unsure = Hazard("no-rewrite", text, span, forbids=True)
        remedy = f"close it, with `with` if possible: `{row.closes[0]}()`"
        yield context.finding(RULE, span, message, help_=remedy, hazards=(unsure,), noqa_line=line)
        return
    found, between = needed
    plan = Scoping(found, between, None, row.closes[0], place, context)
    yield context.finding(
        RULE,
        span,
        message,
        help_=plan.help,
        rewrite=plan.rewrite(),
        hazards=plan.hazards(),
        noqa_line=line,
    )


def _used(node: ast.AST, place: Place, context: Context) -> ast.Call | None:
    """Return the call whose result `node` uses up."""
    if isinstance(node, _LOOPS):
        source = node.iter if isinstance(node, ast.For) else node.generators[0].iter
        return _made(source, place, context)
    if not isinstance(node, ast.Call):
        return None
    func = node.func
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Call):
        return func.value if func.attr in USES else None
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    calls = [argument for argument in given if isinstance(argument, ast.Call)]
    if calls and _ends(func) and context.qualified(func, place) in CONSUMERS:
        for argument in calls:
            found = _made(argument, place, context)
            if found is not None:
                return found
    return None


def _made(source: ast.expr, place: Place, context: Context) -> ast.Call | None:
    """Return the call behind `enumerate(…)`, `csv.reader(…)` and the like."""
    while isinstance(source, ast.Call) and _ends(source.func) and source.args:
        if context.qualified(source.func, place) not in VIEWING:
            break
        inner = [argument for argument in source.args if isinstance(argument, ast.Call)]
        if not inner:
            return None
        source = inner[0]
    return source if isinstance(source, ast.Call) else None


def _ends(func: ast.expr) -> bool:
    """Whether a callee may be one of the known functions, by its last word."""
    if isinstance(func, ast.Attribute):
        return func.attr in _LAST_WORDS
    return isinstance(func, ast.Name) and func.id in _LAST_WORDS


RULE = Rule(
    code="XIT602",
    name="unclosed-open",
    summary="a file that is opened and closed by nobody",
    check=check,
    nodes=(ast.Call, *_LOOPS),
    trigger=re.compile(rb"open|File|Reader|Writer|makefile"),
    module=__name__,
    fix=Fix.SOMETIMES,
)
