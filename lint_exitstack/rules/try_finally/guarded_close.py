"""An object acquired inside a `try`, and closed in its `finally` if there is one.

## What it does

Finds `x = None` before a `try` that acquires `x`, and whose `finally` closes it under
`if x is not None:` or `if x:`. Without handlers that is a plain `with`: what stands before the
acquisition stays in front of it. Where the `try` has handlers they must see a failing acquisition,
too, and run before the cleanup: then the object is entered on an exit stack around them.

A guard around the cleanup of what was acquired before the `try` is found as well.

## Why

`None` and the guard are there for one case only: the acquisition that fails. A `with` has no such
case, since it begins when the acquisition has succeeded.

## Before

```python
def first_line(path):
    source = None
    try:
        source = open(path)
        return source.readline()
    finally:
        if source is not None:
            source.close()


def checked(path):
    source = None
    try:
        source = open(path)
        return parse(source)
    except OSError as error:
        report(error)
    finally:
        if source:
            source.close()
```

## After

```python
from contextlib import ExitStack


def first_line(path):
    with open(path) as source:
        return source.readline()


def checked(path):
    with ExitStack() as stack:
        try:
            source = stack.enter_context(open(path))
            return parse(source)
        except OSError as error:
            report(error)
```

## Fix safety

Safe where what is called surely gives an object: a class, or a resource of the catalogue. The
assignment of `None` stays if somebody may still read it. Unsafe:

- `runs-more`: the call may return None (or something empty, for `if x:`), which the guard left
  alone.
- `rebound-name`: other functions change the name.
- `exit-chain` for the exit stacks; gone with `runtime = "lint_exitstack.runtime"`.
- `pragma-moved`: a pragma comment in the `finally` goes.

There is no fix where the body gives the name another value (`x = None` after it was closed): the
guard asks for what the name means then.

## When not to use

Where the acquisition is optional in itself; such code is not reported.

## References

The documentation of `contextlib.closing` and of `contextlib.ExitStack`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.try_finally.acquisition import Origin, acquisition
from lint_exitstack.rules.try_finally.cleanup import release_of
from lint_exitstack.rules.try_finally.closings import Closing
from lint_exitstack.rules.try_finally.guards import guard_hazards, mentions, needs_none
from lint_exitstack.rules.try_finally.handled import Handled
from lint_exitstack.rules.try_finally.untouchable import is_untouchable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.acquisition import Acquisition
    from lint_exitstack.rules.try_finally.cleanup import Release


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the `try` at `place` if its `finally` only closes one object, if there is one."""
    if not isinstance(node, ast.Try) or len(node.finalbody) != 1:
        return
    release = release_of(node.finalbody[0])
    if release is None or release.guard is None or release.has_arguments:
        return
    if not release.guards_itself or not isinstance(release.receiver, ast.Name):
        return
    acquired = acquisition(release.receiver, place, context)
    if acquired is None or not _is_ours(acquired):
        return
    keeps_none = needs_none(acquired, node, place, context)
    closing = Closing(node, release, acquired, place, context, keeps_none=keeps_none)
    if closing.form is None or is_untouchable(node, node.finalbody, place, context):
        return
    handled = acquired.origin is Origin.INSIDE and bool(node.handlers)
    plan = Handled(closing) if handled else closing
    rewrite, hazards = plan.plan()
    yield context.finding(
        RULE,
        closing.span,
        f"`{acquired.subject}` is closed by hand in a `finally`, if there is one",
        help_=plan.help,
        rewrite=rewrite,
        hazards=(*hazards, *_more_hazards(release, acquired, closing, place, context)),
        noqa_line=node.finalbody[0].lineno,
    )


def _is_ours(acquired: Acquisition) -> bool:
    """Whether one statement acquires the object, and nothing asks for it before."""
    value = acquired.value
    call = value.value if isinstance(value, ast.Await) else value
    if not isinstance(acquired.statement, ast.Assign) or not isinstance(call, ast.Call):
        return False
    if acquired.origin is Origin.INSIDE:
        return not mentions(acquired.subject, (*acquired.between, *acquired.gap))
    return acquired.origin is Origin.BEFORE


def _more_hazards(
    release: Release, acquired: Acquisition, closing: Closing, place: Place, context: Context
) -> Iterator[Hazard]:
    if release.guard is not None and acquired.value is not None:
        yield from guard_hazards(release.guard, acquired.value, place, context)
    event = closing.rebound
    if event is not None:
        message = f"`{event.name}` is {event.act.value} again on line {event.line}"
        text = f"{message}, and the guard asks what it is then"
        yield Hazard("no-rewrite", text, context.source.span(release.receiver), forbids=True)


RULE = Rule(
    code="XIT202",
    name="guarded-close",
    summary="an object acquired in a `try` and closed in its `finally` if there is one",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\bfinally\b"),
    module=__name__,
)
