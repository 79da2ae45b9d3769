"""Managers as decorators: open while the body runs, whatever kind of function it is of."""

from __future__ import annotations

import asyncio
import functools
import inspect

import pytest

from lint_exitstack import runtime

log = []


@pytest.fixture(autouse=True)
def _empty():
    log.clear()


class Sync(runtime.ContextDecorator):
    def __enter__(self):
        log.append("enter")
        return self

    def __exit__(self, kind, exc, tb):
        log.append(("exit", kind))


class Async(runtime.AsyncContextDecorator):
    async def __aenter__(self):
        log.append("enter")
        return self

    async def __aexit__(self, kind, exc, tb):
        log.append(("exit", kind))


@runtime.contextmanager
def made():
    log.append("enter")
    try:
        yield
    finally:
        log.append(("exit", None))


WHOLE = ["enter", "body", ("exit", None)]


@pytest.mark.parametrize("manager", [Sync(), made()], ids=["class", "contextmanager"])
def test_plain_functions(manager):
    @manager
    def function(a, b=2):
        """Docstring."""
        log.append("body")
        return a + b

    assert function(1) == 3
    assert function(1, b=1) == 2
    assert log == WHOLE * 2
    assert (function.__name__, function.__doc__) == ("function", "Docstring.")
    assert function.__wrapped__(1) == 3


def test_generators_stay_inside():
    @Sync()
    def numbers():
        log.append("body")
        received = yield 1
        try:
            yield received
        except ValueError:
            yield "caught"
        return "returned"

    assert inspect.isgeneratorfunction(numbers)
    running = numbers()
    assert log == []
    assert next(running) == 1
    assert log == ["enter", "body"]
    assert running.send("sent") == "sent"
    assert running.throw(ValueError) == "caught"
    with pytest.raises(StopIteration) as stop:
        next(running)
    assert stop.value.value == "returned"
    assert log == WHOLE
    early = numbers()
    next(early)
    early.close()
    assert log[-1] == ("exit", GeneratorExit)


def test_coroutine_functions_stay_inside():
    @Sync()
    async def coroutine():
        await asyncio.sleep(0)
        log.append("body")
        return "value"

    assert inspect.iscoroutinefunction(coroutine)
    assert asyncio.run(coroutine()) == "value"
    assert log == WHOLE


@pytest.mark.parametrize("decorator", [Sync, Async])
def test_async_generators_stay_inside(decorator):
    @decorator()
    async def numbers():
        log.append("body")
        received = yield 1
        try:
            yield received
        except ValueError:
            yield "caught"

    assert inspect.isasyncgenfunction(numbers)

    async def main():
        running = numbers()
        assert await anext(running) == 1
        assert log == ["enter", "body"]
        assert await running.asend("sent") == "sent"
        assert await running.athrow(ValueError) == "caught"
        with pytest.raises(StopAsyncIteration):
            await anext(running)
        assert log == WHOLE
        early = numbers()
        await anext(early)
        await early.aclose()
        assert log[-1] == ("exit", GeneratorExit)
        failing = numbers()
        await anext(failing)
        with pytest.raises(KeyError):
            await failing.athrow(KeyError)
        assert log[-1] == ("exit", KeyError)

    asyncio.run(main())


def test_async_manager_around_every_kind():
    @Async()
    async def coroutine():
        log.append("body")
        return "value"

    @Async()
    def plain():
        log.append("body")
        return "value"

    async def pending():
        return "value"

    @Async()
    def returns_awaitable():
        log.append("body")
        return pending()

    @Async()
    def generator():
        log.append("body")
        received = yield 1
        try:
            yield received
        except ValueError:
            yield "caught"

    async def main():
        assert await coroutine() == "value"
        assert await plain() == "value"
        assert await (await returns_awaitable()) == "value"
        assert inspect.isasyncgenfunction(generator)
        running = generator()
        assert await anext(running) == 1
        assert await running.asend("sent") == "sent"
        assert await running.athrow(ValueError) == "caught"
        assert [rest async for rest in running] == []

    asyncio.run(main())
    assert log == WHOLE * 4


def test_what_counts_as_a_coroutine_function():
    async def coroutine(word):
        log.append("body")
        return word

    class Methods:
        async def method(self):
            log.append("body")
            return "value"

    partial = Sync()(functools.partial(coroutine, "value"))
    method = Sync()(Methods().method)
    assert inspect.iscoroutinefunction(partial)
    assert asyncio.run(partial()) == asyncio.run(method()) == "value"
    assert log == WHOLE * 2


def test_contextmanagers_are_made_anew_for_each_call():
    @runtime.asynccontextmanager
    async def entered():
        log.append("enter")
        yield
        log.append(("exit", None))

    @entered()
    async def function():
        log.append("body")

    async def main():
        await function()
        await function()

    asyncio.run(main())
    assert log == WHOLE * 2


def test_an_exception_may_be_swallowed_around_a_function():
    @runtime.contextmanager
    def swallowing():
        try:
            yield
        except ValueError:
            pass

    @swallowing()
    def function():
        raise ValueError

    assert function() is None
