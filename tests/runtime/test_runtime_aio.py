"""The async-neutral twin; driven without any event loop, and under asyncio and trio."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import types

import pytest
import trio

from lint_exitstack import runtime
from lint_exitstack.runtime import aio


def drive(coroutine):
    """A loop of three lines: whatever is awaited resumes at once."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value


@types.coroutine
def pause():
    yield


@pytest.fixture(params=["none", "asyncio", "trio"])
def run(request):
    """Run an async test function under each driver."""
    if request.param == "none":
        return lambda main: drive(main(pause))
    if request.param == "asyncio":
        return lambda main: asyncio.run(main(functools.partial(asyncio.sleep, 0)))
    return lambda main: trio.run(main, functools.partial(trio.sleep, 0))


class Manager:
    def __init__(self, log):
        self.log = log

    def __enter__(self):
        self.log.append("enter sync")
        return "sync"

    def __exit__(self, kind, exc, tb):
        self.log.append("exit sync")


class AsyncManager:
    def __init__(self, log, pause):
        self.log, self.pause = log, pause

    async def __aenter__(self):
        await self.pause()
        self.log.append("enter async")
        return "async"

    async def __aexit__(self, kind, exc, tb):
        await self.pause()
        self.log.append("exit async")


class Both(Manager):
    async def __aenter__(self):
        return "async preferred"

    async def __aexit__(self, kind, exc, tb):
        self.log.append("exit async")


def test_one_method_for_both_kinds(run):
    log = []

    async def main(pause):
        async def coroutine_callback(word):
            await pause()
            log.append(word)

        for _ in range(2):
            async with aio.ExitStack() as stack:
                assert await stack.enter_context(Manager(log)) == "sync"
                assert await stack.enter_context(AsyncManager(log, pause)) == "async"
                assert await stack.enter_context(Both(log)) == "async preferred"
                stack.callback(log.append, "plain")
                stack.callback(coroutine_callback, "awaited")
                stack.callback(functools.partial(coroutine_callback, "partial awaited"))
                assert [view.kind for view in stack.pending_exits] == ["manager"] * 3 + [
                    "callback"
                ] * 3
                assert stack.pending_exits[4].args == ("awaited",)

    run(main)
    assert (
        log
        == [
            "enter sync",
            "enter async",
            "partial awaited",
            "awaited",
            "plain",
            "exit async",
            "exit async",
            "exit sync",
        ]
        * 2
    )


def test_push_takes_all_four(run):
    log = []

    async def main(pause):
        async def swallow(kind, exc, tb):
            log.append(("coroutine function", kind))
            await pause()
            return True

        def plain(kind, exc, tb):
            log.append(("function", kind))

        async with aio.ExitStack() as stack:
            assert stack.push(plain) is plain
            stack.push(swallow)
            stack.push(Manager(log))
            stack.push(AsyncManager(log, pause))
            assert [view.kind for view in stack.pending_exits] == ["exit"] * 2 + ["manager"] * 2
            raise ValueError

    run(main)
    assert log == [
        "exit async",
        "exit sync",
        ("coroutine function", ValueError),
        ("function", None),
    ]


def test_aclose_inside_the_block_runs_exits_once(run):
    """asyncstdlib runs them again at the end of the block."""
    log = []

    async def main(pause):
        async with aio.ExitStack() as stack:
            stack.callback(log.append, 1)
            await stack.aclose()
            assert log == [1]

    run(main)
    assert log == [1]


def test_callbacks_registered_while_unwinding_run(run):
    log = []

    async def main(pause):
        async with aio.ExitStack() as stack:
            stack.callback(log.append, "last")
            stack.callback(lambda: stack.callback(log.append, "added"))

    run(main)
    assert log == ["added", "last"]


def test_raising_what_was_given_makes_no_circle(run):
    async def main(pause):
        async def again(kind, exc, tb):
            raise exc

        with pytest.raises(ValueError) as caught:
            async with aio.ExitStack() as stack:
                stack.push(again)
                raise ValueError
        assert caught.value.__context__ is None

    run(main)


def test_explicit_none_context_survives(run):
    failure = KeyError()

    async def main(pause):
        def replace(kind, exc, tb):
            try:
                raise failure
            finally:
                failure.__context__ = None

        with pytest.raises(KeyError):
            async with aio.ExitStack() as stack:
                stack.push(replace)
                raise ValueError

    run(main)
    assert failure.__context__ is None


def test_every_keyword_reaches_the_callback(run):
    seen = {}

    async def main(pause):
        async with aio.ExitStack() as stack:
            stack.callback(lambda **kwds: seen.update(kwds), callback=1, self=2)

    run(main)
    assert seen == {"callback": 1, "self": 2}


def test_what_is_no_manager_raises_type_error(run):
    class Instance:
        def __init__(self):
            self.__aenter__ = self.__aexit__ = None

    async def main(pause):
        async with aio.ExitStack() as stack:
            for wrong in (Instance(), None):
                with pytest.raises(TypeError, match="asynchronous context manager") as caught:
                    await stack.enter_context(wrong)
                assert caught.value.__context__ is None
            assert stack.pending_exits == ()

    run(main)


