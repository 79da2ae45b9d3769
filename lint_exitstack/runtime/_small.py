"""suppress, closing, aclosing, nullcontext, the redirections and chdir."""

from __future__ import annotations

import os
import sys

from ._abstract import AbstractAsyncContextManager, AbstractContextManager
from ._parameters import Any, Generic, T_co

TYPE_CHECKING = False

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Protocol, TypeVar, overload

    from ._parameters import T

    class SupportsClose(Protocol):
        def close(self) -> object: ...

    class SupportsAclose(Protocol):
        async def aclose(self) -> object: ...

    SupportsCloseT = TypeVar("SupportsCloseT", bound=SupportsClose)
    SupportsAcloseT = TypeVar("SupportsAcloseT", bound=SupportsAclose)
    StreamT = TypeVar("StreamT")
    PathT = TypeVar("PathT", bound=int | str | bytes | os.PathLike[str] | os.PathLike[bytes])
else:
    SupportsCloseT = SupportsAcloseT = StreamT = PathT = object

__all__ = [
    "aclosing",
    "chdir",
    "closing",
    "nullcontext",
    "redirect_stderr",
    "redirect_stdout",
    "suppress",
]


# Does nothing whatever it is called with, in C: a fifth of the whole cost of a block.
_nothing: Any = None.__init__  # type: ignore[misc] # no subclass, no other constructor


class suppress(AbstractContextManager[None, bool]):  # noqa: N801 - contextlib's name
    """Swallow the given exceptions when the block raises one, and go on after the block.

    `suppress(A, B)` takes any number of exception classes; with none it swallows nothing. An
    instance may be used again and again, nested in itself too.

    Out of an exception group, the BaseExceptionGroup too, the members of these classes are taken;
    what is left is raised as a new group (contextlib since 3.12). Classes are compared by
    `issubclass`, so that abstract base classes count where `except` ignores them. Raises
    TypeError when an exception arrives and an argument is no class.

    Source: https://docs.python.org/3/library/contextlib.html
    """

    __slots__ = ("__weakref__", "_exceptions")

    def __init__(self, *exceptions: type[BaseException]) -> None:
        """Remember the classes; nothing is checked before an exception arrives."""
        self._exceptions = exceptions

    if TYPE_CHECKING:

        def __enter__(self) -> None:
            """Do nothing."""

    else:
        __enter__ = _nothing

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> bool:
        """Tell whether `exc` is swallowed; raise what is left of a group."""
        if kind is None:
            return False
        if issubclass(kind, self._exceptions):
            return True
        if isinstance(exc, BaseExceptionGroup):
            rest: BaseException | None = _left_over(exc, self._exceptions)
            if rest is None:
                return True
            raise rest
        return False


def _left_over(group: Any, taken: tuple[type[BaseException], ...]) -> BaseException | None:
    rest: BaseException | None = group.split(taken)[1]
    return rest


class closing(AbstractContextManager[SupportsCloseT, None]):  # noqa: N801 - contextlib's name
    """Call `thing.close()` at the end of the block, however that is left.

    Entering returns `thing`. Raises AttributeError at the end when `thing` has no `close`, and
    whatever `close` raises.

    Source: https://docs.python.org/3/library/contextlib.html
    """

    __slots__ = ("__weakref__", "thing")

    def __init__(self, thing: SupportsCloseT) -> None:
        """Take the object to be closed."""
        self.thing = thing

    def __enter__(self) -> SupportsCloseT:
        """Return the object to be closed."""
        return self.thing

    def __exit__(self, kind: object, exc: object, traceback: object, /) -> None:
        """Close it."""
        self.thing.close()


class aclosing(AbstractAsyncContextManager[SupportsAcloseT, None]):  # noqa: N801 - contextlib's name
    """Await `thing.aclose()` at the end of the block, however that is left.

    Entering returns `thing`, an async generator most often, which then ends its own cleanup inside
    the block's task. Raises AttributeError at the end when `thing` has no `aclose`, and whatever
    `aclose` raises.

    Source: https://docs.python.org/3/library/contextlib.html
    """

    __slots__ = ("__weakref__", "thing")

    def __init__(self, thing: SupportsAcloseT) -> None:
        """Take the object to be closed."""
        self.thing = thing

    async def __aenter__(self) -> SupportsAcloseT:
        """Return the object to be closed."""
        return self.thing

    async def __aexit__(self, kind: object, exc: object, traceback: object, /) -> None:
        """Close it."""
        await self.thing.aclose()


