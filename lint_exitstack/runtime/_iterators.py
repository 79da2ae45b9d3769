"""borrow and scoped_iter: who closes an async iterator, and when."""

from __future__ import annotations

from ._parameters import Any, Generic, T_co

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterable,
        AsyncIterator,
        Awaitable,
        Callable,
        Iterable,
    )
    from typing import Self

    from ._parameters import T

__all__ = ["borrow", "scoped_iter"]


class BorrowedIterator(Generic[T_co]):
    """What `borrow` returns: the items of an async iterator, without the power to close it.

    Has `asend` and `athrow` when the iterator has them.
    """

    __slots__ = ("__weakref__", "_next", "asend", "athrow")

    asend: Callable[[Any], Awaitable[T_co]]
    athrow: Callable[..., Awaitable[T_co]]

    def __init__(self, iterator: AsyncIterator[T_co]) -> None:
        self._next: Callable[[], Awaitable[T_co]] = iterator.__anext__
        lender: Any = iterator
        # An unset slot is a missing attribute, which is what `hasattr` should find.
        if hasattr(lender, "asend"):
            self.asend = lender.asend
        if hasattr(lender, "athrow"):
            self.athrow = lender.athrow

    def __aiter__(self) -> Self:
        """Return the iterator itself."""
        return self

    def __anext__(self) -> Awaitable[T_co]:
        """Return an awaitable of the next item."""
        return self._next()

    async def aclose(self) -> None:
        """End the borrowing; the iterator behind it stays as it is."""
        self.end()

    def end(self) -> None:
        """Behave as exhausted from now on."""
        self._next = _ended
        if hasattr(self, "asend"):
            self.asend = _ended
        if hasattr(self, "athrow"):
            self.athrow = _throw


class _ScopedIterator(BorrowedIterator[T_co]):
    """An iterator that only its scope can end."""

    __slots__ = ()

    async def aclose(self) -> None:
        """Do nothing: the end of the block closes."""


async def _ended(*_: object) -> Any:
    raise StopAsyncIteration


async def _throw(exc: BaseException | type[BaseException], *_: object) -> Any:
    raise exc


def borrow(iterator: AsyncGenerator[T, Any] | AsyncIterator[T], /) -> BorrowedIterator[T]:
    """Return an async iterator over the same items that can be closed without closing `iterator`.

    Its `aclose` ends the borrowing only. It has `asend` and `athrow` if `iterator` has them.

    Raises TypeError when `iterator` isn't an async iterator. As in asyncstdlib:
    https://asyncstdlib.readthedocs.io/en/stable/source/api/asynctools.html
    """
    kind: type[object] = type(iterator)
    if not hasattr(kind, "__anext__"):
        raise TypeError(f"borrow needs an async iterator, not {kind.__qualname__!r}")
    return BorrowedIterator(iterator)


async def _asynchronous(iterator: Any) -> AsyncGenerator[Any, None]:
    """Give the items of a synchronous iterator; a generator is closed in the end."""
    try:
        for item in iterator:
            yield item
    finally:
        if hasattr(iterator, "throw"):
            iterator.close()


class scoped_iter(Generic[T_co]):  # noqa: N801 - asyncstdlib's name
    """An async iterator for the time of a block, closed at its end and not before.

    `async with scoped_iter(iterable) as items:` takes a synchronous or an asynchronous iterable.
    `items` may be handed on to code that closes what it gets: its own `aclose` does nothing.
    The block's end closes the iterator, unless it is borrowed or belongs to an outer
    `scoped_iter`; then the owner does. Use an object once: entering it again raises RuntimeError.

    Entering raises TypeError when `iterable` is neither kind of iterable. As in asyncstdlib:
    https://asyncstdlib.readthedocs.io/en/stable/source/api/asynctools.html
    """

    __slots__ = ("__weakref__", "_items", "_iterable", "_iterator")

    def __init__(self, iterable: Iterable[T_co] | AsyncIterable[T_co], /) -> None:
        """Take the iterable; it is first asked for items in the block."""
        self._iterable = iterable
        self._iterator: Any = None
        self._items: _ScopedIterator[T_co] | None = None

    async def __aenter__(self) -> AsyncIterator[T_co]:
        """Return the iterator of the block."""
        if self._items is not None:
            raise RuntimeError("scoped_iter can be entered only once")
        iterable: Any = self._iterable
        if hasattr(iterable, "__aiter__"):
            self._iterator = aiter(iterable)
        else:
            self._iterator = _asynchronous(iter(iterable))
        self._items = _ScopedIterator(self._iterator)
        return self._items

    async def __aexit__(self, *details: object) -> None:
        """End the iterator, and close what it came from unless that is borrowed."""
        if self._items is not None:
            self._items.end()
        if isinstance(self._iterator, BorrowedIterator):
            return
        if hasattr(self._iterator, "aclose"):
            await self._iterator.aclose()
