"""Run the exits of a stack after one of them raised or swallowed something.

Each exit runs while the exception that it would see under nested `with` is being handled, so that
`__context__` comes from the interpreter. Loops, because a thousand exits may raise.
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
    without_machinery,
)

TYPE_CHECKING = False

if TYPE_CHECKING:
    from ._pending import Entry

hide(__name__)


def carry(exits: list[Entry], failure: BaseException) -> tuple[BaseException | None, bool]:
    """Run the other exits after one raised `failure`, which is being handled.

    Returns what is on its way out then, and whether that is still this very failure: then it has
    the traceback that it needs for being raised on by the caller.
    """
    if not exits:
        without_machinery(failure)
        return failure, True
    passed_on(failure)
    pending, again = with_exception(exits, failure)
    try:
        if pending is failure and not again:
            leaving(failure)
            return failure, True
        return pending, False
    finally:
        del pending, failure  # no circle of references, see `settle`


def settle(
    exits: list[Entry],
    pending: BaseException | None,
    failed: BaseException | None,
    given: BaseException | None,
    outside: BaseException | None,
) -> bool:
    """Run the remaining `exits`; raise what leaves, or tell whether nothing does.

    `pending` is on its way out when this begins, `failed` is what an exit raised before.
    `given` is what the caller's `with` is handling around us, `outside` what will be handled after
    that.
    """
    raised = failed is not None
    earlier = [given, failed]
    try:
        while exits:
            if pending is not None:
                earlier.append(pending)
                pending, again = _while_handling(exits, pending)
                raised = raised or again
                continue
            if given is None:
                pending = without_exception(exits)
            elif outside is not None:
                pending = _without_exception_while_handling(exits, outside)
            else:
                # Others may hold on to it: none of this must change what it looks like.
                simple = given.__context__ is None and failed is None and len(earlier) == 2
                contexts = [] if simple else contexts_of(*earlier)
                traceback = given.__traceback__
                pending = without_exception(exits)
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


def with_exception(exits: list[Entry], pending: BaseException) -> tuple[BaseException | None, bool]:
    """Run exits that are told of `pending`, which is being handled.

    Returns what is on its way out then: `pending` itself, nothing after an exit swallowed it, or
    what an exit raised, which the flag says.
    """
    kind = type(pending)
    try:
        while exits:
            function, target, manner = exits.pop()
            if manner is not None:
                function(*target, **manner)
            elif function(target, kind, pending, pending.__traceback__):
                return None, False
    except BaseException as failure:  # noqa: BLE001 - returned
        passed_on(failure)
        return failure, True
    else:
        return pending, False
    finally:
        del pending


def without_exception(exits: list[Entry]) -> BaseException | None:
    """Run exits that are told of no exception; return what one raised."""
    try:
        while exits:
            function, target, manner = exits.pop()
            if manner is None:
                function(target, None, None, None)
            else:
                function(*target, **manner)
    except BaseException as failure:  # noqa: BLE001 - returned
        passed_on(failure)
        return failure
    return None


def _while_handling(
    exits: list[Entry], pending: BaseException
) -> tuple[BaseException | None, bool]:
    """Do as `with_exception`, with `pending` not yet being handled."""
    links = Links(pending, handled_exception())
    try:
        raise pending  # noqa: TRY301 - to be handled right here
    except BaseException:  # noqa: BLE001 - what was just raised
        links.restore()
        return with_exception(exits, pending)
    finally:
        del pending, links


def _without_exception_while_handling(
    exits: list[Entry], handled: BaseException
) -> BaseException | None:
    """Do as `without_exception`, while `handled` is being handled."""
    links = Links(handled, handled_exception())
    try:
        raise handled  # noqa: TRY301 - to be handled right here
    except BaseException:  # noqa: BLE001 - what was just raised
        links.restore()
        return without_exception(exits)
    finally:
        del handled, links
