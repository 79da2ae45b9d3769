"""Context managers as decorators: of functions, generators, coroutines, async generators."""

from __future__ import annotations

import sys
from types import MethodType

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
    from typing import Self, TypeVar, overload

    from ._parameters import Any, P, T

    CallableT = TypeVar("CallableT", bound=Callable[..., Any])
    Y = TypeVar("Y")
    SendT = TypeVar("SendT")

__all__ = ["AsyncContextDecorator", "ContextDecorator"]

# The inspect.CO_* flags: that module takes longer to import than everything here.
_GENERATOR, COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x200
_KINDS = _GENERATOR | COROUTINE | _ASYNC_GENERATOR


def kind_of(function: Any) -> int:
    """Say which kind of code calling `function` starts; 0 for a plain function.

    Methods and `functools.partial` objects are looked through, and what
    `inspect.markcoroutinefunction` marked counts as a coroutine function.
    """
    from functools import partial

    while isinstance(function, partial | MethodType):
        function = function.func if isinstance(function, partial) else function.__func__
    code = getattr(function, "__code__", None)
    kind: int = getattr(code, "co_flags", 0) & _KINDS
    inspect = sys.modules.get("inspect")
    if not kind and inspect and inspect.iscoroutinefunction(function):
        return COROUTINE
    return kind


class ContextDecorator:
    """Mixin that lets a context manager be used as a decorator.

    `@manager` around a function is `with manager:` around its body, whatever the function is: for
    a generator, a coroutine function and an async generator the manager stays entered until their
    body has finished (as in contextlib since 3.15, python/cpython#125862; before, it was left
    before the body began). Each call enters the same manager, so it has to be reusable;
    managers made by `contextmanager` are made anew for each call.

    Calling returns a function of the same kind with name, docstring and `__wrapped__` kept.
    Entering, leaving and the function itself may raise what they like.
    """

    __slots__ = ()

    def _recreate_cm(self) -> Self:
        """Return the manager for one call: itself, unless a subclass can make a fresh one."""
        return self

    def __call__(self, func: CallableT, /) -> CallableT:
        """Return `func` with its body run inside this manager."""
        from functools import update_wrapper

        wrap = _SYNC_WRAPPERS.get(kind_of(func), _function_inside)
        inner: CallableT = update_wrapper(wrap(self, func), func)  # type: ignore[assignment] # alike
        return inner


class AsyncContextDecorator:
    """Mixin that lets an asynchronous context manager be used as a decorator.

    The counterpart of `ContextDecorator` for `async with`. A coroutine function stays one, an
    async generator stays one, and both run inside the manager. A plain function becomes a
    coroutine function, whose result is what the function returned (an awaitable is handed on
    unawaited); a generator becomes an async generator (its return value is dropped, as an async
    generator has none). Semantics of contextlib in 3.15; before, only coroutine functions worked.
    """

    __slots__ = ()

    def _recreate_cm(self) -> Self:
        """Return the manager for one call: itself, unless a subclass can make a fresh one."""
        return self

    if TYPE_CHECKING:

        @overload
        def __call__(
            self, func: Callable[P, Coroutine[Any, Any, T]], /
        ) -> Callable[P, Coroutine[Any, Any, T]]: ...
        @overload
        def __call__(  # type: ignore[overload-overlap] # the last takes what is left
            self, func: Callable[P, AsyncGenerator[Y, SendT]], /
        ) -> Callable[P, AsyncGenerator[Y, SendT]]: ...
        @overload
        def __call__(  # type: ignore[overload-overlap] # the last takes what is left
            self, func: Callable[P, Generator[Y, SendT, Any]], /
        ) -> Callable[P, AsyncGenerator[Y, SendT]]: ...
        @overload
        def __call__(self, func: Callable[P, T], /) -> Callable[P, Coroutine[Any, Any, T]]: ...

    def __call__(self, func: Callable[..., Any], /) -> Callable[..., Any]:
        """Return `func` with its body run inside this manager, to be awaited or iterated."""
        from functools import update_wrapper

        wrap = _ASYNC_WRAPPERS.get(kind_of(func), _function_inside_async)
        return update_wrapper(wrap(self, func), func)


