"""The project's own stacks against real nested `with` and try/finally: equal, chains included."""

import pytest

from .test_rewrites_by_hand import EXACT, dedent

NESTED = """\
def plain():
    with cm("a") as x:
        call("between", x)
        with cm("b") as (y, z):
            call("body", y)
            with cm("c"):
                call("inner")
    call("after")

def generator():
    with cm("a") as x:
        with cm("b"):
            got = yield x
            call("got", got)

async def coroutine():
    async with acm("a") as x:
        with cm("b"):
            async with acm("c"):
                await acall("body", x)

async def agen():
    async with acm("a"):
        with cm("b"):
            async with acm("c"):
                got = yield 1
                await acall("body", got)

def in_a_stack():
    with cm("outer"):
        plain()
"""
STACKED = """\
from lint_exitstack.runtime import AsyncExitStack, ExitStack

def plain():
    with ExitStack() as stack:
        x = stack.enter_context(cm("a"))
        call("between", x)
        (y, z) = stack.enter_context(cm("b"))
        call("body", y)
        stack.enter_context(cm("c"))
        call("inner")
    call("after")

def generator():
    with ExitStack() as stack:
        x = stack.enter_context(cm("a"))
        stack.enter_context(cm("b"))
        got = yield x
        call("got", got)

async def coroutine():
    async with AsyncExitStack() as stack:
        x = await stack.enter_async_context(acm("a"))
        stack.enter_context(cm("b"))
        await stack.enter_async_context(acm("c"))
        await acall("body", x)

async def agen():
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(acm("a"))
        stack.enter_context(cm("b"))
        await stack.enter_async_context(acm("c"))
        got = yield 1
        await acall("body", got)

def in_a_stack():
    with ExitStack() as stack:
        stack.enter_context(cm("outer"))
        plain()
"""


def test_own_stacks_equal_nested_with(worker):
    """With one limit: what is thrown into an awaiting exit gets its context in that coroutine.

    The interpreter sets it before any stack hears of it, so after another exit swallowed or
    replaced the body's exception the chain is longer than after nested `async with`. The rules name
    the hazard `exit-chain` for asynchronous stacks because of that.
    """
    answer = worker.compare(NESTED, STACKED)
    assert set(answer["signatures"]) == {"chain after a late throw"}
    assert {one["entry"] for one in answer["unexplained"]} <= {"coroutine", "agen"}
    assert answer["static"] == []
    assert answer["runs"] > 4000


def test_own_synchronous_stacks_have_no_limit(worker):
    nested, stacked = (text.split("async def")[0] for text in (NESTED, STACKED))
    answer = worker.compare(nested, stacked)
    assert (answer["different"], answer["unexplained"], answer["static"]) == (0, [], [])
    assert answer["runs"] > 2000


def test_contextlib_stacks_do_not(worker):
    answer = worker.compare(NESTED, STACKED.replace("lint_exitstack.runtime", "contextlib"))
    assert set(answer["signatures"]) == {"chain", "chain after a late throw"}


@pytest.mark.parametrize("name", EXACT)
def test_own_names_do_what_those_of_contextlib_do(name, worker):
    before, after = map(dedent, EXACT[name])
    own = after.replace("from contextlib", "from lint_exitstack.runtime")
    answer = worker.compare(before, own)
    assert (answer["different"], answer["static"]) == (0, [])


def test_no_stack_can_end_a_return_that_goes_on(worker):
    """An exit fails while returning, one further out swallows it: `with` forgets the return."""
    before = 'def f():\n    with cm("a"):\n        with cm("b"):\n            return 5\n'
    after = (
        "from lint_exitstack.runtime import ExitStack\n"
        "def f():\n    with ExitStack() as stack:\n        stack.enter_context(cm('a'))\n"
        "        stack.enter_context(cm('b'))\n        return 5\n"
    )
    answer = worker.compare(before, after)
    assert set(answer["signatures"]) == {"ending"}
    assert answer["unexplained"][0]["plan"] == ["exit b: raise ValueError", "exit a: swallow"]
