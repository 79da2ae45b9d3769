"""Run a scenario once for each operation that could fail, and require it to clean up each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._tracking_ledger import InjectedFailure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from .tracking import ResourceTracker


def check_every_failure(
    scenario: Callable[[ResourceTracker], object],
    error: type[BaseException] = InjectedFailure,
    *,
    ordered: bool = True,
) -> int:
    """Run `scenario(tracker)` undisturbed, then with its first operation failing, its second, ….

    Each run has a new tracker, which must be clean at the end. The injected failure may come out
    of the scenario, in a group or as the cause of another exception too; any other exception
    is the scenario's fault and comes out of here. The result says how many runs there were.
    """
    run = 0
    for run, tracker in _trackers(error, ordered=ordered):
        try:
            scenario(tracker)
        except BaseException as raised:
            if not _is_due_to(raised, tracker.injected):
                raise
        _require_clean(run, tracker)
    return run


async def acheck_every_failure(
    scenario: Callable[[ResourceTracker], Awaitable[object]],
    error: type[BaseException] = InjectedFailure,
    *,
    ordered: bool = True,
) -> int:
    """Do the same with a coroutine function."""
    run = 0
    for run, tracker in _trackers(error, ordered=ordered):
        try:
            await scenario(tracker)
        except BaseException as raised:
            if not _is_due_to(raised, tracker.injected):
                raise
        _require_clean(run, tracker)
    return run


def _trackers(
    error: type[BaseException], *, ordered: bool
) -> Iterator[tuple[int, ResourceTracker]]:
    """Give a tracker without a failure, then one for each operation, until none is reached."""
    from .tracking import ResourceTracker  # it imports this module

    run = 1
    yield run, ResourceTracker(ordered=ordered)
    while True:
        tracker = ResourceTracker(ordered=ordered)
        tracker.fail_at(run, error)
        run += 1
        yield run, tracker
        if tracker.injected is None:
            return


def _is_due_to(raised: BaseException, injected: BaseException | None) -> bool:
    if injected is None:
        return False
    pending: list[BaseException] = [raised]
    seen: set[int] = set()
    while pending:
        one = pending.pop()
        if one is injected:
            return True
        if id(one) in seen:
            continue
        seen.add(id(one))
        members: tuple[BaseException, ...] = getattr(one, "exceptions", ())
        if isinstance(one, BaseExceptionGroup):
            pending += members
        if one.__cause__ is not None:
            pending.append(one.__cause__)
    return False


def _require_clean(run: int, tracker: ResourceTracker) -> None:
    try:
        tracker.assert_clean()
    except AssertionError as unclean:
        if tracker.injected is None:
            raise
        raise AssertionError(f"with operation {run - 1} failing: {unclean}") from None
