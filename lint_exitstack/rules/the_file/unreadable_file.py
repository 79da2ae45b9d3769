"""A file whose text can't be read.

## What it does

Reports a file that can't be opened, that isn't text in the encoding it declares (PEP 263; UTF-8
where it declares none), or that holds null bytes. The other files are checked all the same.

## Why

Nothing in the file could be checked. Saying nothing would look like a clean result.

## Before

```text
# a file saved as Latin-1 that doesn't say so
name = "Zoë"
```

## After

```text
# coding: latin-1
name = "Zoë"
```

## Fix safety

There is no automatic fix: which encoding was meant can't be told from the bytes.

## When not to use

For files that are broken on purpose: exclude them, or list this rule for them in
`per-file-ignores`. `--select` can't leave it out.

## References

[PEP 263](https://peps.python.org/pep-0263/): defining Python source code encodings.
"""

from __future__ import annotations

from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.rules.the_file import NOWHERE, listens_to_nothing

RULE = Rule(
    code="XIT902",
    name="unreadable-file",
    summary="files that can't be read or decoded",
    check=listens_to_nothing,
    nodes=(),
    trigger=NOWHERE,
    module=__name__,
    fix=Fix.NEVER,
)
