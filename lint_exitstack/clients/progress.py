"""A bar for long runs, where somebody watches."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.progress import Progress

    from lint_exitstack.clients.console import Console
    from lint_exitstack.model.outcome import FileOutcome

# Whoever has waited this long wants to know for how much longer.
_PATIENCE_S = 1.0
_REFRESH_S = 0.1


def watched(
    outcomes: Iterable[FileOutcome],
    total: int,
    console: Console,
    *,
    wanted: bool,
    patience: float = _PATIENCE_S,
) -> Iterator[FileOutcome]:
    """Pass `outcomes` on, and show on a terminal how many of them have come.

    The bar appears after `patience` seconds and is gone at the end.
    """
    if not (wanted and _is_shown(console)):
        yield from outcomes
        return
    due = time.monotonic() + patience
    bar: Progress | None = None
    try:
        for number, outcome in enumerate(outcomes, 1):
            now = time.monotonic()
            if now >= due and number < total:
                console.bar = True
                bar = bar or _bar(total, console)
                bar.update(bar.task_ids[0], completed=number, refresh=True)
                due = now + _REFRESH_S
            yield outcome
    finally:
        if bar is not None:
            bar.stop()
            console.bar = False


def _is_shown(console: Console) -> bool:
    # Some CI services give their jobs a terminal, and keep all that it was ever sent.
    return console.err.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


def _bar(total: int, console: Console) -> Progress:
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    bar = Progress(
        "Checking",
        BarColumn(),
        MofNCompleteColumn(),
        "files",
        TimeRemainingColumn(),
        console=RichConsole(file=console.err),
        transient=True,
        # A thread that draws could be drawing when a worker process is forked.
        auto_refresh=False,
    )
    bar.add_task("Checking", total=total)
    bar.start()
    return bar
