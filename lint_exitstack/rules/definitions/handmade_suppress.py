"""A context manager of one's own that the standard library has.

## What it does

Looks for functions under `@contextmanager` that do exactly what `contextlib.suppress`, `closing`,
`redirect_stdout`, `redirect_stderr` or `chdir` (from Python 3.11) do.

## Why

Readers know the ones of the standard library, and those are right about the details: `suppress` can
be used again, `redirect_stdout` and `chdir` nest, and all are documented and tested.

## Before

```python
from contextlib import contextmanager


@contextmanager
def ignored(*exceptions):
    try:
        yield
    except exceptions:
        pass
```

## After

```python
from contextlib import suppress
```

## Fix safety

There is no automatic fix: the function may have users in other modules.

## When not to use

Off by default, because the name may be part of a public interface, and `chdir` needs Python 3.11.
Definitions in an `if` or a `try` aren't reported: they stand in for what older versions lack.

## How sure

In 22.7 million lines of 144 released packages (`benchmarks/precision.py`) it has 6 findings; 5 read
by eye, 5 true (100 %). In fresh code it found a few, which nobody read.

## References

The documentation of `contextlib`; python/cpython#89708 on hand-made `chdir`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.rules.definitions.managers import SYNC, decorated
from lint_exitstack.rules.rule import Fix, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place

# There it stands in for what older versions of Python lack.
_CONDITIONS = (ast.If, ast.Try)
_STREAMS = {"sys.stdout": "redirect_stdout", "sys.stderr": "redirect_stderr"}


def check(node: ast.AST, place: Place, context: Context) -> Iterator[Finding]:
    """Report `node` if it does what a manager of contextlib does."""
    if not isinstance(node, ast.FunctionDef) or len(node.decorator_list) != 1:
        return
    if isinstance(getattr(place.parent, "node", None), _CONDITIONS):
        return
    if not decorated(node, place, context, SYNC):
        return
    known = _known(node, context)
    if known is not None:
        yield context.finding(
            RULE,
            context.source.span(node.decorator_list[0]),
            f"`{node.name}` does what `contextlib.{known}` does",
            help_=f"from contextlib import {known}",
            noqa_line=node.lineno,
        )


def _known(node: ast.FunctionDef, context: Context) -> str | None:
    """Return the name of the manager that `node` copies."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    scope = context.bindings.scopes[node]
    args = node.args
    plain = not (args.kwonlyargs or args.kwarg or args.defaults or args.posonlyargs)
    if not plain:
        return None
    if _is_suppress(body, args):
        return "suppress"
    if len(args.args) != 1 or args.vararg is not None:
        return None
    parameter = args.args[0].arg
    if _is_closing(body, parameter):
        return "closing"
    return _saved_and_restored(
        body, parameter, lambda each: context.names.qualified(each, scope), context
    )


def _is_suppress(body: list[ast.stmt], args: ast.arguments) -> bool:
    match body:
        case [
            ast.Try(
                body=[ast.Expr(value=ast.Yield(value=None))],
                handlers=[ast.ExceptHandler(type=ast.Name(id=caught), body=[ast.Pass()])],
                orelse=[],
                finalbody=[],
            )
        ]:
            return args.vararg is not None and args.vararg.arg == caught and not args.args
        case _:
            return False


def _is_closing(body: list[ast.stmt], parameter: str) -> bool:
    match body:
        case [
            ast.Try(
                body=[ast.Expr(value=ast.Yield(value=ast.Name(id=given)))],
                handlers=[],
                orelse=[],
                finalbody=[
                    ast.Expr(
                        value=ast.Call(
                            func=ast.Attribute(value=ast.Name(id=closed), attr="close"),
                            args=[],
                            keywords=[],
                        )
                    )
                ],
            )
        ]:
            return given == closed == parameter
        case _:
            return False


def _saved_and_restored(
    body: list[ast.stmt],
    parameter: str,
    qualified: Callable[[ast.expr], str | None],
    context: Context,
) -> str | None:
    """Recognise `chdir` and the two redirections by what they save, set and restore."""
    match body:
        case [
            ast.Assign(targets=[ast.Name(id=saved)], value=was),
            change,
            ast.Try(
                body=[ast.Expr(value=ast.Yield(value=given))],
                handlers=[],
                orelse=[],
                finalbody=[restore],
            ),
        ]:
            pass
        case _:
            return None
    if isinstance(was, ast.Call) and qualified(was.func) == "os.getcwd":
        there = _chdir_to(change, qualified) == parameter
        back = given is None and _chdir_to(restore, qualified) == saved
        return "chdir" if there and back and context.settings.target_version >= (3, 11) else None
    stream = qualified(was)
    if stream not in _STREAMS:
        return None
    if given is not None and not (isinstance(given, ast.Name) and given.id == parameter):
        return None
    sets = _assigned(change, qualified) == (stream, parameter)
    restores = _assigned(restore, qualified) == (stream, saved)
    return _STREAMS[stream] if sets and restores else None


def _chdir_to(statement: ast.stmt, qualified: Callable[[ast.expr], str | None]) -> str | None:
    match statement:
        case ast.Expr(value=ast.Call(func=func, args=[ast.Name(id=name)])):
            return name if qualified(func) == "os.chdir" else None
        case _:
            return None


def _assigned(
    statement: ast.stmt, qualified: Callable[[ast.expr], str | None]
) -> tuple[str | None, str] | None:
    match statement:
        case ast.Assign(targets=[target], value=ast.Name(id=name)):
            return qualified(target), name
        case _:
            return None


RULE = Rule(
    code="XIT704",
    name="handmade-suppress",
    summary="a context manager of one's own that the standard library has",
    check=check,
    nodes=(ast.FunctionDef,),
    trigger=re.compile(rb"\bcontextmanager\b"),
    module=__name__,
    default=False,
    fix=Fix.NEVER,
)
