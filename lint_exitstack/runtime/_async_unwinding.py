"""Run the exits of an asynchronous stack: `_unwinding` with `await` in it."""

from __future__ import annotations

from sys import exception as handled_exception

from ._chaining import Links, Swallowed, hide, passed_on
from ._pending import AWAIT_CALLBACK, AWAIT_EXIT
from ._unwinding import beneath

TYPE_CHECKING = False

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from ._pending import Entry

hide(__name__)


async def unwind(
    exits: list[Entry],
    pending: BaseException | None,
    given: BaseException | None,
    outside: BaseException | None,
    frame: FrameType | None,
    *,
    raised: bool,
) -> tuple[BaseException | None, bool]:
    """Run the remaining `exits`; return what leaves, and whether an exit raised it."""
    earlier = [] if given is None else [given]
    try:
        while exits:
            if pending is not None:
                earlier.append(pending)
                pending, again = await _while_failing(exits, pending, frame)
                raised = raised or again
            elif given is None:
                pending, raised = await _clean(exits, frame), True
            elif (handled := beneath(given, outside)) is not None:
                pending, raised = await _while_handling(exits, handled, frame), True
            else:
                swallowed = Swallowed(given, earlier)
                pending, raised = await _clean(exits, frame), True
                swallowed.release(pending)
        return pending, raised and pending is not None
    finally:
        # The frames in the traceback of what leaves lead here: no circle of references.
        pending = given = outside = frame = None
        earlier.clear()


async def _run(
    entry: Entry,
    kind: type[BaseException] | None,
    exc: BaseException | None,
    traceback: TracebackType | None,
) -> object:
    """Run one exit; a true result means that it swallowed the exception."""
    function, target, manner = entry
    if manner is None:
        return function(target, kind, exc, traceback)
    if manner is AWAIT_EXIT:
        return await function(target, kind, exc, traceback)
    if manner is AWAIT_CALLBACK:
        args, kwds = target
        await function(*args, **kwds)
    else:
        function(*target, **manner)
    return False


async def _while_failing(
    exits: list[Entry], pending: BaseException, frame: FrameType | None
) -> tuple[BaseException | None, bool]:
    """Run exits while handling `pending`, until one raises another or swallows it."""
    links = Links(pending, handled_exception())
    try:
        raise pending  # noqa: TRY301 - to be handled right here
    except BaseException:  # noqa: BLE001 - what was just raised
        links.restore()
        try:
            while exits:
                if await _run(exits.pop(), type(pending), pending, pending.__traceback__):
                    return None, False
            return pending, False  # noqa: TRY300 - an else would be further away
        except BaseException as failure:  # noqa: BLE001 - returned
            passed_on(failure, frame)
            return failure, True
    finally:
        del pending, links, frame


async def _while_handling(
    exits: list[Entry], handled: BaseException, frame: FrameType | None
) -> BaseException | None:
    """Run exits that are told of no exception, while `handled` is what is being handled."""
    links = Links(handled, handled_exception())
    try:
        raise handled  # noqa: TRY301 - to be handled right here
    except BaseException:  # noqa: BLE001 - what was just raised
        links.restore()
        return await _clean(exits, frame)
    finally:
        del handled, links, frame


async def _clean(exits: list[Entry], frame: FrameType | None) -> BaseException | None:
    """Run exits that are told of no exception, until one raises."""
    try:
        while exits:
            await _run(exits.pop(), None, None, None)
    except BaseException as failure:  # noqa: BLE001 - returned
        passed_on(failure, frame)
        return failure
    return None
