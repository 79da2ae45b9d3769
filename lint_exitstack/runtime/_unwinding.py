"""Run the exits of a stack after one of them raised or swallowed something."""

from __future__ import annotations

from sys import exception as handled_exception

from ._chaining import Links, Swallowed, chain, hide, passed_on

TYPE_CHECKING = False

if TYPE_CHECKING:
    from types import FrameType

    from ._pending import Entry

hide(__name__)


def unwind(
    exits: list[Entry],
    pending: BaseException | None,
    given: BaseException | None,
    outside: BaseException | None,
    frame: FrameType | None,
    *,
    raised: bool,
) -> tuple[BaseException | None, bool]:
    """Run the remaining `exits`; return what leaves, and whether an exit raised it.

    `pending` is on its way out when this begins, and `raised` says whether an exit raised it.
    `given` is what the caller's `with` is handling around us, `outside` what was being handled
    before the block began, and `frame` is the one with the `with`.

    Each exit runs while the exception that it would see under nested `with` is being handled, so
    that `__context__` comes from the interpreter. A loop, because a thousand exits may raise.
    """
    earlier = [] if given is None else [given]
    try:
        while exits:
            if pending is not None:
                earlier.append(pending)
                pending, again = _while_failing(exits, pending, frame)
                raised = raised or again
            elif given is None:
                pending, raised = _clean(exits, frame), True
            elif (handled := beneath(given, outside)) is not None:
                pending, raised = _while_handling(exits, handled, frame), True
            else:
                swallowed = Swallowed(given, earlier)
                pending, raised = _clean(exits, frame), True
                swallowed.release(pending)
        return pending, raised and pending is not None
    finally:
        # The frames in the traceback of what leaves lead here: no circle of references.
        pending = given = outside = frame = None
        earlier.clear()


def beneath(given: BaseException, outside: BaseException | None) -> BaseException | None:
    """Return what will be handled once `given` isn't: `outside`, if that is still handled.

    A generator may have been resumed elsewhere since; then what it raises doesn't have the former
    exception in its chain.
    """
    if outside is not None and any(link is outside for link in chain(given)):
        return outside
    return None


def _while_failing(
    exits: list[Entry], pending: BaseException, frame: FrameType | None
) -> tuple[BaseException | None, bool]:
    """Run exits while handling `pending`, until one raises another or swallows it."""
    links = Links(pending, handled_exception())
    try:
        raise pending  # noqa: TRY301 - to be handled right here
    except BaseException:  # noqa: BLE001 - what was just raised
        links.restore()
        try:
            kind = type(pending)
            while exits:
                function, target, manner = exits.pop()
                if manner is None:
                    if function(target, kind, pending, pending.__traceback__):
                        return None, False
                else:
                    function(*target, **manner)
            return pending, False  # noqa: TRY300 - an else would be further away
        except BaseException as failure:  # noqa: BLE001 - returned
            passed_on(failure, frame)
            return failure, True
    finally:
        del pending, links, frame


def _while_handling(
    exits: list[Entry], handled: BaseException, frame: FrameType | None
) -> BaseException | None:
    """Run exits that are told of no exception, while `handled` is what is being handled."""
    links = Links(handled, handled_exception())
    try:
        raise handled  # noqa: TRY301 - to be handled right here
    except BaseException:  # noqa: BLE001 - what was just raised
        links.restore()
        return _clean(exits, frame)
    finally:
        del handled, links, frame


def _clean(exits: list[Entry], frame: FrameType | None) -> BaseException | None:
    """Run exits that are told of no exception, until one raises."""
    try:
        while exits:
            function, target, manner = exits.pop()
            if manner is None:
                function(target, None, None, None)
            else:
                function(*target, **manner)
    except BaseException as failure:  # noqa: BLE001 - returned
        passed_on(failure, frame)
        return failure
    return None
