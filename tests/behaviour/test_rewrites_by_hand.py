"""Rewrites of cleanup code written by hand, known to be exact: the stand-ins do what is real."""

from textwrap import dedent

import pytest

EXACT = {
    "closing": (
        """\
        def f():
            x = thing("x")
            try:
                call("body", x)
            finally:
                x.close()
        """,
        """\
        from contextlib import closing
        def f():
            with closing(thing("x")) as x:
                call("body", x)
        """,
    ),
    "a file": (
        """\
        def f():
            x = open("path", "w")
            try:
                return x.read()
            finally:
                x.close()
        """,
        """\
        def f():
            with open("path", "w") as x:
                return x.read()
        """,
    ),
    "an async generator's close": (
        """\
        async def f():
            x = athing("x")
            try:
                await acall("body", x)
            finally:
                await x.aclose()
        """,
        """\
        from contextlib import aclosing
        async def f():
            async with aclosing(athing("x")) as x:
                await acall("body", x)
        """,
    ),
    "a lock": (
        """\
        import threading
        held = threading.Lock()
        def f():
            held.acquire()
            try:
                call("body")
            finally:
                held.release()
        """,
        """\
        import threading
        held = threading.Lock()
        def f():
            with held:
                call("body")
        """,
    ),
    "an async lock": (
        """\
        import asyncio
        async def f():
            held = asyncio.Lock()
            await held.acquire()
            try:
                await acall("body")
            finally:
                held.release()
        """,
        """\
        import asyncio
        async def f():
            held = asyncio.Lock()
            async with held:
                await acall("body")
        """,
    ),
    "standard output": (
        """\
        import sys
        def f():
            saved = sys.stdout
            sys.stdout = stream("log")
            try:
                print("text")
                call("body")
            finally:
                sys.stdout = saved
        """,
        """\
        import sys
        from contextlib import redirect_stdout
        def f():
            with redirect_stdout(stream("log")):
                print("text")
                call("body")
        """,
    ),
    "the working directory": (
        """\
        import os
        def f():
            here = os.getcwd()
            os.chdir("there")
            try:
                call("body", os.getcwd())
            finally:
                os.chdir(here)
        """,
        """\
        import os
        from contextlib import chdir
        def f():
            with chdir("there"):
                call("body", os.getcwd())
        """,
    ),
    "a ladder": (
        """\
        def f():
            x = thing("x")
            try:
                y = thing("y")
                try:
                    call("body")
                finally:
                    y.close()
            finally:
                x.close()
        """,
        """\
        from contextlib import ExitStack
        def f():
            with ExitStack() as stack:
                x = thing("x")
                stack.callback(x.close)
                y = thing("y")
                stack.callback(y.close)
                call("body")
        """,
    ),
    "an ownership that passes on": (
        """\
        def f():
            x = thing("x")
            try:
                call("body")
            except:
                x.close()
                raise
            return x
        """,
        """\
        from contextlib import ExitStack
        def f():
            with ExitStack() as stack:
                x = thing("x")
                stack.callback(x.close)
                call("body")
                stack.pop_all()
            return x
        """,
    ),
}

# The same chains are kept by nested `with` or try/finally, not by contextlib's stack.
STACKED = {"a ladder"}


@pytest.mark.parametrize("name", EXACT)
def test_an_exact_rewrite_is_equal(name, worker):
    before, after = map(dedent, EXACT[name])
    hazards = ["exit-chain"] if name in STACKED else []
    answer = worker.compare(before, after, hazards=hazards)
    assert (answer["unexplained"], answer["static"]) == ([], [])
    assert answer["runs"] > 60
