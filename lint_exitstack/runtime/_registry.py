"""Registering exits as contextlib does: what its two kinds of stack have in common."""

from __future__ import annotations

from operator import call

from ._chaining import hide, without_machinery
from ._exits import Exits
from ._special import ABSENT, find_pair, missing, plain, special

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import TypeVar

    from ._abstract import AbstractContextManager
    from ._parameters import Any, P, T

    ExitFunction = Callable[
        [type[BaseException] | None, BaseException | None, TracebackType | None], bool | None
    ]
    ExitOrManager = TypeVar("ExitOrManager", bound=AbstractContextManager[Any, Any] | ExitFunction)


hide(__name__)


class Registry(Exits):
    """The ways to add exits that need no `await`."""

    __slots__ = ()

    def enter_context(self, cm: AbstractContextManager[T, bool | None]) -> T:
        """Enter `cm`, register its exit, and return what its `__enter__` returned.

        Both methods are looked up as the `with` statement does: on the type, through any
        descriptor, the exit before the enter is called.

        Raises TypeError when `cm` isn't a context manager, with nothing registered, and whatever
        `__enter__` raises.
        """
        cls: Any = type(cm)
        try:
            enter = cls.__enter__
            leave = cls.__exit__
            known = enter in plain and leave in plain
        except (AttributeError, TypeError):
            enter, leave, known = ABSENT, ABSENT, False
        try:
            if not known:
                return self._enter(cm)
            value: T = enter(cm)
        except BaseException as failure:
            without_machinery(failure)
            raise
        self._exits.append((leave, cm, None))
        return value

    def _enter(self, cm: AbstractContextManager[T, bool | None]) -> T:
        """Do what `enter_context` says for methods not known as plain ones."""
        found = find_pair(cm, "__enter__", "__exit__")
        if found is None:
            raise missing(cm)
        (enter, obj), leave = found
        value: T = enter(obj)
        self._exits.append((*leave, None))
        return value

    def push(self, exit: ExitOrManager) -> ExitOrManager:  # noqa: A002 - the documented name
        """Register the exit of an object that has `__exit__`, or a function of that signature.

        The object isn't entered. A true result swallows the exception, as at the end of a `with`.
        Returns `exit`, so that this can be a decorator.
        """
        found = special(exit, "__exit__")
        self._exits.append((call, exit, None) if found is None else (*found, None))
        return exit

    def callback(
        self, callback: Callable[P, T], /, *args: P.args, **kwds: P.kwargs
    ) -> Callable[P, T]:
        """Register `callback(*args, **kwds)`; it isn't told of exceptions and can't swallow them.

        Every keyword belongs to the callback, `callback` and `self` too. Returns `callback`, so
        that this can be a decorator.
        """
        self._exits.append((callback, args, kwds))
        return callback
