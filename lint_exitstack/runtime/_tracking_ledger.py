"""The books of a tracker: operations in order, what is open now, and every fault seen."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ._tracking_records import Event, Opening, Problem, Site, caller, current_strand

if TYPE_CHECKING:
    from ._tracking_records import Action, Fault


class InjectedFailure(Exception):  # noqa: N818 - the name says what it is where it's caught
    """What an operation raises when it was told to fail and not told how."""


class Ledger:
    """State shared by the resources of one tracker; every method may be called from any thread."""

    __slots__ = (
        "_overtaken",
        "_plan",
        "errors",
        "events",
        "exits",
        "injected",
        "lock",
        "openings",
        "operations",
        "problems",
    )

    def __init__(self) -> None:
        # Re-entrant: a finalizer that runs while it's held may close something tracked.
        self.lock = threading.RLock()
        self._overtaken: dict[Opening, tuple[Opening, Site]] = {}
        self._plan: dict[int, BaseException | type[BaseException]] = {}
        self.events: list[Event] = []
        self.errors: list[BaseException] = []
        self.exits: list[str] = []
        self.problems: list[Problem] = []
        self.openings: list[Opening] = []
        self.operations = 0
        self.injected: BaseException | None = None

    def plan(self, operation: int, error: BaseException | type[BaseException]) -> None:
        """Make this operation, counted from 1, fail."""
        if operation <= self.operations:
            raise ValueError(f"operation {operation} has passed: {self.operations} were done")
        self._plan[operation] = error

    def begin(self, action: Action, name: str) -> tuple[int, BaseException | None]:
        """Count an operation; give its number and the exception that it shall raise."""
        with self.lock:
            self.operations += 1
            number = self.operations
            planned = self._plan.pop(number, None)
            if planned is None:
                return number, None
            self.injected = _failure(planned, f"injected: operation {number}, {action} {name!r}")
            return number, self.injected

    def opened(self, number: int, name: str, site: Site, *, ordered: bool) -> Opening:
        """Enter a resource that is open now."""
        opening = Opening(name, site, current_strand(), ordered)
        with self.lock:
            self.openings.append(opening)
            self.events.append(Event(number, "open", name, site))
        return opening

    def note(
        self, number: int, action: Action, name: str, error: BaseException | None = None
    ) -> None:
        """Enter an operation that changed nothing: a use, a failed opening, one close too many."""
        with self.lock:
            self.events.append(Event(number, action, name, caller(), error))

    def closed(self, number: int, opening: Opening, error: BaseException | None) -> Site:
        """Strike out a resource; a close that raised has closed all the same."""
        site = caller()
        with self.lock:
            self.events.append(Event(number, "close", opening.name, site, error))
            self.exits.append(opening.name)
            place = self.openings.index(opening)
            later = [other for other in self.openings[place + 1 :] if _must_nest(opening, other)]
            del self.openings[place]
            # Not yet a fault: what is never closed is a leak, not a disorder.
            self._overtaken |= dict.fromkeys(later, (opening, site))
            self._judge_order(opening, site)
        return site

    def _judge_order(self, opening: Opening, site: Site) -> None:
        """Tell of an earlier resource that was closed before this one, once."""
        if (overtaking := self._overtaken.pop(opening, None)) is None:
            return
        first, closed_at = overtaking
        self._overtaken = {
            other: pair for other, pair in self._overtaken.items() if pair[0] is not first
        }
        text = (
            f"{first.name!r} closed out of order: opened at {first.site}, closed at {closed_at}, "
            f"but {opening.name!r}, opened after it at {opening.site}, was closed later, at {site}"
        )
        self.blame("out-of-order", first.name, text)

    def saw(self, error: BaseException | None) -> None:
        """Keep the exception that left a block, as one of its exits saw it."""
        if error is not None:
            with self.lock:
                self.errors.append(error)

    def blame(self, fault: Fault, name: str, message: str) -> None:
        """Keep a fault."""
        with self.lock:
            self.problems.append(Problem(fault, name, message))

    def left_open(self) -> list[Problem]:
        """Turn what is open now into faults, in order of opening."""
        with self.lock:
            return [
                Problem("left-open", one.name, f"{one.name!r} left open: opened at {one.site}")
                for one in self.openings
            ]


def _must_nest(one: Opening, other: Opening) -> bool:
    return one.ordered and other.ordered and one.strand == other.strand


def _failure(planned: BaseException | type[BaseException], text: str) -> BaseException:
    if isinstance(planned, BaseException):
        return planned
    return planned(text) if planned is InjectedFailure else planned()


class Account:
    """One resource's page in the ledger: it may open and close repeatedly, in turn or nested."""

    __slots__ = ("_closed_at", "_idempotent", "_last", "_ledger", "_openings", "_ordered", "name")

    def __init__(self, ledger: Ledger, name: str, *, ordered: bool, idempotent: bool) -> None:
        self._ledger = ledger
        self._ordered = ordered
        self._idempotent = idempotent
        self._openings: list[Opening] = []
        self._last: Opening | None = None
        self._closed_at: Site | None = None
        self.name = name

    @property
    def is_open(self) -> bool:
        """Say whether it's open now."""
        return bool(self._openings)

    def begin_open(self) -> int:
        """Start to open: an injected failure comes out here, before anything was opened."""
        number, failure = self._ledger.begin("open", self.name)
        if failure is not None:
            self._ledger.note(number, "open", self.name, failure)
            raise failure
        return number

    def opened(self, number: int) -> None:
        """Note that opening succeeded."""
        opening = self._ledger.opened(number, self.name, caller(), ordered=self._ordered)
        with self._ledger.lock:
            self._openings.append(opening)
            self._last = opening

    def open_failed(self, number: int, error: BaseException) -> None:
        """Note that opening raised."""
        self._ledger.note(number, "open", self.name, error)

    def closed(self, error: BaseException | None = None) -> None:
        """Note that closing was done, or raised; an injected failure comes out here, afterwards."""
        number, failure = self._ledger.begin("close", self.name)
        with self._ledger.lock:
            if self._openings:
                opening = self._openings.pop()
                self._closed_at = self._ledger.closed(number, opening, error or failure)
            else:
                self._closed_again(number)
        if failure is not None:
            raise failure

    def zombie(self) -> None:
        """Note that the resource says of itself that closing didn't close it."""
        if self._last is not None:
            text = f"{self.name!r} was closed at {self._closed_at}, yet its `closed` is still False"
            self._ledger.blame("zombie", self.name, f"{text}: opened at {self._last.site}")

    def use(self, what: str) -> None:
        """Count a use of an open resource; using a closed one is a fault and a ValueError."""
        number, failure = self._ledger.begin("use", f"{self.name}.{what}")
        error = failure or (None if self.is_open else ValueError(f"{self.name!r} is not open"))
        self._ledger.note(number, "use", f"{self.name}.{what}", error)
        if not self.is_open:
            text = f"{self.name!r} used at {caller()} while not open"
            if self._last is not None:
                text += f": opened at {self._last.site}, closed at {self._closed_at}"
            self._ledger.blame("used-closed", self.name, text)
        if error is not None:
            raise error

    def _closed_again(self, number: int) -> None:
        site = caller()
        if self._last is None:
            text = f"{self.name!r} closed at {site}, but it was never opened"
            self._ledger.blame("closed-unopened", self.name, text)
        elif not self._idempotent:
            text = f"{self.name!r} closed twice: opened at {self._last.site}, closed at "
            self._ledger.blame(
                "closed-twice", self.name, f"{text}{self._closed_at}, again at {site}"
            )
        self._ledger.note(number, "close", self.name)
