"""A bar for long runs, where somebody watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lint_exitstack.model.outcome import FileOutcome

_WORTH_A_BAR = 200


def watched(
    outcomes: Iterable[FileOutcome], total: int, stream: TextIO, *, wanted: bool
) -> Iterator[FileOutcome]:
    """Pass `outcomes` on, and show on a terminal how many of them have come."""
    if not wanted or total < _WORTH_A_BAR or not stream.isatty():
        yield from outcomes
        return
    from rich.console import Console
    from rich.progress import Progress

    # Without a refreshing thread: worker processes may be forked from this one.
    bar = Progress(console=Console(file=stream), transient=True, auto_refresh=False)
    with bar:
        task = bar.add_task("Checking", total=total)
        for number, outcome in enumerate(outcomes, 1):
            bar.update(task, completed=number, refresh=number % 20 == 0)
            yield outcome
