"""asynccontextmanager: an async context manager written as an async generator."""

from __future__ import annotations

from ._abstract import AbstractAsyncContextManager
from ._chaining import hide, set_traceback, without_machinery
from ._decorators import AsyncContextDecorator
from ._generators import GeneratorManager, came_back, doc_of_function
from ._parameters import T_co

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from types import TracebackType

    from ._parameters import P

__all__ = ["asynccontextmanager"]

hide(__name__)


class AsyncGeneratorContextManager(
    GeneratorManager, AbstractAsyncContextManager[T_co, bool | None], AsyncContextDecorator
):
    __slots__ = ()
    __doc__ = doc_of_function
    # Exceptions that the generator can't swallow; `aio` has one.
    _unswallowed: tuple[type[BaseException], ...] = ()

    async def __aenter__(self) -> T_co:
        """Run the generator up to its `yield` and return what that yields."""
        # The manager would keep them alive otherwise, as long as the block runs.
        self.args = self.kwds = None
        # The loop ends at once; it costs less than catching StopAsyncIteration.
        async for value in self.gen:
            return value  # type: ignore[no-any-return] # what user code yields
        raise RuntimeError("generator didn't yield")

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> bool | None:
        """Run the generator to its end, with the exception raised at its `yield`."""
        gen = self.gen
        if kind is None:
            async for _ in gen:
                try:
                    raise RuntimeError("generator didn't stop")
                finally:
                    await gen.aclose()
            return False
        if exc is None:
            exc = kind()
        try:
            await gen.athrow(exc)
        except StopAsyncIteration as stop:
            return stop is not exc and not isinstance(exc, self._unswallowed)
        except BaseException as error:
            if not came_back(error, exc):
                without_machinery(error)
                raise
            set_traceback(exc, traceback)
            return False
        if getattr(gen, "ag_frame", gen) is None:
            return False  # somebody closed it during the block: there is nobody to tell
        try:
            raise RuntimeError("generator didn't stop after athrow()")
        finally:
            await gen.aclose()


def asynccontextmanager(
    func: Callable[P, AsyncIterator[T_co]],
) -> Callable[P, AsyncGeneratorContextManager[T_co]]:
    """Make an asynchronous context manager of an async generator function that yields once.

    As `contextmanager`, for `async with`; the managers are decorators as `AsyncContextDecorator`
    describes.

    Entering raises RuntimeError when the generator doesn't yield, leaving does when it yields again
    (the generator is closed then).

    Source: https://docs.python.org/3/library/contextlib.html
    """
    from functools import wraps

    cls: type[AsyncGeneratorContextManager[T_co]] = AsyncGeneratorContextManager

    @wraps(func)
    def helper(*args: P.args, **kwds: P.kwargs) -> AsyncGeneratorContextManager[T_co]:
        # Without __init__, which would be a third of the cost of making one.
        manager = _new(cls)
        manager.gen = func(*args, **kwds)
        manager.func = func
        manager.args = args
        manager.kwds = kwds
        return manager

    return helper


_new = object.__new__
