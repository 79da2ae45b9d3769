"""A `with` whose only statement is another `with`.

## What it does

Finds chains of `with` (or of `async with`) statements in which each is the only statement of the
one before, and merges their headers. The header stays on one line where it fits; otherwise it is
put in parentheses with one item a line, which keeps every comment beside the item that it speaks
about.

## Why

Each level of nesting costs an indentation and says nothing: managers in one header are entered
from left to right and left from right to left, exactly as nested ones are.

## Before

```python
def copy(path, other):
    with open(path) as source:
        # keep the old copy readable until the new one is complete
        with open(other, "w") as target:
            target.write(source.read())
```

## After

```python
def copy(path, other):
    with (
        open(path) as source,
        # keep the old copy readable until the new one is complete
        open(other, "w") as target,
    ):
        target.write(source.read())
```

## Fix safety

The language defines a header with several items as nested statements, so the fix is safe. It is
unsafe where a pragma comment would end up on another line than the code that it speaks about
(`pragma-moved`). More than `max-with-items` items become an exit stack instead of a long header,
with the hazards of XIT102.

Long headers and comments need parentheses, which Python has from 3.10 (3.9 takes them too; they
are used for it where the file has some already or `parenthesized-39` is set). For older targets
headers that don't fit on a line aren't reported.

Fixes of other rules that make a `with` give it at once the header that this rule would give it a
round later: together with the `with` whose only statement it is, and with the one that is its own
only statement. That holds whether this rule is selected or not. Where it is ignored (`ignore`,
`per-file-ignores`, a comment on the line), and where the merge wouldn't be safe, they stay nested.

## When not to use

Where a nest says something to its readers. Timeouts and cancel scopes are exempt by default
(`exempt-contexts`), and so are `pytest.raises`, `assertRaises` and the like as the innermost
manager of a single statement.

## References

The language reference on the `with` statement; PEP 617 for parenthesised headers. ruff's SIM117
finds the same chains, but refuses those with comments and those beyond the line length.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.nested_with.contexts import WITHS
from lint_exitstack.rules.nested_with.merging import Merge
from lint_exitstack.rules.nested_with.sharing import chain_from, continues_a_chain, inner_of
from lint_exitstack.rules.nested_with.stacking import Stacking, Step
from lint_exitstack.rules.rule import Fix, Rule

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.nested_with.contexts import With


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the chain that starts at `node`."""
    if not isinstance(node, WITHS) or inner_of(node) is None:
        return
    if continues_a_chain(place, context):
        return
    chain = chain_from(node, place, context)
    if len(chain) < 2:
        return
    merge = Merge(context, chain)
    message = f"{len(chain)} nested `with` statements can be one"
    count = sum(len(part.items) for part in chain)
    if count > context.settings.max_with_items:
        yield _stacked(chain, place, context, merge, message)
    elif merge.header.layout is not None:
        yield context.finding(
            RULE,
            merge.span,
            message,
            help_=merge.header.help,
            rewrite=merge.rewrite(),
            hazards=merge.hazards(),
            noqa_line=merge.span.end.line,
        )


def _stacked(
    chain: list[With], place: Place, context: Context, merge: Merge, message: str
) -> Finding:
    stacking = Stacking(context, place, [Step(part) for part in chain])
    rewrite, hazards = stacking.plan()
    return context.finding(
        RULE,
        merge.span,
        f"{message}; together they are more than {context.settings.max_with_items} managers",
        help_=stacking.help,
        rewrite=rewrite,
        hazards=hazards,
        noqa_line=merge.span.end.line,
    )


RULE = Rule(
    code="XIT101",
    name="collapsible-with",
    summary="nested `with` statements that can share one header",
    check=check,
    nodes=WITHS,
    trigger=re.compile(rb"\bwith\b"),
    module=__name__,
    fix=Fix.SOMETIMES,
)
