"""The oracle itself: it sees every seeded difference and invents none."""

import re
from textwrap import dedent

import pytest

from .interpreters import Worker, WorkerError

BEFORE = """\
import sys

def nested():
    x = 0
    with cm("a") as x:
        with cm("b") as (y, z):
            call("body", x, y)
    call("after", x)

def early():
    for step in items("s"):
        with cm("a"):
            with cm("b"):
                if cond("stop"):
                    break
                call("body", step)
        call("next")
    return step

def handled():
    try:
        call("body")
    except (ValueError, KeyError):
        pass
    call("after")

def closed():
    r = thing("r")
    try:
        call("body", r)
    finally:
        r.close()
    return r

def generated():
    with cm("a"):
        with cm("b"):
            got = yield 1
            call("got", got)

async def awaited():
    async with acm("a") as x:
        async with acm("b"):
            await acall("body", x)

async def stream():
    async with acm("a"):
        async with acm("b"):
            yield await acall("body")

def spoken():
    old = sys.stdout
    sys.stdout = stream_to = thing("log")
    try:
        call("body", stream_to)
    finally:
        sys.stdout = old

def counted():
    global total
    total = 1
    try:
        total = call("total")
    except KeyError:
        pass
"""

# Runs of each entry point and kind of plan; sampled, but always the same ones.
BUDGET = 250

EQUAL = {
    "the same": lambda text: text,
    "merged": lambda text: text.replace(
        'with cm("a") as x:\n        with cm("b") as (y, z):\n            call',
        'with cm("a") as x, cm("b") as (y, z):\n            call',
    ),
    "async merged": lambda text: text.replace(
        'async with acm("a"):\n        async with acm("b"):\n            yield',
        'async with acm("a"), acm("b"):\n            yield',
    ),
    "closing": lambda text: text.replace(
        'r = thing("r")\n    try:\n        call("body", r)\n    finally:\n        r.close()\n',
        'from contextlib import closing\n    with closing(thing("r")) as r:\n'
        '        call("body", r)\n',
    ),
    "fresh names": lambda text: "from contextlib import suppress\n_stack = 1\n" + text,
}

# What was done to the program, and which observation has to betray it.
SEEDED = {
    "exits swapped": ('cm("a"):\n            with cm("b")', 'cm("b"):\n            with cm("a")', "trace"),
    "an exit lost": ('with cm("b"):\n                if', 'if cm("b").__enter__():\n                if', "trace"),
    "after the body, inside": ('    call("after", x)', '        call("after", x)', "trace"),
    "call dropped": ('        call("next")\n', "        pass\n", "trace"),
    "argument changed": ('call("body", x, y)', 'call("body", y, x)', "trace"),
    "handler narrower": ("except (ValueError, KeyError)", "except ValueError", "ending"),
    "handler wider": ("except (ValueError, KeyError)", "except Exception", "ending"),
    "handler swallows the interrupt": ("except (ValueError, KeyError)", "except BaseException", "ending"),
    "rest of the body guarded": ('        pass\n    call("after")', '        pass\n    else:\n        call("after")', "trace"),
    "context cut": (
        "    finally:\n        r.close()",
        """\
    except BaseException as e:
        try:
            r.close()
        except BaseException as n:
            n.__context__ = None
            raise n
        raise e
    else:
        r.close()""",
        "chain",
    ),
    "cause added": (
        '        call("body", r)\n',
        '        try:\n            call("body", r)\n        except KeyError as e:\n            raise e from ValueError()\n',
        "chain",
    ),
    "exception replaced": (
        '        call("body", r)\n',
        '        try:\n            call("body", r)\n        except KeyError as e:\n            raise KeyError(*e.args)\n',
        "ending",
    ),
    "cleanup on success only": ("    finally:\n        r.close()", "    finally:\n        pass\n    r.close()", "trace"),
    "cleanup in a handler": (
        "    finally:\n        r.close()",
        "    except Exception:\n        r.close()\n        raise\n    else:\n        r.close()",
        "trace",
    ),
    "result changed": ("    return r\n", "    return None\n", "ending"),
    "generator not closed": ("            got = yield 1\n", "            try:\n                got = yield 1\n            except GeneratorExit:\n                got = 2\n", "trace"),
    "sent value lost": ("            got = yield 1\n", "            got = 1\n            yield 1\n", "trace"),
    "not awaited": ('            await acall("body", x)', '            acall("body", x)', "trace"),
    "cancellation swallowed": (
        '            await acall("body", x)',
        """\
            try:
                await acall("body", x)
            except BaseException as e:
                if type(e).__name__ != "CancelledError":
                    raise""",
        "ending",
    ),
    "async exits swapped": ('acm("a"):\n        async with acm("b")', 'acm("b"):\n        async with acm("a")', "trace"),
    "stdout not restored": ("        sys.stdout = old", "        pass", "state"),
    "global rebound": ("    except KeyError:\n        pass\n", "    except KeyError:\n        total = 2\n", "bindings"),
    "global lost": ("    global total\n", "", "bindings"),
    "local left behind": ("    x = 0\n    with", "    x = y = 0\n    y = 1\n    with", None),
    "local lost": ("    return step\n", "    step = None\n    return 's1'\n", "bindings"),
    "handled exception visible": (
        '    call("after")',
        '    try:\n        raise KeyError\n    except KeyError:\n        call("after")',
        "handled",
    ),
}  # fmt: skip


