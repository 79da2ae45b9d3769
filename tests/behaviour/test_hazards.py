"""What each hazard explains, on pairs written by hand, and what it must not explain."""

from textwrap import dedent

import pytest

from .world.hazards import NEVER_AT_RUN_TIME, PREDICATES, catches

STACK = """\
from contextlib import ExitStack
def f():
    with ExitStack() as stack:
        stack.enter_context(cm("a"))
        call("between")
        stack.enter_context(cm("b"))
        call("body")
"""
NESTED = """\
def f():
    with cm("a"):
        call("between")
        with cm("b"):
            call("body")
"""
CLOSED = """\
def f():
    x = thing("x")
    try:
        call("body")
    finally:
        x.close()
"""

# Where a stack comes in, `exit-chain` comes with it.
WITH_STACK = {"exit-chain", "runs-more", "swallowed-exit", "wider-catch"}

# hazard: before, after, and the first version in which the difference can be seen
PAIRS = {
    "exit-chain": (NESTED, STACK, "3.11"),
    "swallowed-exit": (
        """\
        def f():
            with cm("a"):
                with cm("b"):
                    return call("body")
        """,
        """\
        from contextlib import ExitStack
        def f():
            with ExitStack() as stack:
                stack.enter_context(cm("a"))
                stack.enter_context(cm("b"))
                return call("body")
        """,
        "3.11",
    ),
    "exception-group": (
        """\
        def f():
            try:
                call("body")
            except KeyError:
                pass
            call("after")
        """,
        """\
        from contextlib import suppress
        def f():
            with suppress(KeyError):
                call("body")
            call("after")
        """,
        "3.12",
    ),
    "early-evaluation": (
        """\
        def f():
            errors = watched("errors")
            try:
                call("body")
            except errors.KeyError:
                pass
        """,
        """\
        def f():
            errors = watched("errors")
            caught = errors.KeyError
            try:
                call("body")
            except caught:
                pass
        """,
        "3.11",
    ),
    "subclass-hook": (
        """\
        import os
        def f():
            try:
                os.remove("p")
            except Hooked:
                pass
            call("after")
        """,
        """\
        import os
        from contextlib import suppress
        def f():
            with suppress(Hooked):
                os.remove("p")
            call("after")
        """,
        "3.11",
    ),
    "rebound-name": (
        """\
        def f():
            x = thing("x")
            try:
                x = thing("y")
            finally:
                x.close()
        """,
        """\
        from contextlib import closing
        def f():
            with closing(thing("x")) as x:
                x = thing("y")
        """,
        "3.11",
    ),
    "unknown-exit": (
        """\
        def f():
            x = quitting_thing("x")
            try:
                call("body")
            finally:
                x.close()
        """,
        """\
        def f():
            with quitting_thing("x") as x:
                call("body")
        """,
        "3.11",
    ),
    "runs-more": (
        """\
        def f():
            x, y = thing("x"), thing("y")
            try:
                call("body")
            finally:
                y.close()
                x.close()
        """,
        """\
        from contextlib import ExitStack
        def f():
            x, y = thing("x"), thing("y")
            with ExitStack() as stack:
                stack.callback(x.close)
                stack.callback(y.close)
                call("body")
        """,
        "3.11",
    ),
    "wider-catch": (
        """\
        def f():
            x = thing("x")
            try:
                call("body")
            except Exception:
                x.close()
                raise
            return x
        """,
        """\
        from contextlib import ExitStack
        def f():
            x = thing("x")
            with ExitStack() as stack:
                stack.callback(x.close)
                call("body")
                stack.pop_all()
            return x
        """,
        "3.11",
    ),
    "public-name": ("done = False\ncall('body')\ndone = True\n", "call('body')\n", "3.11"),
    "intent": ("def f():\n    call('meant')\n", "def f():\n    call('said')\n", "3.11"),
    "read-later": (
        """\
        import os
        def f():
            e = None
            try:
                os.remove("p")
            except OSError as e:
                pass
            return call("result", e)
        """,
        """\
        import os
        from contextlib import suppress
        def f():
            e = None
            with suppress(OSError):
                os.remove("p")
            return call("result", e)
        """,
        "3.11",
    ),
}

# Rewrites that none of the hazards above speaks about must stay unexplained by all of them.
UNEXCUSED = {
    "cleanup lost": (CLOSED, CLOSED.replace("x.close()", "pass")),
    "cleanup first": (NESTED, NESTED.replace('call("between")', "pass")),
    "swallowed": (
        CLOSED,
        CLOSED.replace("finally:", "except ValueError:\n        pass\n    finally:"),
    ),
    "put back though nothing failed": (
        "import sys\ndef f():\n    sys.stdout = stream('s')\n    call('body')\n",
        (
            "import sys\ndef f():\n    saved = sys.stdout\n    sys.stdout = stream('s')\n"
            "    call('body')\n    sys.stdout = saved\n"
        ),
    ),
    "closed though nothing was skipped": (
        "def f():\n    x = thing('x')\n    call('body')\n",
        "def f():\n    x = thing('x')\n    call('body')\n    x.close()\n",
    ),
    "an exit gone": (NESTED, NESTED.replace('with cm("b")', "if True")),
}


def dedented(pair):
    return [dedent(text) for text in pair]


def test_every_hazard_has_a_pair():
    assert set(PAIRS) | NEVER_AT_RUN_TIME == set(PREDICATES)


@pytest.mark.parametrize("hazard", PAIRS)
def test_a_hazard_explains_its_pair(hazard, worker):
    *pair, since = PAIRS[hazard]
    named = {hazard, "exit-chain"} if hazard in WITH_STACK else {hazard}
    answer = worker.compare(*dedented(pair), hazards=sorted(named))
    if tuple(map(int, worker.version.split("."))) < tuple(map(int, since.split("."))):
        assert answer["different"] == 0
        return
    assert answer["different"] > 0
    assert answer["unexplained"] == []
    assert hazard in answer["shown"]


@pytest.mark.parametrize("pragma", sorted(NEVER_AT_RUN_TIME))
def test_a_hazard_of_the_source_explains_no_run(pragma, worker):
    for *pair, since in PAIRS.values():
        if since <= worker.version:
            assert worker.compare(*dedented(pair), hazards=[pragma])["unexplained"] != []


@pytest.mark.parametrize("name", UNEXCUSED)
@pytest.mark.parametrize("hazard", sorted(set(PREDICATES) - {"intent"}))
def test_no_hazard_excuses_a_plain_mistake(name, hazard, worker):
    answer = worker.compare(*UNEXCUSED[name], hazards=[hazard])
    assert answer["unexplained"] != []


CATCHES = {
    ("Exception", "raise KeyboardInterrupt"): False,
    ("Exception", "raise group:KeyboardInterrupt"): False,
    ("Exception", "throw CancelledError"): False,
    ("Exception", "close"): False,
    ("Exception", "raise nested:KeyError"): True,
    ("KeyError", "raise ValueError"): False,
    ("KeyError", "raise group:KeyError"): False,
    ("LookupError", "raise sub:KeyError"): True,
    ("Mine", "raise Mine"): True,
}


@pytest.mark.parametrize(("name", "effect"), CATCHES)
def test_what_a_handler_lets_pass(name, effect):
    assert catches(name, effect) is CATCHES[name, effect]
