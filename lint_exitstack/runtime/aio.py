"""Async-neutral context managers: a drop-in for `asyncstdlib.contextlib`, and more.

One set of names takes synchronous and asynchronous things alike. No event loop is imported: this
runs under asyncio, trio or whatever drives coroutines.
"""

from __future__ import annotations

from types import FunctionType

from ._abstract import AbstractAsyncContextManager as AbstractContextManager
from ._async_exits import AsyncUnwinding
from ._async_generators import AsyncGeneratorContextManager
from ._chaining import hide, without_machinery
from ._decorators import COROUTINE, AsyncContextDecorator as ContextDecorator
from ._iterators import borrow, scoped_iter
from ._neutral import awaitable, call_back, call_exit
from ._parameters import Any, ExitT_co, T_co
from ._pending import AWAIT_CALLBACK, AWAIT_EXIT, PendingExit, describe
from ._small import nullcontext, suppress as _suppress
from ._special import ABSENT, find_pair, missing, plain, special

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from contextlib import AbstractContextManager as SyncManager
    from types import TracebackType
    from typing import Protocol, TypeVar

    from ._parameters import P, T
    from ._pending import Entry

    class Closeable(Protocol):
        def aclose(self) -> Awaitable[object]: ...

    class SyncCloseable(Protocol):
        def close(self) -> object: ...

    CloseableT = TypeVar("CloseableT", bound=Closeable | SyncCloseable)
    ExitFunction = Callable[
        [type[BaseException] | None, BaseException | None, TracebackType | None],
        Awaitable[bool | None] | bool | None,
    ]
    AnyManager = AbstractContextManager[Any, Any] | SyncManager[Any, Any]
    ExitOrManager = TypeVar("ExitOrManager", bound=AnyManager | ExitFunction)
    CallableT = TypeVar("CallableT", bound=Callable[..., Any])
else:
    CloseableT = object

__all__ = [
    "AbstractContextManager",
    "ContextDecorator",
    "ExitStack",
    "borrow",
    "closing",
    "contextmanager",
    "nullcontext",
    "scoped_iter",
    "suppress",
]

hide(__name__)


class _GeneratorContextManager(AsyncGeneratorContextManager[T_co]):
    __slots__ = ()
    __doc__ = AsyncGeneratorContextManager.__dict__["__doc__"]
    _unswallowed = (GeneratorExit,)


def contextmanager(
    func: Callable[P, AsyncIterator[T_co]],
) -> Callable[P, _GeneratorContextManager[T_co]]:
    """Make an asynchronous context manager of an async generator function that yields once.

    As `lint_exitstack.runtime.asynccontextmanager`, with one difference, which asyncstdlib has too:
    GeneratorExit is raised at the `yield` as any exception is, but can't be swallowed, because it
    ends the coroutine that runs the block.

    Entering raises RuntimeError when the generator doesn't yield, leaving does when it yields again
    (the generator is closed then).
    """
    from functools import wraps

    cls: type[_GeneratorContextManager[T_co]] = _GeneratorContextManager

    @wraps(func)
    def helper(*args: P.args, **kwds: P.kwargs) -> _GeneratorContextManager[T_co]:
        manager = _new(cls)
        manager.gen = func(*args, **kwds)
        manager.func = func
        manager.args = args
        manager.kwds = kwds
        return manager

    return helper


_new = object.__new__


async def _close(thing: Any) -> None:
    closed = thing.close()
    if awaitable(closed):
        await closed


class closing(AbstractContextManager[CloseableT, None]):  # noqa: N801 - contextlib's name
    """Close `thing` at the end of the block: `await thing.aclose()`, or else `thing.close()`.

    What `close` returns is awaited if it can be, so objects with an asynchronous `close` are
    welcome. Entering returns `thing`. Raises AttributeError at the end when it has neither, and
    whatever closing raises.
    """

    __slots__ = ("__weakref__", "thing")

    def __init__(self, thing: CloseableT) -> None:
        """Take the object to be closed."""
        self.thing = thing

    async def __aenter__(self) -> CloseableT:
        """Return the object to be closed."""
        return self.thing

    async def __aexit__(self, kind: object, exc: object, traceback: object, /) -> None:
        """Close it."""
        thing: Any = self.thing
        try:
            closed = thing.aclose()
        except AttributeError:
            if hasattr(thing, "aclose"):
                raise
            closed = _close(thing)
        await closed


