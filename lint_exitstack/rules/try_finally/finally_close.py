"""An object that is closed by hand in a `finally`.

## What it does

Finds a `try` whose `finally` does nothing but close one object, and says it with a `with`:

- `with open(path) as file:` where the resource catalogue knows that leaving the `with` does what
  the call does by hand;
- `with closing(connect()) as link:` where it doesn't, for anything that has a `close`;
- `async with aclosing(...)` for an awaited `aclose`;
- a callback on an exit stack where the name means another object by the time of the cleanup, and
  for an awaited `close`, for which there is no ready manager.

Handlers and an `else` stay as a `try` inside the `with`: they always ran before the cleanup. A
`with` right around it, or right inside of it, shares its header, as XIT101 would have it.

## Why

The `with` says in one line what is open and for how long; the `finally` says it at the far end of
the block. And what stands between the acquisition and the `try` is no longer a gap in which an
exception leaks the resource.

## Before

```python
import socket


def ask(address):
    link = dial(address)
    try:
        link.send(b"?")
        return link.receive()
    finally:
        link.close()


def listen(address):
    server = socket.create_server(address)
    # one at a time
    server.listen(1)
    try:
        return server.accept()
    finally:
        server.close()
```

## After

```python
import socket
from contextlib import closing


def ask(address):
    with closing(dial(address)) as link:
        link.send(b"?")
        return link.receive()


def listen(address):
    with socket.create_server(address) as server:
        # one at a time
        server.listen(1)
        return server.accept()
```

## Fix safety

Safe where the acquisition stands directly before the `try`, or only statements between them that
can't raise, and nothing gives the name another object. Otherwise:

- `runs-more`: something that can fail stands between the acquisition and the `try`. It moves into
  the `with`, and then its failure closes the resource, too; the old code leaked it.
- `rebound-name`: the name may mean another object at exit: an attribute, or a name of the module
  that other functions change. The old code closed the new object, `closing` closes the one it was
  given. Where the body itself binds the name again, or a function inside that captures it, the fix
  is a callback that looks at the name on exit.
- `early-evaluation`: the name is looked up before the body; that it has a value then isn't known.
- `exit-chain` for the exit stacks; gone with `runtime = "lint_exitstack.runtime"`.
- `pragma-moved`: a pragma comment in the `finally` goes.

A resource whose exit does something else than the call (`sqlite3.connect`, `tarfile.open`,
`subprocess.Popen`) gets `closing`, and so do callables that the file itself patches: doubles need
not be context managers.

Not reported: the `try` around the `yield` of a `@contextmanager` function or a fixture, `__del__`,
`except*`, a `finally` that returns, jumps, or deals with `sys.exc_info()`, an object that is
acquired inside the `try`.

## When not to use

Where the tests of a project count on `close` being called on an object without `__enter__`, keep
the resource out of the catalogue: `closing` calls nothing else.

## References

The documentation of `contextlib.closing`; pylint's consider-using-with.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.rule import Rule
from lint_exitstack.rules.try_finally.planning.closings import closing_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report the `try` at `place` if its `finally` only closes one object."""
    plan = closing_of(node, place, context) if isinstance(node, ast.Try) else None
    if plan is None:
        return
    rewrite, hazards = plan.plan()
    yield context.finding(
        RULE,
        plan.span,
        f"`{plan.acquired.subject}` is closed by hand in a `finally`",
        help_=plan.help,
        rewrite=rewrite,
        hazards=hazards,
        noqa_line=plan.node.finalbody[0].lineno,
    )


RULE = Rule(
    code="XIT201",
    name="finally-close",
    summary="an object closed by hand in a `finally`",
    check=check,
    nodes=(ast.Try,),
    trigger=re.compile(rb"\bfinally\b"),
    module=__name__,
)
