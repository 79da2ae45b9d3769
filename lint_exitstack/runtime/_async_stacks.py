"""AsyncExitStack: context managers and callbacks of both kinds in one `async with`."""

from __future__ import annotations

from operator import call

from ._abstract import AbstractAsyncContextManager
from ._async_exits import AsyncUnwinding
from ._chaining import hide, without_machinery
from ._parameters import Any, ExitT_co
from ._pending import AWAIT_CALLBACK, AWAIT_EXIT
from ._registry import Registry
from ._special import ABSENT, find_pair, missing, plain, special

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType
    from typing import TypeVar

    from ._parameters import P, T

    AsyncExitFunction = Callable[
        [type[BaseException] | None, BaseException | None, TracebackType | None],
        Awaitable[bool | None],
    ]
    AsyncExitOrManager = TypeVar(
        "AsyncExitOrManager", bound=AbstractAsyncContextManager[Any, Any] | AsyncExitFunction
    )

__all__ = ["AsyncExitStack"]


hide(__name__)


class AsyncExitStack(
    Registry, AsyncUnwinding[ExitT_co], AbstractAsyncContextManager[Any, ExitT_co]
):
    """Hold managers and callbacks, synchronous and asynchronous, and run their exits in reverse.

    A drop-in for `contextlib.AsyncExitStack` that leaves the block exactly as nested `with` and
    `async with` statements would; what is said of `ExitStack` holds here too. There is no `close`:
    await `aclose`.

    Source: https://docs.python.org/3/library/contextlib.html
    """

    __slots__ = ()

    async def enter_async_context(self, cm: AbstractAsyncContextManager[T, bool | None]) -> T:
        """Enter `cm`, register its exit, and return what its `__aenter__` returned.

        Both methods are looked up as `async with` does. Raises TypeError when `cm` isn't an
        asynchronous context manager, with nothing registered, and whatever `__aenter__` raises.
        """
        cls: Any = type(cm)
        try:
            enter = cls.__aenter__
            leave = cls.__aexit__
            known = enter in plain and leave in plain
        except (AttributeError, TypeError):
            enter, leave, known = ABSENT, ABSENT, False
        try:
            if not known:
                return await self._enter_async(cm)
            value: T = await enter(cm)
        except BaseException as failure:
            without_machinery(failure)
            raise
        self._exits.append((leave, cm, AWAIT_EXIT))
        return value

    async def _enter_async(self, cm: AbstractAsyncContextManager[T, bool | None]) -> T:
        """Do what `enter_async_context` says for methods not known as plain ones."""
        found = find_pair(cm, "__aenter__", "__aexit__")
        if found is None:
            raise missing(cm, asynchronous=True)
        (enter, obj), leave = found
        value: T = await enter(obj)
        self._exits.append((*leave, AWAIT_EXIT))
        return value

    def push_async_exit(self, exit: AsyncExitOrManager) -> AsyncExitOrManager:  # noqa: A002 - the documented name
        """Register the exit of an object that has `__aexit__`, or a coroutine function like that.

        The object isn't entered. A true result swallows the exception. Returns `exit`, so that
        this can be a decorator.
        """
        found = special(exit, "__aexit__")
        entry = (call, exit, AWAIT_EXIT) if found is None else (*found, AWAIT_EXIT)
        self._exits.append(entry)
        return exit

    def push_async_callback(
        self, callback: Callable[P, Awaitable[T]], /, *args: P.args, **kwds: P.kwargs
    ) -> Callable[P, Awaitable[T]]:
        """Register `await callback(*args, **kwds)`; it can't swallow exceptions.

        Every keyword belongs to the callback. Returns `callback`, so that this can be a decorator.
        """
        self._exits.append((callback, (args, kwds), AWAIT_CALLBACK))
        return callback