def seeded(name):
    old, new, kind = SEEDED[name]
    assert old in BEFORE, name
    return BEFORE.replace(old, new, 1), kind


def changed_parts(before, after):
    """Both programs without the functions that they have in common."""
    parts = [re.split(r"\n(?=(?:async )?def )", text) for text in (before, after)]
    common = set(parts[0]) & set(parts[1]) - {parts[0][0]}
    return ["\n".join(part for part in one if part not in common) for one in parts]


@pytest.mark.parametrize("name", EQUAL)
def test_equal_programs_are_equal(name, worker):
    changed = EQUAL[name](BEFORE)
    assert (changed == BEFORE) == (name == "the same")
    answer = worker.compare(BEFORE, changed, budget=BUDGET)
    assert (answer["different"], answer["static"]) == (0, [])
    assert answer["runs"] > 4 * BUDGET


@pytest.mark.parametrize("name", [name for name in SEEDED if SEEDED[name][2]])
def test_a_seeded_difference_is_seen(name, worker):
    changed, kind = seeded(name)
    answer = worker.compare(*changed_parts(BEFORE, changed), budget=1000)
    assert any(kind in signature for signature in answer["signatures"]), answer["signatures"]


def test_a_local_that_only_one_of_them_leaves_is_no_difference(worker):
    changed, _ = seeded("local left behind")
    assert worker.compare(*changed_parts(BEFORE, changed))["different"] == 0


def test_a_public_name_that_the_rewrite_adds_is_reported(worker):
    answer = worker.compare(BEFORE, "stack = 1\n" + BEFORE, budget=1)
    assert answer["static"] == ["the rewrite adds the public name stack"]


def test_a_program_that_never_ends_ends(worker):
    endless = "def f():\n    while True:\n        pass\n"
    answer = worker.compare("def f():\n    return 1\n", endless, budget=1)
    assert "ending" in str(answer["signatures"])


def test_a_program_that_calls_for_ever_ends(worker):
    endless = 'def f():\n    while True:\n        call("again")\n'
    answer = worker.compare('def f():\n    call("again")\n', endless, budget=20)
    assert "ending" in str(answer["signatures"])


def test_a_program_that_does_not_compile_is_an_error(worker):
    answer = worker.compare("x = 1\n", "x = = 1\n")
    assert "does not compile" in answer["error"]


def test_a_stack_differs_in_the_chain_of_exits_after_success(worker):
    before = dedent("""\
        def f():
            with cm("a"):
                with cm("b"):
                    call("body")
    """)
    after = dedent("""\
        from contextlib import ExitStack
        def f():
            with ExitStack() as stack:
                stack.enter_context(cm("a"))
                stack.enter_context(cm("b"))
                call("body")
    """)
    answer = worker.compare(before, after)
    assert set(answer["signatures"]) == {"chain"}
    assert worker.compare(before, after, hazards=["exit-chain"])["unexplained"] == []
    assert worker.compare(before, after, hazards=["rebound-name"])["unexplained"] != []


def test_a_worker_that_dies_is_an_error_and_can_be_started_again(worker):
    other = Worker(worker.version, worker.command)
    with pytest.raises(WorkerError, match="did not answer"):
        other.compare("import os, signal\nos._exit(3)\n", "x = 1\n")
    assert other.compare("x = 1\n", "x = 1\n")["different"] == 0
    other.close()
