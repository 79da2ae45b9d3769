"""A `try` around imports whose handlers do nothing.

## What it does

The same as XIT301, for a body that imports something.

## Why

An optional import under `suppress` is two lines instead of four.

## Before

```python
try:
    import readline
except ImportError:
    pass
```

## After

```python
from contextlib import suppress

with suppress(ImportError):
    import readline
```

## Fix safety

Unsafe: importing a module runs whatever stands in it (`exception-group`), and names that the
import binds are mostly read later (`read-later`).

## When not to use

Off by default: type checkers and packagers recognise optional imports by the `try` form, and not
by this one.

## References

The documentation of `contextlib.suppress`.
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
    """Report the `try` at `place` if it only ignores what an import raises."""
    found = candidate(place, context)
    if found is not None and found.kind is Kind.IMPORT:
        yield report(RULE, found, context)


RULE = Rule(
    code="XIT303",
    name="suppressible-import",
    summary="`try/except: pass` around imports",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\bexcept\b"),
    module=__name__,
    default=False,
)
