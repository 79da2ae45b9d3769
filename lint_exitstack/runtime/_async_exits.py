"""Leaving the block of an asynchronous stack."""

from __future__ import annotations

from sys import exception as handled_exception

from ._async_unwinding import run, unwind, with_exception
from ._chaining import hide, leaving, passed_on, reraise, still_handled, without_machinery
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
                kind = type(exc)
                while exits:
                    function, target, manner = exits.pop()
                    if manner is AWAIT_EXIT:
                        swallowed = await function(target, kind, exc, exc.__traceback__)
                    elif manner is None:
                        swallowed = function(target, kind, exc, exc.__traceback__)
                    else:
                        swallowed = False
                        await run((function, target, manner), kind, exc, None)
                    if swallowed:
                        pending = None
                        break
                else:
                    return False  # type: ignore[return-value] # the user says what it may be
        except BaseException as failure:
            pending = failed = failure
            if not exits:
                # Without an entry for this frame, as if no stack were in between.
                without_machinery(failure)
                exc = pending = failed = given = outside = None
                raise
            passed_on(failure)
            pending, again = await with_exception(exits, failure)
            if pending is failure and not again:
                leaving(failure)
                exc = pending = failed = given = outside = None
                raise
        outcome: Any = exc is not None
        if not exits and pending is None:
            return outcome  # type: ignore[no-any-return] # the user says which
        try:
            pending, again = await unwind(exits, pending, failed, given, outside)
            if pending is not None:
                if failed is not None or again:
                    reraise(pending)
                outcome = False
        except BaseException as failure:
            leaving(failure)
            raise
        finally:
            # The frames in the traceback of what leaves lead here: no circle of references.
            exc = pending = failed = given = outside = None
        return outcome  # type: ignore[no-any-return] # the user says which

    async def aclose(self) -> None:
        """Run all exits now, as leaving the block without an exception would.

        Raises what an exit raised last, if no later exit swallowed that.
        """
        await self.__aexit__(None, None, None)
