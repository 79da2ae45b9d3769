"""Keep `__context__` and `__traceback__` of exceptions as nested `with` would leave them."""

from __future__ import annotations

from sys import (
    _getframe,  # pyright: ignore[reportPrivateUsage] # documented
    exception as handled_exception,
)
from types import TracebackType

TYPE_CHECKING = False

if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

    Contexts = list[tuple[BaseException, BaseException | None]]

# The slots themselves, because an exception class may forbid or redefine attribute assignment
# (a frozen dataclass, python/cpython#99856).
set_context = BaseException.__dict__["__context__"].__set__
set_traceback = BaseException.__dict__["__traceback__"].__set__

_machinery: set[str] = set()


def hide(module: str) -> None:
    """Leave frames of `module` out of the tracebacks of exceptions that pass a stack."""
    _machinery.add(module)


hide(__name__)


def user_frame() -> FrameType | None:
    """Return the innermost frame that isn't ours: the one with the `with` statement in it."""
    frame: FrameType | None = _getframe(1)
    while frame and frame.f_globals.get("__name__") in _machinery:
        frame = frame.f_back
    return frame


def without_machinery(exc: BaseException) -> None:
    """Cut the outermost traceback entries that belong to us and not to the user."""
    traceback = exc.__traceback__
    while traceback and traceback.tb_frame.f_globals.get("__name__") in _machinery:
        traceback = traceback.tb_next
    set_traceback(exc, traceback)


def passed_on(exc: BaseException) -> None:
    """Make the traceback what it is after an inner `with` of the user's let `exc` out."""
    without_machinery(exc)
    frame = user_frame()
    if frame:
        entry = TracebackType(exc.__traceback__, frame, frame.f_lasti, frame.f_lineno or 1)
        set_traceback(exc, entry)


def leaving(exc: BaseException) -> None:
    """Make the traceback such that the interpreter itself adds the entry for the user's frame."""
    without_machinery(exc)
    traceback = exc.__traceback__
    if traceback and traceback.tb_frame is user_frame():
        set_traceback(exc, traceback.tb_next)


def chain(exc: BaseException) -> list[BaseException]:
    """Return `exc`, its context, the context of that; a circle is gone round once."""
    links = [exc]
    context = exc.__context__
    if context is not None:
        seen = {id(exc)}
        while context is not None and id(context) not in seen:
            seen.add(id(context))
            links.append(context)
            context = context.__context__
    return links


def still_handled(outside: BaseException, given: BaseException) -> BaseException | None:
    """Return `outside` if `given` was raised while that was being handled, or else None.

    What was being handled on entry needn't be on exit: a generator may have been resumed elsewhere.
    """
    return outside if any(link is outside for link in chain(given)) else None


def contexts_of(*excs: BaseException | None) -> Contexts:
    """Remember the chains of exceptions, link by link."""
    return [(link, link.__context__) for exc in excs if exc is not None for link in chain(exc)]


class Links:
    """What raising an exception again changes in it and in the chain of the one being handled.

    A `raise` sets the context of what it raises, adds a traceback entry, and takes the exception
    out of the handled one's chain, lest a circle arise. `restore` undoes all three: take the
    `Links` before, restore them first thing in the handler.
    """

    __slots__ = ("_contexts", "_exc", "_traceback")

    def __init__(self, exc: BaseException, handled: BaseException | None) -> None:
        self._exc = exc
        self._traceback: TracebackType | None = exc.__traceback__
        self._contexts: Contexts = []
        if handled is not None and handled is not exc:
            self._contexts = [(exc, exc.__context__), *contexts_of(handled)]

    def restore(self) -> None:
        """Put contexts and traceback back."""
        for link, context in self._contexts:
            if link.__context__ is not context:
                set_context(link, context)
        set_traceback(self._exc, self._traceback)


def reraise(exc: BaseException) -> NoReturn:
    """Raise `exc` again, changing neither its contexts nor its traceback below our frames."""
    links = Links(exc, handled_exception())
    try:
        raise exc  # noqa: TRY301 - to be handled right here
    except BaseException:
        links.restore()
        raise
    finally:
        del exc, links


def forget(
    swallowed: BaseException,
    contexts: Contexts,
    failure: BaseException,
) -> None:
    """Give `failure` the context that nested `with` gives after an exit swallowed an exception.

    `with` calls the stack's exit while handling `swallowed`. Nested `with` would handle nothing any
    more, but we can't end a handler of our caller: what the remaining exits raise gets `swallowed`
    as context, which is taken back here. `contexts` is what the chains of it and of what else was
    on its way out looked like before (nothing: it has no context and was alone).
    """
    if failure is swallowed or any(failure is link for link, _ in contexts):
        for link, context in contexts or [(swallowed, None)]:
            set_context(link, context)
        return
    known = {id(swallowed), *(id(link) for link, _ in contexts)}
    for link in _related(failure, known):
        if link.__context__ is swallowed:
            set_context(link, None)


def _related(exc: BaseException, known: set[int]) -> list[BaseException]:
    """Return `exc` and what is reachable by context, cause and group, except through `known`."""
    related: list[BaseException] = []
    queue: list[BaseException | None] = [exc]
    while queue:
        link = queue.pop()
        if link is None or id(link) in known:
            continue
        known.add(id(link))
        related.append(link)
        queue += (link.__context__, link.__cause__)
        if isinstance(link, BaseExceptionGroup):
            queue += link.exceptions  # pyright: ignore[reportUnknownMemberType] # of any kind
    return related
