"""AsyncExitStack: context managers and callbacks of both kinds in one `async with`."""

from __future__ import annotations

from operator import call
from sys import exception as handled_exception

from ._abstract import AbstractAsyncContextManager
from ._async_unwinding import unwind
from ._chaining import hide, leaving, passed_on, reraise, user_frame
from ._parameters import Any, ExitT_co
from ._pending import AWAIT_CALLBACK, AWAIT_EXIT
from ._registry import Registry
from ._special import missing, special

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType
    from typing import Self, TypeVar

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


class AsyncExitStack(Registry, AbstractAsyncContextManager[Any, ExitT_co]):
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
        enter = special(cm, "__aenter__")
        leave = special(cm, "__aexit__")
        if enter is None or leave is None:
            raise missing(cm, asynchronous=True)
        value: T = await enter[0](enter[1])
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

    async def __aenter__(self) -> Self:
        """Return the stack."""
        self._outside = handled_exception()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> ExitT_co:
        """Run all exits, last registered first, awaiting those that are asynchronous.

        Details are taken from `exc` itself; without it there is no exception, whatever `kind`
        says. Returns true when there was an exception and an exit swallowed it. Raises what an
        exit raised last, if no later exit swallowed that.
        """
        exits = self._exits
        outcome: Any = False
        pending: Any = exc
        raised = False
        try:
            if exc is None:
                while exits:
                    function, target, manner = exits.pop()
                    if manner is AWAIT_EXIT:
                        await function(target, None, None, None)
                    elif manner is None:
                        function(target, None, None, None)
                    elif manner is AWAIT_CALLBACK:
                        await function(*target[0], **target[1])
                    else:
                        function(*target, **manner)
                return outcome  # type: ignore[no-any-return] # the user says which
        except BaseException as failure:  # noqa: BLE001 - goes on to the other exits
            pending, raised = failure, True
        frame = user_frame()
        given = exc if handled_exception() is exc else None
        try:
            if raised:
                passed_on(pending, frame)
            pending, raised = await unwind(
                exits, pending, given, self._outside, frame, raised=raised
            )
            if raised:
                reraise(pending)
            if pending is None:
                outcome = exc is not None
        except BaseException as failure:
            leaving(failure, frame)
            raise
        else:
            return outcome  # type: ignore[no-any-return] # the user says which
        finally:
            exc = pending = given = frame = None  # the frames of the traceback lead here: no circle

    async def aclose(self) -> None:
        """Run all exits now, as leaving the block without an exception would.

        Raises what an exit raised last, if no later exit swallowed that.
        """
        await self.__aexit__(None, None, None)
