"""A file that isn't Python to the parser of the running interpreter.

## What it does

Reports the parser's message and the place it names. The other files are checked all the same.

## Why

Nothing in the file could be checked. Saying nothing would look like a clean result.

## Before

```text
with open(path) as file
    return file.read()
```

## After

```text
with open(path) as file:
    return file.read()
```

## Fix safety

There is no automatic fix.

## When not to use

For files that are broken on purpose, such as the fixtures of a parser: exclude them, or list this
rule for them in `per-file-ignores`. `--select` can't leave it out. If the file is correct for a
newer Python, run the tool with that one.

## References

The grammar of the running Python: `python -m py_compile FILE` says the same.
"""

from __future__ import annotations

from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.rules.the_file import NOWHERE, listens_to_nothing

RULE = Rule(
    code="XIT901",
    name="syntax-error",
    summary="files that can't be parsed",
    check=listens_to_nothing,
    nodes=(),
    trigger=NOWHERE,
    module=__name__,
    fix=Fix.NEVER,
)
