"""How a cleanup call is registered: what is evaluated now, what on exit, and what is said of it."""

from __future__ import annotations

import ast

import pytest

from lint_exitstack.analysis import places
from lint_exitstack.model.source import Source
from lint_exitstack.rules.context import Context
from lint_exitstack.rules.try_finally.planning.registration import Registrar, Registration
from lint_exitstack.rules.try_finally.reading.calls import call_of
from lint_exitstack.settings import Settings

PROGRAM = """\
import os
import shutil

LIMIT = 3
limits = 1
limits = 2


def f(self, x, *rest, **more):
    y = x.open()
    if more:
        z = 1
    for item in rest:
        try:
            {body}
        finally:
            {cleanup}
    del z
"""


def registered(cleanup: str, body: str = "pass") -> Registration:
    source = Source.from_text(PROGRAM.format(body=body, cleanup=cleanup))
    context = Context(source, Settings())
    place = next(place for place in places(source.tree) if isinstance(place.node, ast.Try))
    call = call_of(place.node.finalbody[0])
    assert call is not None
    return Registrar(context, place, [place.node], "stack").callback(call)


@pytest.mark.parametrize(
    ("cleanup", "text"),
    [
        ("x.close()", "stack.callback($0)"),
        ("y.close(1, -1, force=True)", "stack.callback($0, $1, $2, force=$3)"),
        ("item.close(*rest, **more)", "stack.callback($0, *$1, **$2)"),
        ("os.unlink(y)", "stack.callback($0, $1)"),
        ("shutil.rmtree(y, ignore_errors=LIMIT)", "stack.callback($0, $1, ignore_errors=$2)"),
        ("super().close()", "stack.callback($0)"),
        ("self.stop([x, (y,)], lambda: z)", "stack.callback($0, $1, $2)"),
        ("'{}'.format(x)", "stack.callback($0, $1)"),
        ("os.close(x + 1)", "stack.callback(lambda: $0)"),
        ("x[0].close()", "stack.callback(lambda: $0)"),
        ("x.close(f'{y}')", "stack.callback(lambda: $0)"),
    ],
)
def test_nothing_speaks_against(cleanup: str, text: str) -> None:
    found = registered(cleanup)
    assert (found.text, found.hazards) == (text, ())
    assert found.is_late == ("lambda" in text)


@pytest.mark.parametrize(
    ("cleanup", "body", "text", "hazards"),
    [
        ("self.x.close()", "pass", "stack.callback($0)", ["early-evaluation"]),
        ("os.close(self.x)", "pass", "stack.callback($0, $1)", ["early-evaluation"]),
        ("os.path.exists(x)", "pass", "stack.callback($0, $1)", ["early-evaluation"]),
        ("x.close(z)", "pass", "stack.callback($0, $1)", ["early-evaluation"]),
        ("x.close()", "x = y", "stack.callback(lambda: $0)", ["rebound-name"]),
        ("x.close()", "del x", "stack.callback(lambda: $0)", ["rebound-name"] * 2),
        ("self.x.close()", "self.x = y", "stack.callback(lambda: $0)", ["rebound-name"]),
        ("x.close(limits)", "pass", "stack.callback(lambda: $0)", ["rebound-name"]),
    ],
)
def test_what_may_differ(cleanup: str, body: str, text: str, hazards: list[str]) -> None:
    found = registered(cleanup, body)
    assert found.text == text
    assert [hazard.name for hazard in found.hazards] == hazards
    assert not any(hazard.forbids for hazard in found.hazards)


@pytest.mark.parametrize(
    ("cleanup", "body"),
    [
        ("new.close()", "new = x"),
        ("x.close(locals())", "pass"),
        ("x.close((w := 1))", "pass"),
        ("x.close(super().name)", "x = y"),
    ],
)
def test_what_can_not_move(cleanup: str, body: str) -> None:
    assert any(hazard.forbids for hazard in registered(cleanup, body).hazards)


def test_awaited_calls() -> None:
    source = Source.from_text(
        "async def f(x):\n    try:\n        pass\n    finally:\n        await x.aclose()\n"
    )
    place = next(place for place in places(source.tree) if isinstance(place.node, ast.Try))
    call = call_of(place.node.finalbody[0])
    assert call is not None
    found = Registrar(Context(source, Settings()), place, [place.node], "s").callback(call)
    assert (found.text, found.is_async) == ("s.push_async_callback($0)", True)


@pytest.mark.parametrize("statement", ["x = f()", "await x", "x", "del x", "assert f()"])
def test_what_is_no_call(statement: str) -> None:
    tree = ast.parse(f"async def f():\n    {statement}\n")
    (function,) = tree.body
    assert isinstance(function, ast.AsyncFunctionDef)
    assert call_of(function.body[0]) is None
