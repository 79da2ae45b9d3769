"""Scope guards: exits that run only when the block failed, or only when it succeeded.

What D writes as `scope(failure)` and `scope(success)`, and Zig as `errdefer`.
"""

from __future__ import annotations

from ._async_stacks import AsyncExitStack
from ._chaining import hide
from ._exits import Exits
from ._parameters import ExitT_co
from ._pending import AWAIT_EXIT, PendingExit, describe
from ._stacks import ExitStack

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ._parameters import Any, P, T
    from ._pending import Entry, Kind

__all__ = ["AsyncScopeGuard", "ScopeGuard"]

hide(__name__)


class _Conditional:
    """A callback, and whether failure or success makes it run."""

    __slots__ = ("args", "function", "kwds", "on_failure")

    def __init__(
        self,
        on_failure: bool,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwds: dict[str, Any],
    ) -> None:
        self.on_failure = on_failure
        self.function = function
        self.args = args
        self.kwds = kwds


def _run(guarded: _Conditional, _kind: object, exc: object, _traceback: object) -> None:
    if (exc is not None) is guarded.on_failure:
        guarded.function(*guarded.args, **guarded.kwds)


async def _run_async(guarded: _Conditional, _kind: object, exc: object, _traceback: object) -> None:
    if (exc is not None) is guarded.on_failure:
        await guarded.function(*guarded.args, **guarded.kwds)


def _describe(entry: Entry) -> PendingExit:
    """Show guards as what they are; everything else as any stack does."""
    guarded = entry[1]
    if not isinstance(guarded, _Conditional):
        return describe(entry)
    kind: Kind = "on_failure" if guarded.on_failure else "on_success"
    is_async = entry[2] is AWAIT_EXIT
    return PendingExit(kind, guarded.function, guarded.args, dict(guarded.kwds), is_async=is_async)


class _Guarding(Exits):
    """The guards that both stacks have."""

    __slots__ = ()
    _describe = staticmethod(_describe)

    def on_failure(
        self, callback: Callable[P, T], /, *args: P.args, **kwds: P.kwargs
    ) -> Callable[P, T]:
        """Register `callback(*args, **kwds)` for the case that the block fails.

        Failure means an exception on its way out when the turn of this guard comes: of any kind
        (KeyboardInterrupt, GeneratorExit and cancellation too), from the block or from an exit
        that ran before. One that an exit registered later has swallowed doesn't count.

        The callback isn't told of the exception and can't swallow it; what it raises takes its
        place, with it as context. Returns `callback`, so that this can be a decorator.
        """
        self._exits.append((_run, _Conditional(True, callback, args, kwds), None))
        return callback

    def on_success(
        self, callback: Callable[P, T], /, *args: P.args, **kwds: P.kwargs
    ) -> Callable[P, T]:
        """Register `callback(*args, **kwds)` for the case that the block succeeds.

        Success means that no exception is on its way out when the turn of this guard comes: the
        block ended, or left by `return`, `break` or `continue`, or an exit that ran before
        swallowed what it raised. `close` counts as success.

        What the callback raises leaves the block. Returns `callback`, so that this can be a
        decorator.
        """
        self._exits.append((_run, _Conditional(False, callback, args, kwds), None))
        return callback


class ScopeGuard(_Guarding, ExitStack[ExitT_co]):
    """An `ExitStack` with `on_failure` and `on_success` beside `callback`.

    All exits share one order, last registered first, whatever decides about them. Guards of a
    stack emptied by `pop_all` move to the new stack and are decided there.

        with ScopeGuard() as guard:
            first = create(a)
            guard.on_failure(delete, first)
            second = create(b)
            guard.on_failure(delete, second)
            guard.on_success(announce, first, second)
    """

    __slots__ = ()


class AsyncScopeGuard(_Guarding, AsyncExitStack[ExitT_co]):
    """An `AsyncExitStack` with guards; those named async await their callback.

    What is said of `ScopeGuard` holds here too.
    """

    __slots__ = ()

    def on_async_failure(
        self, callback: Callable[P, Awaitable[T]], /, *args: P.args, **kwds: P.kwargs
    ) -> Callable[P, Awaitable[T]]:
        """Register `await callback(*args, **kwds)` for the case that the block fails.

        Otherwise as `on_failure`.
        """
        self._exits.append((_run_async, _Conditional(True, callback, args, kwds), AWAIT_EXIT))
        return callback

    def on_async_success(
        self, callback: Callable[P, Awaitable[T]], /, *args: P.args, **kwds: P.kwargs
    ) -> Callable[P, Awaitable[T]]:
        """Register `await callback(*args, **kwds)` for the case that the block succeeds.

        Otherwise as `on_success`.
        """
        self._exits.append((_run_async, _Conditional(False, callback, args, kwds), AWAIT_EXIT))
        return callback
