"""Worker processes that may be ended at any moment, and whose death costs one file at most."""

from __future__ import annotations

import multiprocessing
import pickle
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING

from lint_exitstack.model.outcome import FileOutcome
from lint_exitstack.project.one_file import Task, process
from lint_exitstack.project.signals import held_back, leave_to_the_parent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.process import BaseProcess

# What a worker gets at once: small, so that all of them are busy to the end.
_CHUNK = 4
_PATIENCE_S = 0.5


@dataclass(frozen=True, slots=True)
class _Worker:
    """A process, the way to it, and the numbers of the tasks that it has yet to answer."""

    process: BaseProcess
    connection: Connection
    waiting: deque[int] = field(default_factory=deque)


class Pool:
    """Does tasks in several processes, without a thread or a lock that anybody could die with."""

    def __init__(self, tasks: Sequence[Task], size: int) -> None:
        self._tasks = tasks
        self._ahead = deque(range(len(tasks)))
        self._done: dict[int, FileOutcome] = {}
        self._suspects: set[int] = set()
        self._workers: list[_Worker] = []
        self._size = size

    def outcomes(self) -> Iterator[FileOutcome]:
        """Yield the outcome of each task, in order; whoever stops early ends the processes."""
        try:
            for _ in range(self._size):
                self._hire()
            for number in range(len(self._tasks)):
                while number not in self._done:
                    self._listen()
                yield self._done.pop(number)
            for worker in self._workers:
                with suppress(OSError):
                    worker.connection.send(None)
                worker.process.join()
        finally:
            end_workers([worker.process for worker in self._workers])

    def _hire(self) -> None:
        ours, theirs = multiprocessing.Pipe()
        # A signal between the fork and the worker's first line would be answered as by the parent.
        with held_back():
            worker = multiprocessing.Process(target=_work, args=(theirs, ours), daemon=True)
            worker.start()
        # Its end is the worker's alone: that nobody holds it any more tells of its death.
        theirs.close()
        self._workers.append(_Worker(worker, ours))
        self._feed(self._workers[-1])

    def _feed(self, worker: _Worker) -> None:
        """Give a worker that waits for it something to do."""
        chunk = [self._ahead.popleft() for _ in range(min(_CHUNK, len(self._ahead)))]
        if not chunk:
            return
        worker.waiting.extend(chunk)
        try:
            # One by one: a task that can't be unpickled must not take the others with it.
            worker.connection.send([pickle.dumps(self._tasks[number]) for number in chunk])
        except OSError:
            return  # it has died, as we shall hear

    def _listen(self) -> None:
        ready = wait([worker.connection for worker in self._workers])
        for worker in [worker for worker in self._workers if worker.connection in ready]:
            try:
                outcome = worker.connection.recv()
            except (EOFError, OSError):
                self._bury(worker)
                continue
            self._done[worker.waiting.popleft()] = outcome
            if not worker.waiting:
                self._feed(worker)

    def _bury(self, worker: _Worker) -> None:
        """Replace a worker: a parser's C stack, or the kernel short of memory, has killed it."""
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join()
        if worker.waiting and worker.waiting[0] in self._suspects:
            task = self._tasks[worker.waiting[0]]
            message = f"{task.shown}: internal error: the process died of this file"
            outcome = FileOutcome(task.path, task.shown, errors=(message,))
            self._done[worker.waiting.popleft()] = outcome
        elif worker.waiting:
            self._suspects.add(worker.waiting[0])
        self._ahead.extendleft(reversed(worker.waiting))
        if self._ahead:
            self._hire()


def end_workers(processes: Sequence[BaseProcess]) -> None:
    """End processes soon; what they are writing they still write to the end."""
    for worker in processes:
        worker.terminate()
    for worker in processes:
        worker.join(_PATIENCE_S)
        if worker.is_alive():
            worker.kill()
            worker.join()


def _work(connection: Connection, parents: Connection) -> None:
    """Answer tasks until there are no more, or nobody is there to hear of them."""
    leave_to_the_parent()
    # Inherited by a fork: while it's open here, the end of the parent would go unnoticed.
    parents.close()
    try:
        while (chunk := connection.recv()) is not None:
            for data in chunk:
                connection.send(process(pickle.loads(data)))  # noqa: S301 - our parent's own
    except (EOFError, OSError):
        return