def test_stitched_context_is_that_of_nested_with():
    """What asyncstdlib's test of this name expects otherwise, asked of the language itself."""
    replacement, middle, initial = TypeError(), ValueError(), IndexError()

    class Replacing:
        def __enter__(self):
            return self

        def __exit__(self, kind, exc, tb):
            try:
                {}["a"]
            except KeyError:
                raise middle

    class Extending:
        def __enter__(self):
            return self

        def __exit__(self, kind, exc, tb):
            try:
                raise exc
            except kind:
                raise replacement

    def links(exc):
        names = []
        while exc is not None:
            names.append(type(exc))
            exc = exc.__context__
        return names

    with pytest.raises(TypeError) as nested, Extending(), Replacing():
        raise initial

    async def main():
        async with aio.ExitStack() as stack:
            await stack.enter_context(Extending())
            await stack.enter_context(Replacing())
            raise initial

    expected = links(nested.value)
    for exc in (replacement, middle, initial):
        exc.__context__ = None
    with pytest.raises(TypeError) as stacked:
        drive(main())
    assert links(stacked.value) == expected == [TypeError, ValueError, KeyError, IndexError]


def test_pop_all(run):
    log = []

    async def main(pause):
        async with aio.ExitStack() as stack:
            await stack.enter_context(AsyncManager(log, pause))
            moved = stack.pop_all()
        assert log == ["enter async"]
        await moved.aclose()

    run(main)
    assert log[-1] == "exit async"


def test_closing_takes_every_kind_of_close(run):
    log = []

    async def main(pause):
        class Aclose:
            async def aclose(self):
                await pause()
                log.append("aclose")

        class AsyncClose:
            async def close(self):
                await pause()
                log.append("async close")

        class Close:
            def close(self):
                log.append("close")

        for thing in (Aclose(), AsyncClose(), Close()):
            async with aio.closing(thing) as same:
                assert same is thing
        with pytest.raises(AttributeError):
            async with aio.closing(3):
                pass

    run(main)
    assert log == ["aclose", "async close", "close"]


def test_suppress_works_in_both_statements(run):
    async def main(pause):
        async with aio.suppress(ValueError) as nothing:
            assert nothing is None
            await pause()
            raise ValueError
        with aio.suppress(ValueError):
            raise ValueError
        async with aio.suppress(ValueError):
            raise ExceptionGroup("group", [ValueError()])
        with pytest.raises(KeyError):
            async with aio.suppress(ValueError):
                raise KeyError

    run(main)


def test_generator_exit_is_raised_in_the_generator_and_never_swallowed(run):
    """asyncstdlib closes the generator instead; contextlib lets it swallow the exception."""
    seen = []

    async def main(pause):
        @aio.contextmanager
        async def swallowing():
            try:
                yield
            except GeneratorExit as exc:
                seen.append(exc)

        failure = GeneratorExit("mine")
        with pytest.raises(GeneratorExit) as caught:
            async with swallowing():
                raise failure
        assert caught.value is failure
        assert seen == [failure]
        swallowed = False
        async with runtime.asynccontextmanager(swallowing.__wrapped__)():
            swallowed = True
            raise GeneratorExit
        assert swallowed

    run(main)


def test_contextmanager_is_a_decorator_and_drops_arguments(run):
    log = []

    async def main(pause):
        @aio.contextmanager
        async def around(word):
            log.append(word)
            yield
            log.append("exit")

        @around("enter")
        async def function():
            await pause()
            log.append("body")

        await function()
        await function()
        manager = around("enter")
        async with manager:
            assert manager.args is None

    run(main)
    assert log == ["enter", "body", "exit"] * 2 + ["enter", "exit"]


async def numbers(log, count=5):
    try:
        for number in range(count):
            received = yield number
            if received:
                log.append(received)
    finally:
        log.append("closed")


def test_borrowing(run):
    log = []

    async def main(pause):
        lender = numbers(log)
        borrowed = aio.borrow(lender)
        assert await anext(borrowed) == 0
        assert await borrowed.asend("sent") == 1
        await borrowed.aclose()
        assert await anext(borrowed, "ended") == "ended"
        with pytest.raises(ValueError):
            await borrowed.athrow(ValueError)
        assert log == ["sent"]
        assert [number async for number in lender] == [2, 3, 4]
        with pytest.raises(TypeError):
            aio.borrow([1])

    run(main)
    assert log == ["sent", "closed"]


def test_scoped_iteration(run):
    log = []

    async def main(pause):
        async with aio.scoped_iter(numbers(log)) as items:
            assert await anext(items) == 0
            await items.aclose()
            async with aio.scoped_iter(items) as inner:
                async for item in inner:
                    assert item == 1
                    break
            assert await anext(inner, "ended") == "ended"
            assert await anext(items) == 2
            assert log == []
        assert log == ["closed"]
        assert await anext(items, "ended") == "ended"
        scope = aio.scoped_iter([1, 2])
        async with scope as items:
            assert [item async for item in items] == [1, 2]
        with pytest.raises(RuntimeError):
            async with scope:
                pass
        with pytest.raises(TypeError):
            async with aio.scoped_iter(3):
                pass

    run(main)


def test_scoped_iteration_closes_synchronous_generators(run):
    log = []

    def generator():
        try:
            yield 1
            yield 2
        finally:
            log.append("closed")

    async def main(pause):
        async with aio.scoped_iter(generator()) as items:
            assert await anext(items) == 1
            assert not hasattr(aio.borrow(Plain()), "asend")

    class Plain:
        def __aiter__(self):
            return self

        async def __anext__(self):
            raise StopAsyncIteration

    run(main)
    assert log == ["closed"]


def test_names_are_those_of_asyncstdlib():
    import asyncstdlib

    names = {
        "ContextDecorator",
        "ExitStack",
        "borrow",
        "closing",
        "contextmanager",
        "nullcontext",
        "scoped_iter",
    }
    assert names <= set(aio.__all__)
    assert all(hasattr(asyncstdlib, name) for name in names)
    assert issubclass(aio.ExitStack, contextlib.AbstractAsyncContextManager)
