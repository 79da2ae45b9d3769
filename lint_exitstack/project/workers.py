"""Tasks spread over processes when there are enough of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lint_exitstack.project.one_file import Task, process

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.outcome import FileOutcome

# A process costs about as much as checking twenty files.
_FILES_PER_WORKER = 20


def run(tasks: Sequence[Task], jobs: int = 0) -> Iterator[FileOutcome]:
    """Yield the outcome of each task, in order; `jobs` 0 means as many as there are processors."""
    workers = min(jobs or processors(), -(-len(tasks) // _FILES_PER_WORKER))
    if workers <= 1:
        yield from map(process, tasks)
        return
    from lint_exitstack.project.pool import Pool

    yield from Pool(tasks, workers).outcomes()


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
