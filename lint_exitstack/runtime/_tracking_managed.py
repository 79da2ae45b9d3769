"""A resource that is nothing but tracked: for tests of code that manages whatever it's given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from types import TracebackType

    from ._tracking_ledger import Account, Ledger

T = TypeVar("T")


class Managed(Generic[T]):
    """Opens on entry, closes on exit, with and without `async`; `with ... as x` binds its value."""

    __slots__ = ("_account", "_ledger", "_taken_over", "_value")

    def __init__(self, ledger: Ledger, account: Account, value: T) -> None:
        """Use `ResourceTracker.managed_resource` or `ResourceTracker.open` instead."""
        self._ledger = ledger
        self._account = account
        self._value = value
        self._taken_over = True

    @property
    def name(self) -> str:
        """The name used in messages."""
        return self._account.name

    @property
    def closed(self) -> bool:
        """Whether it's not open now."""
        return not self._account.is_open

    def use(self, what: str = "use") -> None:
        """Stand for an operation on the open resource; it counts, and so can be made to fail.

        On a closed resource it raises ValueError, and the tracker remembers the fault.
        """
        self._account.use(what)

    def open(self) -> None:
        """Open it by hand; the first `with` that follows takes it over as it is."""
        self._account.opened(self._account.begin_open())
        self._taken_over = False

    def close(self) -> None:
        """Close it by hand."""
        self._account.closed()

    async def aclose(self) -> None:
        """Close it by hand, awaited."""
        self._account.closed()

    def __enter__(self) -> T:
        """Open it, unless that was done by hand."""
        if self._taken_over:
            self._account.opened(self._account.begin_open())
        self._taken_over = True
        return self._value

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Close it, and keep the exception that leaves the block."""
        self._ledger.saw(error)
        self._account.closed()

    async def __aenter__(self) -> T:
        """Open it, unless that was done by hand."""
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it, and keep the exception that leaves the block."""
        self.__exit__(kind, error, trace)

    def __repr__(self) -> str:
        """Show its name and whether it's open."""
        state = "closed" if self.closed else "open"
        return f"<{type(self).__name__} {self.name!r} {state}>"


class TrackedResource(Managed["TrackedResource"]):
    """A resource whose openings, uses and closes are recorded; `with ... as x` binds itself."""

    __slots__ = ()

    def __init__(self, ledger: Ledger, account: Account) -> None:
        """Use `ResourceTracker.managed_resource` or `ResourceTracker.open` instead."""
        super().__init__(ledger, account, self)
