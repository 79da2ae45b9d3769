"""A `try` whose handlers do nothing.

## What it does

Finds `try` statements whose handlers all consist of `pass` (or `...`), without `else` and
`finally`, and turns them into `with suppress(...)`. A comment in the handler goes above the `with`:
it says why the exception is ignored.

## Why

Four lines become two, and the first one says what happens: these exceptions are ignored here.

## Before

```python
import os


def forget(stamp):
    try:
        os.remove(stamp)
    except FileNotFoundError:
        pass  # another process was faster
```

## After

```python
import os
from contextlib import suppress


def forget(stamp):
    # another process was faster
    with suppress(FileNotFoundError):
        os.remove(stamp)
```

## Fix safety

Safe where both forms are known to do the same. Otherwise the finding names what may differ:

- `exception-group`: from Python 3.12 `suppress` also takes matching members out of exception
  groups, and `except` doesn't. Plain functions of the standard library are known to raise none;
  attributes, subscripts and operators are taken not to.
- `early-evaluation`: the exception classes are evaluated before the body instead of on an error.
  There is no fix where the body itself binds one of their names.
- `subclass-hook`: `suppress` honours the `__subclasscheck__` of a class, `except` doesn't.
- `read-later`: `except E as e` unbinds `e`, which is used elsewhere; or the body binds a name that
  is read later, which checkers then judge otherwise.
- `pragma-moved`: a pragma comment stood on a line that goes.

Not reported: bodies that return or raise or end in a jump (checkers then misjudge what follows),
handlers of GeneratorExit and StopIteration in generators, `__del__` (at shutdown `suppress` itself
may be gone), `except*`.

`suppress` costs 16 to 31 times a `try` that catches nothing, a few hundred nanoseconds: that's why
loops have a code of their own, XIT302.

## When not to use

Where every nanosecond counts, or where the team finds `try/except/pass` plainer.

## References

The documentation of `contextlib.suppress`. ruff's SIM105 finds bodies of one statement.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.suppressing.candidate import Kind, candidate
from lint_exitstack.rules.suppressing.report import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(_node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the `try` at `place` if it only ignores, outside of loops."""
    found = candidate(place, context)
    if found is not None and found.kind is Kind.PLAIN:
        yield report(RULE, found, context)


RULE = Rule(
    code="XIT301",
    name="suppressible",
    summary="`try/except: pass`",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\bexcept\b"),
    module=__name__,
)
