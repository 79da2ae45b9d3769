r"""A `with` header that is continued by backslashes.

## What it does

Finds headers whose items are joined by backslashes and puts them in parentheses, one item a line.

## Why

A backslash breaks when anything, even a space, follows it, and it leaves no place for a comment.
Parentheses do the same from Python 3.10 on.

## Before

```python
def compare(old, new):
    with open(old) as before, \
         open(new) as after:
        return before.read() == after.read()
```

## After

```python
def compare(old, new):
    with (
        open(old) as before,
        open(new) as after,
    ):
        return before.read() == after.read()
```

## Fix safety

Safe: only the layout changes. Unsafe where a pragma comment behind the header would end up on
another line (`pragma-moved`).

## When not to use

It says nothing for targets below 3.10 (3.9 where parentheses aren't used yet).

## References

PEP 617. Formatters do this too, if the project's target version is set for them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lint_exitstack.model.rewrite import Layout
from lint_exitstack.rules.nested_with.contexts import WITHS, can_wrap
from lint_exitstack.rules.nested_with.merging import Merge
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.semantics.comments import has_backslash, with_header

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, _place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if backslashes join its header."""
    if not isinstance(node, WITHS):
        return
    header = with_header(context.source, node)
    if not has_backslash(context.source, node, header) or not can_wrap(context):
        return
    merge = Merge(context, [node])
    merge.header.layout = Layout.ROWS
    yield context.finding(
        RULE,
        merge.span,
        "this `with` header is continued by a backslash",
        help_="put the items in parentheses, one a line",
        rewrite=merge.rewrite(),
        hazards=merge.hazards(),
        noqa_line=merge.span.end.line,
    )


RULE = Rule(
    code="XIT104",
    name="with-backslash",
    summary="a `with` header continued by backslashes",
    check=check,
    nodes=WITHS,
    trigger=re.compile(rb"\bwith\b[^\r\n]*\\[\r\n]"),
    module=__name__,
    fix=Fix.SOMETIMES,
)
