"""Track resources in tests: what was opened, closed, in which order, and what failed.

`ResourceTracker` hands out resources that record what happens to them and wraps real ones; it
can make any operation fail; and it says, for whatever is left open, closed twice or closed out
of order, where that was opened. `check_every_failure` runs a scenario once for each operation
that could fail. `LeakWatch` looks for descriptors and ResourceWarnings.

One tracker may be used from any number of threads and tasks. Exits must be in reverse order
within one thread or task; between them they may interleave.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ._tracking_failures import acheck_every_failure, check_every_failure
from ._tracking_leaks import LeakWatch, open_descriptors
from ._tracking_ledger import Account, InjectedFailure, Ledger
from ._tracking_managed import Managed, TrackedResource
from ._tracking_proxy import Wrapping, wrap
from ._tracking_records import Event, Problem, Site, require

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

__all__ = [
    "Event",
    "InjectedFailure",
    "LeakWatch",
    "Problem",
    "ResourceTracker",
    "Site",
    "TrackedResource",
    "acheck_every_failure",
    "check_every_failure",
    "open_descriptors",
]

T = TypeVar("T")
_ITSELF = object()


class ResourceTracker:
    """Records the life of resources, and judges it.

    With `ordered=False` resources may be closed in any order.
    """

    __slots__ = ("_ledger", "ordered")

    def __init__(self, *, ordered: bool = True) -> None:
        """Start with nothing open."""
        self.ordered = ordered
        self._ledger = Ledger()

    @property
    def opens(self) -> int:
        """How many openings succeeded."""
        return sum(one.action == "open" and one.error is None for one in self.events)

    @property
    def closes(self) -> int:
        """How many open resources were closed; one whose closing raised counts."""
        return len(self.exits)

    @property
    def errors(self) -> tuple[BaseException, ...]:
        """The exceptions that left managed blocks, once for each exit that saw them."""
        return tuple(self._ledger.errors)

    @property
    def events(self) -> tuple[Event, ...]:
        """Every operation, in order."""
        return tuple(self._ledger.events)

    @property
    def enters(self) -> tuple[str, ...]:
        """The names of what was opened, in order."""
        return tuple(one.name for one in self.events if one.action == "open" and one.error is None)

    @property
    def exits(self) -> tuple[str, ...]:
        """The names of what was closed, in order."""
        return tuple(self._ledger.exits)

    @property
    def operations(self) -> int:
        """How many operations were begun: openings, closes and uses, failed ones included."""
        return self._ledger.operations

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What went wrong so far; what is still open isn't wrong yet."""
        return tuple(self._ledger.problems)

    @property
    def still_open(self) -> tuple[Problem, ...]:
        """What is open now, as the problem that it will be if it stays so."""
        return tuple(self._ledger.left_open())

    @property
    def injected(self) -> BaseException | None:
        """The last failure that was injected."""
        return self._ledger.injected

    @overload
    def managed_resource(
        self, name: str = ..., *, ordered: bool | None = ..., idempotent: bool = ...
    ) -> TrackedResource: ...
    @overload
    def managed_resource(
        self, name: str = ..., *, value: T, ordered: bool | None = ..., idempotent: bool = ...
    ) -> Managed[T]: ...
    def managed_resource(
        self,
        name: str = "resource",
        *,
        value: Any = _ITSELF,
        ordered: bool | None = None,
        idempotent: bool = False,
    ) -> Managed[Any]:
        """Make a resource that opens on entry and closes on exit: `with`, `async with`, stacks.

        `with ... as x` binds `value`, or else the resource. `idempotent` ones may be closed
        more than once.
        """
        account = self._account(name, ordered, idempotent)
        if value is _ITSELF:
            return TrackedResource(self._ledger, account)
        return Managed(self._ledger, account, value)

    def open(
        self, name: str = "resource", *, ordered: bool | None = None, idempotent: bool = False
    ) -> TrackedResource:
        """Make a resource that is open at once: something with `close()`, `aclose()`, `with`."""
        resource = TrackedResource(self._ledger, self._account(name, ordered, idempotent))
        resource.open()
        return resource

    def wrap(
        self,
        target: T,
        name: str | None = None,
        *,
        opens: Iterable[str] = (),
        closes: Iterable[str] = ("close", "aclose"),
        exit_closes: bool = True,
        ordered: bool | None = None,
        idempotent: bool = False,
    ) -> T:
        """Track a real object: the proxy behaves as the object and records opening and closing.

        An object that has one of the closing methods counts as open from now on, unless it has
        `opens` (`acquire` of a lock, `connect`); one that has none opens on entry. Say
        `exit_closes=False` where leaving the `with` doesn't close (sqlite3 connections).
        """
        methods = tuple(closes)
        made_open = not opens and any(hasattr(target, method) for method in methods)
        account = self._account(name or type(target).__name__, ordered, idempotent)
        if made_open:
            self._open_made(account, target, methods)
        wrapping = Wrapping(
            target,
            self._ledger,
            account,
            tuple(opens),
            methods,
            made_open=made_open,
            exit_closes=exit_closes,
        )
        proxy: T = wrap(wrapping)
        return proxy

    def factory(self, function: Callable[..., Any], /, **options: Any) -> Callable[..., Any]:
        """Track whatever this function makes: put it in the function's place.

        The options are those of `wrap`. What a coroutine function returns is tracked once awaited.
        """

        @functools.wraps(function)
        def make(*args: Any, **kwargs: Any) -> Any:
            made = function(*args, **kwargs)
            if hasattr(made, "__await__") and not hasattr(made, "__aenter__"):
                return finish(made)
            return self.wrap(made, **options)

        async def finish(making: Awaitable[Any]) -> Any:
            return self.wrap(await making, **options)

        return make

    def fail_at(
        self, operation: int, error: BaseException | type[BaseException] = InjectedFailure
    ) -> None:
        """Make the n-th operation raise, counted from 1 and from the tracker's making.

        An opening then opens nothing. A close closes first: a cleanup that failed isn't a leak.
        """
        self._ledger.plan(operation, error)

    def fail_next(self, error: BaseException | type[BaseException] = InjectedFailure) -> None:
        """Make the operation that comes next raise."""
        self._ledger.plan(self.operations + 1, error)

    def assert_all_closed(self) -> None:
        """Fail if anything is open now."""
        require(self.still_open)

    def assert_closed_once(self) -> None:
        """Fail if anything was closed twice, closed without being open, or only seemed closed."""
        require(self._of("closed-twice", "closed-unopened", "zombie"))

    def assert_order(self) -> None:
        """Fail if, in one thread or task, exits weren't in reverse order of the openings."""
        require(self._of("out-of-order"))

    def assert_exits(self, *names: str) -> None:
        """Fail unless just these were closed, in this order."""
        if self.exits != names:
            closed = "".join(
                f"\n  {one.name!r} at {one.site}" for one in self.events if one.action == "close"
            )
            raise AssertionError(f"expected exits {names}, not {self.exits}:{closed}")

    def assert_clean(self) -> None:
        """Fail if anything is open or anything went wrong."""
        require((*self.problems, *self.still_open))

    def __repr__(self) -> str:
        """Show the counts."""
        return f"<ResourceTracker {self.opens} opened, {self.closes} closed>"

    def _of(self, *faults: str) -> tuple[Problem, ...]:
        return tuple(one for one in self.problems if one.fault in faults)

    def _account(self, name: str, ordered: bool | None, idempotent: bool) -> Account:
        in_order = self.ordered if ordered is None else ordered
        return Account(self._ledger, name, ordered=in_order, idempotent=idempotent)

    @staticmethod
    def _open_made(account: Account, target: object, closes: tuple[str, ...]) -> None:
        """Count the opening of a finished object; if it's made to fail, the object is closed."""
        try:
            account.opened(account.begin_open())
        except BaseException:
            closing = getattr(target, next(name for name in closes if hasattr(target, name)))()
            if hasattr(closing, "__await__") and hasattr(closing, "close"):
                closing.close()  # a coroutine that nobody can await here
            raise
