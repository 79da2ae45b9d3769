"""Leaving the block of an asynchronous stack."""

from __future__ import annotations

from sys import exception as handled_exception

from ._async_unwinding import carry, settle, with_exception
from ._chaining import hide, leaving, still_handled
from ._exits import Exits
from ._parameters import ExitT_co, Generic
from ._pending import AWAIT_CALLBACK, AWAIT_EXIT

TYPE_CHECKING = False

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from ._parameters import Any


hide(__name__)


class AsyncUnwinding(Exits, Generic[ExitT_co]):
    """The stack as an asynchronous context manager."""

    __slots__ = ()

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
        pending: BaseException | None = exc
        failed: BaseException | None = None
        given: BaseException | None = None
        outside: BaseException | None = None
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
                return False  # type: ignore[return-value] # the user says what it may be
            if handled_exception() is exc:
                given = exc
                outside = getattr(self, "_outside", None)
                if outside is not None:
                    outside = still_handled(outside, exc)
            pending, again = await with_exception(exits, exc)
            if pending is exc and not again:
                return False  # type: ignore[return-value] # the user says what it may be
            failed = pending
        except BaseException as failure:
            failed = failure
            pending, unchanged = await carry(exits, failure)
            if unchanged:
                exc = pending = failed = given = outside = None
                raise
        if pending is None and not exits:
            return exc is not None  # type: ignore[return-value] # the user says what it may be
        try:
            gone = await settle(exits, pending, failed, given, outside)
            swallowed: Any = gone and exc is not None
        except BaseException as failure:
            leaving(failure)
            raise
        finally:
            # The frames in the traceback of what leaves lead here: no circle of references.
            exc = pending = failed = given = outside = None
        return swallowed  # type: ignore[no-any-return] # the same

    async def aclose(self) -> None:
        """Run all exits now, as leaving the block without an exception would.

        Raises what an exit raised last, if no later exit swallowed that.
        """
        await self.__aexit__(None, None, None)
