"""Run the exits of an asynchronous stack: `_unwinding` with `await` in it.

An exception thrown into a coroutine gets as context what each coroutine that it passes is handling
itself. So the loop over the exits and the handler stand in one coroutine here.
"""

from __future__ import annotations

from sys import exception as handled_exception

from ._chaining import (
    Links,
    contexts_of,
    forget,
    hide,
    leaving,
    passed_on,
    reraise,
    set_traceback,
    without_machinery,
)
from ._pending import AWAIT_CALLBACK, AWAIT_EXIT

TYPE_CHECKING = False

if TYPE_CHECKING:
    from ._parameters import Any
    from ._pending import Entry

hide(__name__)


async def carry(exits: list[Entry], failure: BaseException) -> tuple[BaseException | None, bool]:
    """Run the other exits after one raised `failure`; see `_unwinding`."""
    if not exits:
        without_machinery(failure)
        return failure, True
    passed_on(failure)
    pending, again = await with_exception(exits, failure)
    try:
        if pending is failure and not again:
            leaving(failure)
            return failure, True
        return pending, False
    finally:
        del pending, failure  # no circle of references, see `settle`


async def settle(
    exits: list[Entry],
    pending: BaseException | None,
    failed: BaseException | None,
    given: BaseException | None,
    outside: BaseException | None,
) -> bool:
    """Run the remaining `exits`; raise what leaves, or tell whether nothing does."""
    raised = failed is not None
    earlier = [given, failed]
    try:
        while exits:
            if pending is not None:
                earlier.append(pending)
                pending, again = await with_exception(exits, pending)
                raised = raised or again
                continue
            if given is None:
                pending = await without_exception(exits)
            elif outside is not None:
                pending = await _without_exception_while_handling(exits, outside)
            else:
                # Others may hold on to it: none of this must change what it looks like.
                simple = given.__context__ is None and failed is None and len(earlier) == 2
                contexts = [] if simple else contexts_of(*earlier)
                traceback = given.__traceback__
                pending = await without_exception(exits)
                # Raised again on purpose, it belongs into the chain.
                if pending is not None and given.__traceback__ is traceback:
                    forget(given, contexts, pending)
            raised = True
        if pending is not None and raised:
            reraise(pending)
        return pending is None
    finally:
        # The frames in the traceback of what leaves lead here: no circle of references.
        pending = failed = given = outside = earlier = None  # type: ignore[assignment] # the end


async def with_exception(
    exits: list[Entry], pending: BaseException
) -> tuple[BaseException | None, bool]:
    """Run exits that are told of `pending` while handling it."""
    handled = handled_exception()
    links = None if handled is pending else Links(pending, handled)
    traceback = pending.__traceback__
    kind = type(pending)
    try:
        raise pending  # noqa: TRY301 - to be handled right here
    except BaseException:  # noqa: BLE001 - what was just raised
        if links is None:
            set_traceback(pending, traceback)
        else:
            links.restore()
        try:
            while exits:
                function, target, manner = exits.pop()
                if manner is AWAIT_EXIT:
                    swallowed = await function(target, kind, pending, pending.__traceback__)
                elif manner is None:
                    swallowed = function(target, kind, pending, pending.__traceback__)
                else:
                    swallowed = False
                    await _call_back(function, target, manner)
                if swallowed:
                    return None, False
        except BaseException as failure:  # noqa: BLE001 - returned
            passed_on(failure)
            return failure, True
        else:
            return pending, False
    finally:
        del pending, links, handled, traceback


async def without_exception(exits: list[Entry]) -> BaseException | None:
    """Run exits that are told of no exception; return what one raised."""
    try:
        while exits:
            await _run(exits.pop())
    except BaseException as failure:  # noqa: BLE001 - returned
        passed_on(failure)
        return failure
    return None


async def _without_exception_while_handling(
    exits: list[Entry], handled: BaseException
) -> BaseException | None:
    """Do as `without_exception`, while `handled` is being handled."""
    links = Links(handled, handled_exception())
    try:
        raise handled  # noqa: TRY301 - to be handled right here
    except BaseException:  # noqa: BLE001 - what was just raised
        links.restore()
        try:
            while exits:
                await _run(exits.pop())
        except BaseException as failure:  # noqa: BLE001 - returned
            passed_on(failure)
            return failure
        else:
            return None
    finally:
        del handled, links


async def _run(entry: Entry) -> None:
    """Run one exit that is told of no exception."""
    function, target, manner = entry
    if manner is AWAIT_EXIT:
        await function(target, None, None, None)
    elif manner is None:
        function(target, None, None, None)
    else:
        await _call_back(*entry)


async def _call_back(function: Any, target: Any, manner: Any) -> None:
    """Run a callback of either kind."""
    if manner is AWAIT_CALLBACK:
        args, kwds = target
        await function(*args, **kwds)
    else:
        function(*target, **manner)
