"""A resource that is closed only if nothing goes wrong.

## What it does

Looks for `x = open(...)` and a later `x.close()` in the same block, with statements between that
may raise, and no `try` that closes it then. Only resources that the catalogue knows are reported,
and only where nobody else may have got hold of the object: returned, yielded, stored, captured,
entered or registered for closing, it is somebody else's to close.

## Why

An exception or an early `return` between the two leaves the file open until the garbage collector
comes by: buffers aren't flushed, the lock on the file stays, and elsewhere than in CPython it may
never be closed.

## Before

```python
def head(path):
    source = open(path)
    found = source.read(64)
    source.close()
    return found
```

## After

```python
def head(path):
    with open(path) as source:
        found = source.read(64)
    return found
```

## Fix safety

Unsafe (`runs-more`): that it is closed on errors too is the point. There is no fix where the
lifetime of another resource begins inside and ends outside.

## When not to use

In scripts that end at the first error anyway; a `try` around whose handlers call `sys.exit` or the
like says so, and nothing is reported there. Resources that usually live as long as their owner
(pools, sessions, executors, event loops) aren't reported, nor are locks, processes and progress
bars.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it has 293 findings; 100
read by eye, 97 true (97 %). In fresh code, 27 of 32 findings read were true (84 %) in 9.3 million
lines of 58 released packages; then 26 of 28 findings read were true (93 %) in 10.2 million lines of
67 released packages.

## References

CWE-772. CodeQL's file-not-closed and pylint's R1732 look for more and know less: here
`open(path, "w").close()`, files handed to a stack and files returned stay quiet.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.lifetimes.failures import ends_the_process, is_caught
from lint_exitstack.rules.lifetimes.opened import guards, is_replaced, opened
from lint_exitstack.rules.lifetimes.scoping import Scoping
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.flow import has, jumps_out, nodes_in_frame
from lint_exitstack.semantics.ownership import calls_on, method_on, new_owner, rebound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.lifetimes.opened import Opened
    from lint_exitstack.semantics.bindings import Event

# Closing these isn't what ends their lives, their result matters, or nobody misses the rest.
_OTHER_KINDS = frozenset({"process", "buffer", "progress bar"})
_METHODS = frozenset({"close", "cleanup", "release", "server_close"})
# What people ask a file that they are done with.
_KNOWN_OF_CLOSED = frozenset({"filename", "mode", "name"})
_CANNOT_RAISE = (
    ast.Assign,
    ast.Attribute,
    ast.Constant,
    ast.Expr,
    ast.Load,
    ast.Name,
    ast.Pass,
    ast.Store,
)


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it opens what is closed later in its block, and only there."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
        return
    target = node.targets[0]
    if not isinstance(target, ast.Name):
        return
    found = opened(node, place, context)
    if found is None or found.row.kind in _OTHER_KINDS or is_replaced(found.call, place):
        return
    stop = _closing_index(target.id, place)
    if stop is None or stop == place.index + 1:
        return
    between = place.block[place.index + 1 : stop]
    closing = place.block[stop]
    if _is_tried_out(target.id, place.block[stop + 1 :]):
        return
    method = _closed_by(closing, target.id)
    if (
        method is None
        or method not in found.row.closes
        or not _is_only_here(found, between, place, context)
    ):
        return
    yield _finding(found, between, closing, method, place, context)


def _is_tried_out(name: str, behind: Sequence[ast.stmt]) -> bool:
    """Whether the code goes on with the closed object: what closing does is its subject."""
    for statement in behind:
        if rebound(name, [statement]) is not None:
            return False
        for node in ast.walk(statement):
            match node:
                case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
                    if owner == name and attribute not in _KNOWN_OF_CLOSED:
                        return True
    return False


def _closing_index(name: str, place: Place) -> int | None:
    for index in range(place.index + 1, len(place.block)):
        if _closed_by(place.block[index], name) is not None:
            return index
    return None


def _closed_by(statement: ast.stmt, name: str) -> str | None:
    """Return the method if the statement is `name.close()` or the like."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or call.args or call.keywords:
        return None
    method = method_on(call, name)
    return method if method in _METHODS else None


def _is_only_here(
    found: Opened, between: Sequence[ast.stmt], place: Place, context: Context
) -> bool:
    """Whether the resource is this block's alone, and something between may leave it open."""
    if all(_cannot_leave(statement) for statement in between) or ends_the_process(place):
        return False
    if rebound(found.name, between) is not None or guards(found.name, place):
        return False
    if any(calls_on(found.name, found.row.closes, between)) or _is_decorated_generator(
        between, place
    ):
        return False
    scope = context.scope(place)
    owner = context.bindings.owner(scope, found.name)
    if owner is not scope:
        return False
    events = context.bindings.events(scope, found.name)
    if any(event.origin is not scope for event in events if not _is_comprehension(event.origin)):
        return False
    if jumps_out(between) and _is_used_elsewhere(events, found, between):
        return False
    return (
        new_owner(
            found.name,
            between,
            found.row.closes,
            lambda node: context.names.qualified(node, scope),
        )
        is None
    )


def _cannot_leave(statement: ast.stmt) -> bool:
    """Whether what comes after `statement` runs in any case."""
    return is_caught(statement) or all(map(_is_harmless, nodes_in_frame([statement])))


def _is_harmless(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr == "fileno"
    return isinstance(node, _CANNOT_RAISE)


def _is_used_elsewhere(events: Sequence[Event], found: Opened, between: Sequence[ast.stmt]) -> bool:
    """Whether a jump may carry the open resource to code outside."""
    last = (between[-1].end_lineno or 0) + 1
    window = range(found.statement.lineno, last + 1)
    return any(event.act is Act.READ and event.line not in window for event in events)


def _is_comprehension(scope: object) -> bool:
    node = getattr(scope, "node", None)
    return isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))


def _is_decorated_generator(between: Sequence[ast.stmt], place: Place) -> bool:
    """Whether a framework may go on with this generator whatever happens."""
    decorated = bool(getattr(place.frame, "decorator_list", ()))
    return decorated and has(between, ast.Yield, ast.YieldFrom)


def _finding(
    found: Opened,
    between: Sequence[ast.stmt],
    closing: ast.stmt,
    method: str,
    place: Place,
    context: Context,
) -> Finding:
    plan = Scoping(found, between, closing, method, place, context)
    leaving = next((n for n in nodes_in_frame(between) if isinstance(n, ast.Return)), None)
    how = f"an exception before line {closing.lineno}"
    if leaving is not None:
        how = f"the `return` on line {leaving.lineno}"
    return context.finding(
        RULE,
        context.source.span(found.statement),
        f"{how} leaves `{found.name}` open",
        help_=plan.help,
        rewrite=plan.rewrite(),
        hazards=plan.hazards(),
        noqa_line=found.statement.end_lineno or found.statement.lineno,
    )


RULE = Rule(
    code="XIT601",
    name="happy-path-close",
    summary="a resource that is closed only if nothing goes wrong",
    check=check,
    nodes=(ast.Assign,),
    trigger=re.compile(rb"\.(?:close|cleanup|release|server_close)\(\)"),
    module=__name__,
    fix=Fix.SOMETIMES,
)
