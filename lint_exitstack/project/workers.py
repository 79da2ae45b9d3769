"""Tasks spread over processes when there are enough of them that nobody knows the answer to."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

from lint_exitstack.project.one_file import Task, process

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from lint_exitstack.model.outcome import FileOutcome
    from lint_exitstack.project.cache.cache import Cache

# A process costs about as much as checking twenty files.
_FILES_PER_WORKER = 20


def run(tasks: Sequence[Task], jobs: int = 0, cache: Cache | None = None) -> Iterator[FileOutcome]:
    """Yield the outcome of each task, in order; `jobs` 0 means as many as there are processors.

    What `cache` knows isn't done again; what is new it learns, if the run comes to its end.
    """
    if cache is None:
        yield from _done(tasks, jobs)
        return
    known = [cache.known(task) for task in tasks]
    pairs = zip(tasks, known, strict=True)
    fresh = _done([task for task, outcome in pairs if outcome is None], jobs)
    with closing(fresh):
        for task, outcome in zip(tasks, known, strict=True):
            yield outcome or _learnt(cache, task, next(fresh))
        # Behind the last answer, processes are told that they may go.
        next(fresh, None)
    cache.save()


def _learnt(cache: Cache, task: Task, outcome: FileOutcome) -> FileOutcome:
    cache.keep(task, outcome)
    return outcome


def _done(tasks: Sequence[Task], jobs: int) -> Generator[FileOutcome]:
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
