"""Read by mypy and pyright, never run: what the runtime's types say. See test_runtime_types.

An expected complaint carries a `type: ignore`; both checkers complain about one that isn't needed.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator, Iterator
from typing import Any, assert_type

from lint_exitstack import runtime
from lint_exitstack.runtime import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
    aio,
    guards,
)


class Own:
    """A manager that derives from nothing."""

    def __enter__(self) -> int:
        return 1

    def __exit__(self, *details: object) -> None: ...


class OwnAsync:
    async def __aenter__(self) -> str:
        return ""

    async def __aexit__(self, *details: object) -> None: ...


class Derived(AbstractContextManager[bytes, None]):
    def __enter__(self) -> bytes:
        return b""

    def __exit__(self, *details: object) -> None: ...


def takes(manager: AbstractContextManager[int]) -> None: ...
def takes_theirs(manager: contextlib.AbstractContextManager[bytes]) -> None: ...
def takes_async(manager: AbstractAsyncContextManager[str]) -> None: ...


takes(Own())
takes_async(OwnAsync())
takes_theirs(Derived())
takes_async(Own())  # type: ignore[arg-type]


def stacks(text: io.StringIO) -> None:
    with ExitStack() as stack:
        assert_type(stack, ExitStack[bool | None])
        assert_type(stack.enter_context(Own()), int)
        assert_type(stack.enter_context(runtime.closing(text)), io.StringIO)
        assert_type(stack.pop_all(), ExitStack[bool | None])
        stack.enter_context(OwnAsync())  # type: ignore[arg-type]
        stack.enter_context(3)  # type: ignore[arg-type]
        assert_type(stack.push(Own()), Own)
        stack.push(3)  # type: ignore[type-var]
        stack.callback(int, "3", base=10)
        stack.callback(takes, Own())
        stack.callback(takes, "no manager")  # type: ignore[arg-type]
        stack.callback(callback=print)  # type: ignore[call-arg]


def callback_keeps_its_signature(stack: ExitStack) -> None:
    @stack.callback
    def undo() -> str:
        return ""

    assert_type(undo(), str)


async def async_stacks() -> None:
    async with AsyncExitStack() as stack:
        assert_type(await stack.enter_async_context(OwnAsync()), str)
        assert_type(stack.enter_context(Own()), int)
        await stack.enter_async_context(Own())  # type: ignore[arg-type]
        stack.push_async_callback(async_stacks)
        stack.push_async_callback(print)  # type: ignore[arg-type]


def may_end_without_value() -> int:  # type: ignore[return]
    with runtime.suppress(ValueError):
        return 1


def swallowing_stack() -> int:  # type: ignore[return]
    with ExitStack[bool]():
        return 1


def returns_anyway() -> int:
    with ExitStack(), runtime.nullcontext(), Own():
        return 1


def returns_out_of_generator_manager() -> int:
    with made(1):
        return 1


@runtime.contextmanager
def made(number: int, *, text: str = "") -> Iterator[bytes]:
    yield b""


@runtime.contextmanager
def made_by_generator() -> Generator[bytes]:
    yield b""


@runtime.asynccontextmanager
async def made_async(number: int) -> AsyncIterator[bytes]:
    yield b""


def generator_managers() -> None:
    with made(1, text="x") as value:
        assert_type(value, bytes)
    with made_by_generator() as value:
        assert_type(value, bytes)
    made("no number")  # type: ignore[arg-type]
    made(1, other=2)  # type: ignore[call-arg]


async def async_generator_managers() -> None:
    async with made_async(1) as value:
        assert_type(value, bytes)
    async with aio.contextmanager(made_by_async_generator)("x") as number:
        assert_type(number, int)


async def made_by_async_generator(text: str) -> AsyncGenerator[int]:
    yield 1


def decorators() -> None:
    @made(1)
    def plain(number: int) -> str:
        return ""

    assert_type(plain(1), str)

    @made_async(1)
    async def coroutine(number: int) -> str:
        return ""

    checked: Callable[[int], Coroutine[Any, Any, str]] = coroutine

    @made_async(1)
    def function(number: int) -> str:
        return ""

    checked = function

    @made_async(1)
    def generator() -> Generator[int, str, bytes]:
        yield 1
        return b""

    assert_type(generator(), AsyncGenerator[int, str])
    assert_type(checked(1), Coroutine[Any, Any, str]).close()


def small(stream: io.StringIO) -> None:
    with runtime.nullcontext() as nothing:
        assert_type(nothing, None)
    with runtime.nullcontext(1) as number:
        assert_type(number, int)
    with runtime.closing(stream) as same:
        assert_type(same, io.StringIO)
    with runtime.redirect_stdout(stream) as target:
        assert_type(target, io.StringIO)
    runtime.closing(3)  # type: ignore[type-var]
    runtime.suppress("no class")  # type: ignore[arg-type]
    with runtime.chdir("."):
        pass


async def neutral(stream: io.StringIO) -> None:
    async with aio.ExitStack() as stack:
        assert_type(await stack.enter_context(Own()), int)
        assert_type(await stack.enter_context(OwnAsync()), str)
        stack.callback(neutral, stream)
        stack.callback(neutral, 3)  # type: ignore[arg-type]
    async with aio.closing(made_by_async_generator("")) as numbers:
        assert_type(numbers, AsyncGenerator[int])
    async with aio.closing(stream) as same:
        assert_type(same, io.StringIO)
    async with aio.scoped_iter([1, 2]) as items:
        assert_type(items, AsyncIterator[int])
    async with aio.scoped_iter(made_by_async_generator("")) as items:
        assert_type(items, AsyncIterator[int])
    async for item in aio.borrow(made_by_async_generator("")):
        assert_type(item, int)


async def neutral_swallows() -> int:  # type: ignore[return]
    async with aio.suppress(ValueError):
        return 1


async def scope_guards() -> None:
    with guards.ScopeGuard() as guard:
        guard.on_failure(takes, Own())
        guard.on_success(takes, 3)  # type: ignore[arg-type]
        assert_type(guard.pop_all(), guards.ScopeGuard[bool | None])
    async with guards.AsyncScopeGuard() as async_guard:
        async_guard.on_async_failure(neutral, io.StringIO())
        async_guard.on_async_success(print)  # type: ignore[arg-type]
