"""A working directory that is left before a `try` and gone back to in its `finally`.

## What it does

Finds `os.getcwd()` saved under a name, `os.chdir(path)`, and a `finally` that only goes back.

## Why

`contextlib.chdir` says it in one line and can't be torn apart.

## Before

```python
import os


def build(tree):
    here = os.getcwd()
    os.chdir(tree)
    try:
        compile_all()
    finally:
        os.chdir(here)
```

## After

```python
import os
from contextlib import chdir


def build(tree):
    with chdir(tree):
        compile_all()
```

## Fix safety

Safe where the path is a name or a constant. `contextlib.chdir` needs Python 3.11; for older targets
there is no finding (unless `runtime` names our own). Unsafe:

- `early-evaluation`: what makes the path runs before `os.getcwd()` now; and so does what stands
  between the two calls.
- `intent`: `os.chdir(path)` stands in the `try`: when it fails, the old code goes back although it
  never left.
- `runs-more`: something that can fail stands between the change and the `try`.
- `rebound-name`, `public-name`, `pragma-moved`: as in XIT207.

There is no fix where the name that holds the old directory is used elsewhere, and none in
generators and coroutines that give way in the block: the working directory is one for the whole
process, and the documentation of `contextlib.chdir` warns of just that.

## When not to use

Where threads depend on the working directory. But then the code has that problem already.

## References

The documentation of `contextlib.chdir`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Position, Span
from lint_exitstack.model.rewrite import Item, Piece, Template
from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.try_finally.planning.saving import Kind, Saving, Step, find
from lint_exitstack.rules.try_finally.reading.acquisition import is_silent
from lint_exitstack.rules.try_finally.reading.managing import offers
from lint_exitstack.rules.try_finally.reading.untouchable import is_untouchable
from lint_exitstack.semantics.flow import awaits, yields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place

_CWD = "the working directory"


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the `try` at `place` if its `finally` only goes back to the old directory."""
    saving = saving_of(node, place, context) if isinstance(node, ast.Try) else None
    if saving is None or is_untouchable(saving.node, saving.node.finalbody, place, context):
        return
    value = saving.swaps[0].set.value
    if value is None:
        return
    way = context.imports.way("chdir", saving.scope, saving.node)
    start = context.source.start(saving.node)
    yield context.finding(
        RULE,
        Span(start, Position(start.line, start.column + len("try:"))),
        "the working directory is changed and restored by hand",
        help_=f"with {way.expression}({' '.join(context.source.segment(value).split())}):",
        rewrite=saving.wrapping.rewrite(
            [Item(Template(f"{way.expression}($0)", (Piece(context.source.span(value)),)))],
            () if way.need is None else (way.need,),
        ),
        hazards=(
            *saving.wrapping.hazards(),
            *way.hazards,
            *saving.hazards(),
            *_hazards(saving, value, context),
        ),
        noqa_line=saving.node.finalbody[0].lineno,
    )


def saving_of(node: ast.Try, place: Place, context: Context) -> Saving | None:
    """Return the directory that the `finally` of `node` goes back to, if it was left before."""
    if len(node.finalbody) != 1 or not offers(context, (3, 11)):
        return None
    restores = _read(node.finalbody[0], place, context)
    if [step.kind for step in restores] != [Kind.RESTORE]:
        return None
    return find(restores, node, place, context, _read, change_fails=True)


def _read(statement: ast.stmt, place: Place, context: Context) -> list[Step]:
    """Return what a statement does with the working directory."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=[], keywords=[]) as call):
            if context.qualified(call.func, place) == "os.getcwd":
                return [Step(Kind.SAVE, _CWD, statement, name)]
        case ast.Expr(value=ast.Call(args=[path], keywords=[]) as call):
            if context.qualified(call.func, place) != "os.chdir":
                return []
            final = statement in getattr(place.node, "finalbody", ())
            if final and isinstance(path, ast.Name):
                return [Step(Kind.RESTORE, _CWD, statement, path.id)]
            if not isinstance(path, ast.Starred):
                return [Step(Kind.SET, _CWD, statement, value=path)]
    return []


def _hazards(saving: Saving, value: ast.expr, context: Context) -> Iterator[Hazard]:
    span = context.source.span(value)
    node, save = saving.node, saving.swaps[0].save
    if yields(node.body) or awaits(node.body):
        message = "others run in the same directory while the block gives way"
        yield Hazard("no-rewrite", message, span, forbids=True)
    attribute = isinstance(value, ast.Attribute) and context.qualified(value, saving.place)
    if not isinstance(value, (ast.Name, ast.Constant)) and not attribute:
        text = " ".join(context.source.segment(value).split())
        yield Hazard("early-evaluation", f"`{text}` is evaluated before `os.getcwd()`", span)
    if isinstance(value, ast.Name) and value.id == save.name:
        yield Hazard("no-rewrite", "it goes where it is already", span, forbids=True)
    for statement in saving.before_sets():
        if save.name not in saving.read_elsewhere and not _is_silent(statement, saving, context):
            message = f"line {statement.lineno} runs before `os.getcwd()`"
            yield Hazard("early-evaluation", message, context.source.span(statement))
            break
    if saving.sets[0] in node.body:
        message = "if the change fails, the old code goes back though it never left"
        yield Hazard("intent", message, span)
    if save.name in saving.read_elsewhere:
        message = f"`{save.name}` is used elsewhere, too"
        yield Hazard("no-rewrite", message, context.source.span(save.statement), forbids=True)


def _is_silent(statement: ast.stmt, saving: Saving, context: Context) -> bool:
    return is_silent(statement, saving.place, context)


RULE = Rule(
    code="XIT208",
    name="finally-chdir",
    summary="the working directory changed before a `try` and restored in its `finally`",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\bchdir\b"),
    module=__name__,
)
