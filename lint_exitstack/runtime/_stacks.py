"""ExitStack: any number of context managers and callbacks in one `with`."""

from __future__ import annotations

from sys import exception as handled_exception

from ._abstract import AbstractContextManager
from ._chaining import hide, leaving, still_handled
from ._parameters import Any, ExitT_co
from ._registry import Registry
from ._unwinding import carry, settle

TYPE_CHECKING = False

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

__all__ = ["ExitStack"]

hide(__name__)


class ExitStack(Registry, AbstractContextManager[Any, ExitT_co]):
    """Hold context managers and callbacks, and run their exits in reverse order at the end.

    A drop-in for `contextlib.ExitStack` that leaves the block exactly as nested `with` statements
    would: the same calls in the same order, the same exception with the same `__context__`,
    `__cause__`, `__suppress_context__` and `__traceback__`. contextlib drops contexts when the body
    succeeded and several exits raise (python/cpython#102201).

    Exits run when the `with` block ends or `close` is called, never when the stack is merely
    forgotten. A stack may be used again after it was closed. An exit that registers another while
    the stack is closing adds to what is left to run.

    For checkers the class is generic in what `__exit__` returns: `ExitStack[bool]` may swallow
    exceptions, `ExitStack[None]` doesn't, the default `ExitStack[bool | None]` is taken not to.

    Source: https://docs.python.org/3/library/contextlib.html
    """

    __slots__ = ()

    def __enter__(self) -> Self:
        """Return the stack."""
        self._outside = handled_exception()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> ExitT_co:
        """Run all exits, last registered first.

        Details are taken from `exc` itself; without it there is no exception, whatever `kind`
        says. Returns true when there was an exception and an exit swallowed it. Raises what an
        exit raised last, if no later exit swallowed that.
        """
        exits = self._exits
        pending: BaseException | None = exc
        failed: BaseException | None = None
        given: BaseException | None = None
        outside: BaseException | None = None
        try:
            if exc is None:
                while exits:
                    function, target, manner = exits.pop()
                    if manner is None:
                        function(target, None, None, None)
                    else:
                        function(*target, **manner)
                return False  # type: ignore[return-value] # the user says what it may be
            if handled_exception() is exc:
                given = exc
                outside = getattr(self, "_outside", None)
                if outside is not None:
                    outside = still_handled(outside, exc)
                kind = type(exc)
                while exits:
                    function, target, manner = exits.pop()
                    if manner is not None:
                        function(*target, **manner)
                    elif function(target, kind, exc, exc.__traceback__):
                        pending = None
                        break
                else:
                    return False  # type: ignore[return-value] # the user says what it may be
        except BaseException as failure:
            failed = failure
            pending, unchanged = carry(exits, failure)
            if unchanged:
                exc = pending = failed = given = outside = None
                raise
        if pending is None and not exits:
            return exc is not None  # type: ignore[return-value] # the user says what it may be
        try:
            gone = settle(exits, pending, failed, given, outside)
            swallowed: Any = gone and exc is not None
        except BaseException as failure:
            leaving(failure)
            raise
        finally:
            # The frames in the traceback of what leaves lead here: no circle of references.
            exc = pending = failed = given = outside = None
        return swallowed  # type: ignore[no-any-return] # the same

    def close(self) -> None:
        """Run all exits now, as leaving the block without an exception would.

        Raises what an exit raised last, if no later exit swallowed that.
        """
        self.__exit__(None, None, None)
