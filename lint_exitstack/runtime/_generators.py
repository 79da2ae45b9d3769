"""contextmanager: a context manager written as a generator with one `yield`."""

from __future__ import annotations

from ._abstract import AbstractContextManager
from ._chaining import hide, set_traceback, without_machinery
from ._decorators import ContextDecorator
from ._parameters import Any, T_co

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Self

    from ._parameters import P

__all__ = ["contextmanager"]

_FINISHED = object()
# The docstring of a manager is that of its generator function.
doc_of_function: Any = property(lambda manager: getattr(manager.func, "__doc__", None))

hide(__name__)


class GeneratorManager:
    """What the managers of both functions have in common."""

    __slots__ = ("__dict__", "__weakref__", "args", "func", "gen", "kwds")

    def __init__(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwds: dict[str, Any]
    ) -> None:
        """Start the generator of `func(*args, **kwds)`, without running it yet."""
        self.gen: Any = func(*args, **kwds)
        self.func = func
        self.args: Any = args
        self.kwds: Any = kwds

    def _recreate_cm(self) -> Self:
        """Return a fresh manager, because a generator runs but once."""
        return type(self)(self.func, self.args, self.kwds)


class GeneratorContextManager(
    GeneratorManager, AbstractContextManager[T_co, bool | None], ContextDecorator
):
    __slots__ = ()
    __doc__ = doc_of_function

    def __enter__(self) -> T_co:
        """Run the generator up to its `yield` and return what that yields."""
        # The manager would keep them alive otherwise, as long as the block runs.
        self.args = self.kwds = None
        value: Any = next(self.gen, _FINISHED)
        if value is _FINISHED:
            raise RuntimeError("generator didn't yield")
        return value  # type: ignore[no-any-return] # what user code yields

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> bool | None:
        """Run the generator to its end, with the exception raised at its `yield`."""
        gen = self.gen
        if kind is None:
            if next(gen, _FINISHED) is _FINISHED:
                return False
            try:
                raise RuntimeError("generator didn't stop")
            finally:
                gen.close()
        if exc is None:
            exc = kind()
        try:
            gen.throw(exc)
        except StopIteration as stop:
            return stop is not exc
        except BaseException as error:
            if not came_back(error, exc):
                without_machinery(error)
                raise
            set_traceback(exc, traceback)
            return False
        try:
            raise RuntimeError("generator didn't stop after throw()")
        finally:
            gen.close()


def came_back(error: BaseException, thrown: BaseException) -> bool:
    """Tell whether a generator let pass what was thrown into it.

    What signals the end of a generator comes back wrapped in a RuntimeError (PEP 479).
    """
    if error is thrown:
        return True
    return (
        isinstance(error, RuntimeError)
        and isinstance(thrown, StopIteration | StopAsyncIteration)
        and error.__cause__ is thrown
    )


def contextmanager(func: Callable[P, Iterator[T_co]]) -> Callable[P, GeneratorContextManager[T_co]]:
    """Make a context manager of a generator function that yields once.

    What stands before the `yield` runs on entry, which returns the yielded value; an exception of
    the block is raised at the `yield`; the rest runs on exit. The generator swallows an exception
    by catching it and ending. Returns a function with name and docstring of `func`, whose
    managers may be used once, or as decorators (see `ContextDecorator`) any number of times.

    Entering raises RuntimeError when the generator doesn't yield, leaving does when it yields again
    (the generator is closed then). Frames of this module don't stay in tracebacks, arguments are
    not kept alive once the block runs. Managers can't be pickled or copied deeply, as generators
    can't.

    Source: https://docs.python.org/3/library/contextlib.html
    """
    from functools import wraps

    cls: type[GeneratorContextManager[T_co]] = GeneratorContextManager

    @wraps(func)
    def helper(*args: P.args, **kwds: P.kwargs) -> GeneratorContextManager[T_co]:
        # Without __init__, which would be a third of the cost of making one.
        manager = _new(cls)
        manager.gen = func(*args, **kwds)
        manager.func = func
        manager.args = args
        manager.kwds = kwds
        return manager

    return helper


_new = object.__new__
