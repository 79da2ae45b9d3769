"""A suppression comment that can't have the effect it was written for.

## What it does

Reports `# exitstack:` comments whose order is misspelt, that name no rule, and that name a rule
which doesn't exist; likewise `# noqa` comments with an unknown code that begins with XIT.

## Why

A comment that is silently without effect looks like one that works. The finding comes back later,
for somebody who doesn't know why.

## Before

```python
with open(path) as file:  # exitstack: ignore XIT101
    with open(other) as copy:
        copy.write(file.read())
```

## After

```python
with open(path) as file:  # exitstack: ignore[XIT101]
    with open(other) as copy:
        copy.write(file.read())
```

## Fix safety

There is no automatic fix: only its author knows which rule was meant.

## When not to use

Always worth having on.

## References

The same idea elsewhere: ruff's RUF102 to RUF104.
"""

from __future__ import annotations

from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.rules.the_file import NOWHERE, listens_to_nothing

RULE = Rule(
    code="XIT002",
    name="broken-suppression",
    summary="suppression comments that are misspelt or name no existing rule",
    check=listens_to_nothing,
    nodes=(),
    trigger=NOWHERE,
    module=__name__,
    fix=Fix.NEVER,
)