class nullcontext(  # noqa: N801 - contextlib's name
    AbstractContextManager[T_co, None], AbstractAsyncContextManager[T_co, None]
):
    """Do nothing on entry and exit, but hand out `enter_result`.

    Stands in where a context manager is optional, for `with` and `async with` alike. May be used
    again and again.

    Source: https://docs.python.org/3/library/contextlib.html
    """

    __slots__ = ("__weakref__", "enter_result")

    if TYPE_CHECKING:

        @overload
        def __init__(self: nullcontext[None], enter_result: None = None) -> None: ...
        @overload
        def __init__(self: nullcontext[T], enter_result: T) -> None: ...

    def __init__(self, enter_result: Any = None) -> None:
        """Take what entering returns."""
        self.enter_result: T_co = enter_result

    def __enter__(self) -> T_co:
        """Return `enter_result`."""
        return self.enter_result

    if TYPE_CHECKING:

        def __exit__(self, *details: object) -> None:
            """Do nothing."""

    else:
        __exit__ = _nothing

    async def __aenter__(self) -> T_co:
        """Return `enter_result`."""
        return self.enter_result

    async def __aexit__(self, kind: object, exc: object, traceback: object, /) -> None:
        """Do nothing."""


class _RedirectStream(AbstractContextManager[StreamT, None]):
    """Put another object in the place of a stream of `sys` during the block."""

    __slots__ = ("__weakref__", "_new_target", "_old_targets")
    _stream: str

    def __init__(self, new_target: StreamT) -> None:
        """Take the object that stands in; nothing is redirected before the block begins."""
        self._new_target = new_target
        # A list, because the same manager may be entered while it is entered.
        self._old_targets: list[Any] = []

    def __enter__(self) -> StreamT:
        """Redirect, and return the new target."""
        self._old_targets.append(getattr(sys, self._stream))
        setattr(sys, self._stream, self._new_target)
        return self._new_target

    def __exit__(self, kind: object, exc: object, traceback: object, /) -> None:
        """Put back what was there on entry."""
        setattr(sys, self._stream, self._old_targets.pop())


class redirect_stdout(_RedirectStream[StreamT]):  # noqa: N801 - contextlib's name
    """Send what is printed to `sys.stdout` during the block to `new_target`.

    The stream belongs to the process: other threads and tasks are redirected too. Entering
    returns the target; the manager may be used again and nested in itself.

    Source: https://docs.python.org/3/library/contextlib.html
    """

    __slots__ = ()
    _stream = "stdout"


class redirect_stderr(_RedirectStream[StreamT]):  # noqa: N801 - contextlib's name
    """Send what is printed to `sys.stderr` during the block to `new_target`.

    As `redirect_stdout`, for the other stream.

    Source: https://docs.python.org/3/library/contextlib.html
    """

    __slots__ = ()
    _stream = "stderr"


class chdir(AbstractContextManager[None, None], Generic[PathT]):  # noqa: N801 - contextlib's name
    """Make `path` the working directory during the block, and go back afterwards.

    The working directory belongs to the process: don't use this across an `await` or a `yield`.
    The manager may be used again and nested in itself. Raises what `os.chdir` raises, on exit
    too, when the former directory has vanished.

    Source: https://docs.python.org/3/library/contextlib.html
    """

    __slots__ = ("__weakref__", "_old_cwd", "path")

    def __init__(self, path: PathT) -> None:
        """Take the directory; it is first looked at when the block begins."""
        self.path = path
        self._old_cwd: list[str] = []

    def __enter__(self) -> None:
        """Remember where we are and go to `path`."""
        self._old_cwd.append(os.getcwd())  # noqa: PTH109 - pathlib takes long to import
        os.chdir(self.path)

    def __exit__(self, kind: object, exc: object, traceback: object, /) -> None:
        """Go back."""
        os.chdir(self._old_cwd.pop())
