"""Tasks spread over processes when there are enough of them."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from typing import TYPE_CHECKING

from lint_exitstack.model.outcome import FileOutcome
from lint_exitstack.project.one_file import Task, process

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import ProcessPoolExecutor

# A process costs about as much as checking twenty files.
_FILES_PER_WORKER = 20
# Small, so that an interrupt is obeyed soon.
_CHUNK = 4


def run(tasks: Sequence[Task], jobs: int = 0) -> Iterator[FileOutcome]:
    """Yield the outcome of each task, in order; `jobs` 0 means as many as there are processors."""
    workers = min(jobs or processors(), -(-len(tasks) // _FILES_PER_WORKER))
    if workers <= 1:
        yield from map(process, tasks)
        return
    from concurrent.futures.process import BrokenProcessPool

    done = 0
    try:
        for outcome in _spread(tasks, workers):
            done += 1
            yield outcome
    except BrokenProcessPool:
        # Somebody's code killed a worker (a parser's C stack, the kernel short of memory).
        yield from _one_by_one(tasks[done:])


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _spread(tasks: Sequence[Task], workers: int) -> Iterator[FileOutcome]:
    executor = _executor(workers)
    with ExitStack() as stack:
        stack.callback(executor.shutdown, wait=False, cancel_futures=True)
        yield from executor.map(process, tasks, chunksize=_CHUNK)
        stack.pop_all()
    executor.shutdown()


def _one_by_one(tasks: Sequence[Task]) -> Iterator[FileOutcome]:
    from concurrent.futures.process import BrokenProcessPool

    executor = _executor(1)
    try:
        for task in tasks:
            try:
                yield executor.submit(process, task).result()
            except BrokenProcessPool:
                message = f"{task.shown}: internal error: the process died of this file"
                yield FileOutcome(task.path, task.shown, errors=(message,))
                executor.shutdown()
                executor = _executor(1)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _executor(workers: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(workers, initializer=_leave_interrupts_to_the_parent)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