class suppress(_suppress, AbstractContextManager[None, bool]):  # noqa: N801 - contextlib's name
    """Swallow the given exceptions, in `with` and `async with` alike.

    Otherwise `lint_exitstack.runtime.suppress`.
    """

    __slots__ = ()

    async def __aenter__(self) -> None:
        """Do nothing."""

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> bool:
        """Tell whether `exc` is swallowed; raise what is left of a group."""
        return kind is not None and self.__exit__(kind, exc, traceback)


def _describe(entry: Entry) -> PendingExit:
    """Show what was registered instead of what awaits it if it can be."""
    function, target, manner = entry
    if function is call_exit:
        return PendingExit("exit", target, is_async=True)
    if function is call_back:
        (callback, *args), kwds = target
        return PendingExit("callback", callback, tuple(args), dict(kwds), is_async=True)
    return describe((function, target, manner))


class ExitStack(AsyncUnwinding[ExitT_co], AbstractContextManager[Any, ExitT_co]):
    """Hold managers and callbacks of either kind, and run their exits in reverse order at the end.

    Unwinds exactly as nested `with` and `async with` would, like
    `lint_exitstack.runtime.AsyncExitStack`, which has contextlib's names for the methods; this has
    asyncstdlib's: one for each task, whatever the kind.

    Where asyncstdlib's stack has faults, this one is right: exits run once, also when `aclose` is
    awaited inside the block; a callback registered while the stack unwinds runs too; every keyword
    reaches the callback; what isn't a manager raises TypeError; methods are looked up on the type.
    """

    __slots__ = ()

    async def enter_context(
        self, cm: AbstractContextManager[T, bool | None] | SyncManager[T, bool | None]
    ) -> T:
        """Enter `cm`, register its exit, and return what entering it returned. Await this.

        An object that is a manager of both kinds is entered asynchronously. Raises TypeError when
        `cm` is neither, with nothing registered, and whatever entering raises.
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
                return await self._enter(cm, cls)  # type: ignore[no-any-return] # the manager's
            value: T = await enter(cm)
        except BaseException as failure:
            without_machinery(failure)
            raise
        self._exits.append((leave, cm, AWAIT_EXIT))
        return value

    async def _enter(self, cm: object, cls: Any) -> Any:
        """Do what `enter_context` says for methods not known as plain asynchronous ones."""
        enter: Any = getattr(cls, "__enter__", None)
        leave: Any = getattr(cls, "__exit__", None)
        if enter in plain and leave in plain and not hasattr(cls, "__aenter__"):
            value = enter(cm)
            self._exits.append((leave, cm, None))
            return value
        found = find_pair(cm, "__aenter__", "__aexit__")
        if found is not None:
            value = await found[0][0](found[0][1])
            self._exits.append((*found[1], AWAIT_EXIT))
            return value
        found = find_pair(cm, "__enter__", "__exit__")
        if found is None:
            raise missing(cm, asynchronous=True)
        value = found[0][0](found[0][1])
        self._exits.append((*found[1], None))
        return value

    _describe = staticmethod(_describe)

    def push(self, exit: ExitOrManager) -> ExitOrManager:  # noqa: A002 - the documented name
        """Register the exit of a manager, or a function of that signature, of either kind.

        The manager isn't entered. A true result, awaited if it can be, swallows the exception.
        Returns `exit`, so that this can be a decorator.
        """
        found = special(exit, "__aexit__")
        if found is not None:
            self._exits.append((*found, AWAIT_EXIT))
            return exit
        found = special(exit, "__exit__")
        if found is not None:
            self._exits.append((*found, None))
        else:
            self._exits.append((call_exit, exit, AWAIT_EXIT))
        return exit

    def callback(
        self, callback: Callable[P, T], /, *args: P.args, **kwds: P.kwargs
    ) -> Callable[P, T]:
        """Register `callback(*args, **kwds)`, awaited if the result can be.

        It isn't told of exceptions and can't swallow them. Every keyword belongs to the callback,
        `callback` and `self` too. Returns `callback`, so that this can be a decorator.
        """
        if type(callback) is FunctionType and callback.__code__.co_flags & COROUTINE:
            self._exits.append((callback, (args, kwds), AWAIT_CALLBACK))
        else:
            self._exits.append((call_back, ((callback, *args), kwds), AWAIT_CALLBACK))
        return callback
