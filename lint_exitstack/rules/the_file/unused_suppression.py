"""A suppression comment that suppresses nothing.

## What it does

Reports `# exitstack: ignore[…]` comments, and `# noqa` comments with codes of ours, that name a
rule which finds nothing there. A bare `# noqa` and codes of other tools are never reported, nor is
a comment about a rule that is switched off in this run.

## Why

The comment was written about code that has changed since. Left in place, it hides the next finding
that happens to arise on its line, and it misinforms the reader.

## Before

```python
with open(path) as file:  # exitstack: ignore[XIT101] the second one may fail
    return file.read()
```

## After

```python
with open(path) as file:  # the second one may fail
    return file.read()
```

## Fix safety

Always safe: only comments change. Rules that are still of use and the reason stay; there is no fix
where that reason, standing alone, would be an order to another tool.

## When not to use

Where the same file is checked with several configurations whose findings differ. Naming XIT001 in
the comment itself keeps it too.

## References

The same idea elsewhere: ruff's RUF100, mypy's `warn_unused_ignores`.
"""

from __future__ import annotations

from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.the_file import NOWHERE, listens_to_nothing

RULE = Rule(
    code="XIT001",
    name="unused-suppression",
    summary="suppression comments that suppress nothing",
    check=listens_to_nothing,
    nodes=(),
    trigger=NOWHERE,
    module=__name__,
)
