"""The order of exits, as pictures show it: told from code, and held against running it."""

from __future__ import annotations

import textwrap
from contextlib import ExitStack, contextmanager, suppress

import pytest

from lint_exitstack.reports._highlighting import highlighted, marks
from lint_exitstack.reports._unwinding import Exit, exits

NESTED = """
with made("a") as a:
    with made("b"):
        with made("c"), made("d"):
            pass
"""
STACK = """
with ExitStack() as stack:
    stack.enter_context(made("a"))
    for _ in (1,):
        stack.callback(say, "b")
    with made("c"):
        stack.enter_context(made("d"))
"""
LADDER = """
try:
    try:
        with made("a"):
            pass
    finally:
        say("b")
finally:
    try:
        say("c")
    finally:
        say("d")
"""
ONE_LINE = """
try: say("body")
finally: say("a"); say("b")
"""


@pytest.mark.parametrize("code", [NESTED, STACK, LADDER, ONE_LINE])
def test_the_order_is_the_one_that_python_takes(code):
    happened: list[str] = []

    @contextmanager
    def made(name):
        try:
            yield
        finally:
            happened.append(f'made("{name}")')

    def say(name):
        happened.append(f'say("{name}")')

    exec(code, {"made": made, "say": say, "ExitStack": ExitStack, "suppress": suppress})
    told = [step.label for step in exits(code)]
    assert told == [event for event in happened if event != 'say("body")']


def test_kinds():
    code = textwrap.dedent("""\
        try:
            with suppress(KeyError):
                f()
        except ValueError:
            pass
        except BaseException:
            undo()
            raise
    """)
    assert exits(code) == (
        Exit("suppress(KeyError)", "swallow", 1, 2),
        Exit("ignore ValueError", "swallow", 0, 3),
        Exit("undo()", "error", 0, 6),
    )


def test_lanes_reach_from_promise_to_exit():
    steps = exits(STACK)
    assert [(step.start, step.end) for step in steps] == [(5, 6), (6, 6), (4, 6), (2, 6)]


def test_labels_are_the_source_and_short():
    assert exits("with  open( 'a',\n  'b' ) as f: pass")[0].label == "open( 'a', 'b' )"
    assert len(exits(f"with f({'x' * 200}): pass")[0].label) == 60


def test_code_that_isnt_whole_has_no_picture():
    assert exits("with a:") == ()
    assert exits("    finally:\n        x()\n") == ()


def test_highlighting_keeps_every_character():
    code = 'def f(x):\n\treturn "<&>" # é\n\n\nclass A: pass'
    lines = highlighted(code)
    assert len(lines) == 5
    assert lines[1].endswith('<i class=s>"&lt;&amp;&gt;"</i> <i class=c># é</i>')
    assert lines[4].startswith("<i class=k>class</i> <i class=f>A</i>")


def test_marks_see_past_indentation():
    before = ["with a:", "    with b:", "        f()"]
    assert marks(before, ["with a, b:", "    f()"]) == ("110", "10")
