"""The two abstract bases, recognised by their methods as `collections.abc` classes are."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from types import GenericAlias

TYPE_CHECKING = False

if TYPE_CHECKING:
    # For checkers these stay contextlib's own protocols, so values pass both ways.
    from contextlib import (
        AbstractAsyncContextManager as AbstractAsyncContextManager,  # noqa: PLC0414 - exported
        AbstractContextManager as AbstractContextManager,  # noqa: PLC0414 - exported
    )
    from types import TracebackType
    from typing import Self

__all__ = ["AbstractAsyncContextManager", "AbstractContextManager"]


def _defines(candidate: type, *names: str) -> bool:
    """Whether `candidate` has every one of `names`; one set to None counts as withdrawn."""
    for name in names:
        for base in candidate.__mro__:
            if name in base.__dict__:
                if base.__dict__[name] is None:
                    return False
                break
        else:
            return False
    return True


if not TYPE_CHECKING:

    class AbstractContextManager(metaclass=ABCMeta):
        """Base class of context managers.

        A subclass has to write `__exit__`; the inherited `__enter__` returns the manager.
        `isinstance` and `issubclass` accept every class that defines both methods, derived or
        not, and refuse one that set either of them to None. Subscriptable
        (`AbstractContextManager[T, bool]`) and without instance dictionary of its own
        (`__slots__ = ()`, as in contextlib since 3.13).

        Source: https://docs.python.org/3/library/contextlib.html
        """

        __slots__ = ()
        __class_getitem__ = classmethod(GenericAlias)

        def __enter__(self) -> Self:
            """Return the manager itself."""
            return self

        @abstractmethod
        def __exit__(
            self,
            kind: type[BaseException] | None,
            exc: BaseException | None,
            traceback: TracebackType | None,
            /,
        ) -> bool | None:
            """Let any exception pass: the inherited body returns None."""
            return None

        @classmethod
        def __subclasshook__(cls, candidate: type, /) -> bool:
            if cls is AbstractContextManager:
                return _defines(candidate, "__enter__", "__exit__") or NotImplemented
            return NotImplemented

    class AbstractAsyncContextManager(metaclass=ABCMeta):
        """Base class of asynchronous context managers.

        A subclass has to write the coroutine `__aexit__`; the inherited `__aenter__` returns the
        manager. What is said of `AbstractContextManager` holds for `__aenter__` and `__aexit__`.

        Source: https://docs.python.org/3/library/contextlib.html
        """

        __slots__ = ()
        __class_getitem__ = classmethod(GenericAlias)

        async def __aenter__(self) -> Self:
            """Return the manager itself."""
            return self

        @abstractmethod
        async def __aexit__(
            self,
            kind: type[BaseException] | None,
            exc: BaseException | None,
            traceback: TracebackType | None,
            /,
        ) -> bool | None:
            """Let any exception pass: the inherited body returns None."""
            return None

        @classmethod
        def __subclasshook__(cls, candidate: type, /) -> bool:
            if cls is AbstractAsyncContextManager:
                return _defines(candidate, "__aenter__", "__aexit__") or NotImplemented
            return NotImplemented
