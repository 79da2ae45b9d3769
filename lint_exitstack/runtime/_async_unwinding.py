"""Run the exits of an asynchronous stack: `_unwinding` with `await` in it."""

from __future__ import annotations

from sys import exception as handled_exception

from ._chaining import Links, contexts_of, forget, hide, passed_on
from ._pending import AWAIT_CALLBACK, AWAIT_EXIT

TYPE_CHECKING = False

if TYPE_CHECKING:
    from types import TracebackType

    from ._pending import Entry

hide(__name__)


async def run(
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


async def unwind(
    exits: list[Entry],
    pending: BaseException | None,
    failed: BaseException | None,
    given: BaseException | None,
    outside: BaseException | None,
) -> tuple[BaseException | None, bool]:
    """Run the remaining `exits`; return what leaves, and whether an exit of these raised it."""
    raised = False
    earlier = [given, failed]
    try:
        while exits:
            if pending is not None:
                earlier.append(pending)
                pending, again = await _while_handling(exits, pending)
                raised = raised or again
                continue
            if given is None:
                pending = await without_exception(exits)
            elif outside is not None:
                pending = await _without_exception_while_handling(exits, outside)
            else:
                # Others may hold on to it: none of this must change what it looks like.
                contexts = [] if given.__context__ is None else contexts_of(given)
                traceback = given.__traceback__
                pending = await without_exception(exits)
                if pending is not None and given.__traceback__ is traceback:
                    forget(given, contexts, pending, earlier)
            raised = True
        return pending, raised and pending is not None
    finally:
        # The frames in the traceback of what leaves lead here: no circle of references.
        pending = failed = given = outside = earlier = None  # type: ignore[assignment] # the end


async def with_exception(
    exits: list[Entry], pending: BaseException
) -> tuple[BaseException | None, bool]:
    """Run exits that are told of `pending`, which is being handled.

    Returns what is on its way out then: `pending` itself, nothing after an exit swallowed it, or
    what an exit raised, which the flag says.
    """
    kind = type(pending)
    try:
        while exits:
            if await run(exits.pop(), kind, pending, pending.__traceback__):
                return None, False
    except BaseException as failure:  # noqa: BLE001 - returned
        passed_on(failure)
        return failure, True
    else:
        return pending, False
    finally:
        del pending


async def without_exception(exits: list[Entry]) -> BaseException | None:
    """Run exits that are told of no exception; return what one raised."""
    try:
        while exits:
            await run(exits.pop(), None, None, None)
    except BaseException as failure:  # noqa: BLE001 - returned
        passed_on(failure)
        return failure
    return None


async def _while_handling(
    exits: list[Entry], pending: BaseException
) -> tuple[BaseException | None, bool]:
    """Do as `with_exception`, with `pending` not yet being handled."""
    links = Links(pending, handled_exception())
    try:
        raise pending  # noqa: TRY301 - to be handled right here
    except BaseException:  # noqa: BLE001 - what was just raised
        links.restore()
        return await with_exception(exits, pending)
    finally:
        del pending, links


async def _without_exception_while_handling(
    exits: list[Entry], handled: BaseException
) -> BaseException | None:
    """Do as `without_exception`, while `handled` is being handled."""
    links = Links(handled, handled_exception())
    try:
        raise handled  # noqa: TRY301 - to be handled right here
    except BaseException:  # noqa: BLE001 - what was just raised
        links.restore()
        return await without_exception(exits)
    finally:
        del handled, links