def recreated(manager: Any) -> Any:
    """Return the manager for one call of a decorated function."""
    return manager._recreate_cm()  # noqa: SLF001 - both kinds of manager have it


def _function_inside(manager: Any, func: Callable[..., Any]) -> Callable[..., Any]:
    def inner(*args: Any, **kwds: Any) -> Any:
        with recreated(manager):
            return func(*args, **kwds)

    return inner


def _generator_inside(
    manager: Any, func: Callable[..., Generator[Any, Any, Any]]
) -> Callable[..., Any]:
    def inner(*args: Any, **kwds: Any) -> Generator[Any, Any, Any]:
        with recreated(manager):
            return (yield from func(*args, **kwds))

    return inner


def _coroutine_inside(manager: Any, func: Callable[..., Any]) -> Callable[..., Any]:
    async def inner(*args: Any, **kwds: Any) -> Any:
        with recreated(manager):
            return await func(*args, **kwds)

    return inner


def _async_generator_inside(manager: Any, func: Callable[..., Any]) -> Callable[..., Any]:
    async def inner(*args: Any, **kwds: Any) -> AsyncGenerator[Any, Any]:
        with recreated(manager):
            async with _Relay(func(*args, **kwds)) as relay:
                while await relay.advance():
                    try:
                        relay.sent = yield relay.value
                    except GeneratorExit:
                        raise
                    except BaseException as exc:  # noqa: BLE001 - the body shall get it
                        relay.thrown = exc

    return inner


def _function_inside_async(manager: Any, func: Callable[..., Any]) -> Callable[..., Any]:
    async def inner(*args: Any, **kwds: Any) -> Any:
        async with recreated(manager):
            return func(*args, **kwds)

    return inner


def _coroutine_inside_async(manager: Any, func: Callable[..., Any]) -> Callable[..., Any]:
    async def inner(*args: Any, **kwds: Any) -> Any:
        async with recreated(manager):
            return await func(*args, **kwds)

    return inner


def _any_generator_inside_async(manager: Any, func: Callable[..., Any]) -> Callable[..., Any]:
    async def inner(*args: Any, **kwds: Any) -> AsyncGenerator[Any, Any]:
        async with recreated(manager), _Relay(func(*args, **kwds)) as relay:
            while await relay.advance():
                try:
                    relay.sent = yield relay.value
                except GeneratorExit:
                    raise
                except BaseException as exc:  # noqa: BLE001 - the body shall get it
                    relay.thrown = exc

    return inner


class _Relay:
    """`yield from` for async generators: hands on what is sent and thrown, closes the body."""

    __slots__ = ("body", "sent", "thrown", "value")

    def __init__(self, body: Any) -> None:
        self.body = body
        self.sent: Any = None
        self.thrown: BaseException | None = None
        self.value: Any = None

    async def advance(self) -> bool:
        """Run the body to its next yield; False when it has finished."""
        sent, self.sent = self.sent, None
        thrown, self.thrown = self.thrown, None
        is_async = hasattr(self.body, "asend")
        try:
            if is_async:
                step = self.body.asend(sent) if thrown is None else self.body.athrow(thrown)
                self.value = await step
            elif thrown is None:
                self.value = self.body.send(sent)
            else:
                self.value = self.body.throw(thrown)
        except (StopAsyncIteration, StopIteration):
            return False
        return True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *details: object) -> None:
        if hasattr(self.body, "aclose"):
            await self.body.aclose()
        else:
            self.body.close()


_SYNC_WRAPPERS = {
    _GENERATOR: _generator_inside,
    COROUTINE: _coroutine_inside,
    _ASYNC_GENERATOR: _async_generator_inside,
}
_ASYNC_WRAPPERS = {
    _GENERATOR: _any_generator_inside_async,
    COROUTINE: _coroutine_inside_async,
    _ASYNC_GENERATOR: _any_generator_inside_async,
}
