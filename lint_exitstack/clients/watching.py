"""`check --watch`: examine again what has changed, until somebody ends it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from lint_exitstack.clients.arguments import configuration
from lint_exitstack.clients.baselines import with_baseline
from lint_exitstack.clients.caching import cache_for
from lint_exitstack.clients.finding_tasks import Found, found
from lint_exitstack.clients.progress import watched
from lint_exitstack.clients.telling import tell
from lint_exitstack.model.errors import UsageError
from lint_exitstack.project.configuration import FILES
from lint_exitstack.project.discovery import suffixes_of
from lint_exitstack.project.workers import run
from lint_exitstack.reports._lines import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from lint_exitstack.clients.console import Console
    from lint_exitstack.clients.outputs import Output
    from lint_exitstack.model.outcome import FileOutcome
    from lint_exitstack.project.cache.cache import Cache
    from lint_exitstack.project.one_file import Task

# What `stat` says of a file; None where there is none.
_Stamp: TypeAlias = "tuple[int, int, int] | None"

# These decide what is looked at, and how: besides the folders that are watched, they count above.
_RULING = (*FILES, ".gitignore")
_EXCLUDE = str(Path(".git", "info", "exclude"))
# Changes are taken together until there was quiet for as long as a step, or this long at most.
_TOGETHER_MS, _QUIET_MS = 500, 50
# How often files above the watched folders are looked at: nobody tells of those.
_LOOK_UP_MS = 1000


@dataclass(frozen=True, slots=True)
class _Known:
    """What came of a file that was as `stamp` says when `task` was done."""

    stamp: _Stamp
    task: Task
    outcome: FileOutcome


class Watch:
    """Holds what is known of each file, and finds out what is known no more.

    Events only say that it's time to look; whether something has changed, the files say. So what
    `--fix` writes itself isn't news.
    """

    def __init__(
        self, arguments: argparse.Namespace, console: Console, reports: tuple[Output, ...]
    ) -> None:
        if find_spec("watchfiles") is None:
            raise UsageError(
                "--watch: needs watchfiles, which isn't installed: "
                'pip install "lint-exitstack[watch]"'
            )
        self._arguments = arguments
        self._console = console
        self._reports = reports
        self._known: dict[str, _Known] = {}
        self._problems: tuple[str, ...] | None = None
        self._places = [Path(path).absolute() for path in arguments.paths or ["."]]

    def go_on(self) -> int:
        """Look, and look again at every change; only a signal ends this. Raises UsageError."""
        roots = {path if path.is_dir() else path.parent for path in self._places}
        if missing := [path for path in sorted(roots) if not path.is_dir()]:
            raise UsageError(f"{missing[0]}: there is no such file or folder")
        self._console.farewell = "\nStopped watching.\n"
        above = self._above()
        self._look()
        for changed in self._events(roots):
            now = self._above()
            if changed or now != above:
                above = now
                self._look()
        return 0

    def _events(self, roots: set[Path]) -> Iterator[bool]:
        """Yield whether something happened, at every event and from time to time."""
        from watchfiles import watch

        events = watch(
            *roots,
            watch_filter=lambda _change, path: self._matters(path),
            debounce=_TOGETHER_MS,
            step=_QUIET_MS,
            rust_timeout=_LOOK_UP_MS,
            yield_on_timeout=True,
            recursive=any(path.is_dir() for path in self._places),
            ignore_permission_denied=True,
        )
        try:
            next(events)
            # Now that we are told of changes: what happened while we first looked?
            yield True
            yield from map(bool, events)
        except OSError as error:
            raise UsageError(f"--watch: the system refuses to watch: {error}") from error

    def _matters(self, path: str) -> bool:
        if path.endswith((*suffixes_of(docs=True), *_RULING, _EXCLUDE)) or path in self._known:
            return True
        if f"{os.sep}.git{os.sep}" in path:
            return False
        inside = path + os.sep
        return Path(path).is_dir() or any(known.startswith(inside) for known in self._known)

    def _above(self) -> tuple[_Stamp, ...]:
        """Return the state of the files that rule what is watched without lying in it."""
        folders = {folder for place in self._places for folder in (place, *place.parents)}
        names = (*_RULING, _EXCLUDE)
        paths = [str(folder / name) for folder in sorted(folders) for name in names]
        return tuple(map(_stamp, [*paths, *self._arguments.config]))

    def _look(self) -> None:
        """Examine what isn't known, and tell of everything if there is anything new."""
        since = time.perf_counter()
        try:
            settings = configuration(self._arguments)
            work = found(self._arguments, settings, self._reports)
            cache = cache_for(self._arguments, settings)
        except UsageError as error:
            work, cache = Found((), (), (str(error),)), None
        stamps = {task.path: _stamp(task.path) for task in work.tasks}
        todo = [task for task in work.tasks if not self._is_known(task, stamps[task.path])]
        gone = self._known.keys() - stamps.keys()
        if not (todo or gone) and work.problems == self._problems:
            return
        self._problems = work.problems
        self._known = {path: self._known[path] for path in self._known.keys() - gone}
        self._console.clear()
        self._examine(todo, stamps, cache)
        self._tell(work, len(todo), since)

    def _is_known(self, task: Task, stamp: _Stamp) -> bool:
        known = self._known.get(task.path)
        return known is not None and (known.stamp, known.task) == (stamp, task)

    def _examine(self, todo: list[Task], stamps: dict[str, _Stamp], cache: Cache | None) -> None:
        running = run(todo, self._arguments.jobs, cache)
        outcomes = watched(running, len(todo), self._console, wanted=self._speaks)
        for task, outcome in zip(todo, outcomes, strict=True):
            stamp = _stamp(task.path) if outcome.applied else stamps[task.path]
            self._known[task.path] = _Known(stamp, task, outcome)

    def _tell(self, work: Found, examined: int, since: float) -> None:
        for problem in work.problems:
            self._console.fail(problem)
        outcomes = tuple(self._known[task.path].outcome for task in work.tasks)
        try:
            if self._arguments.baseline:
                outcomes = with_baseline(outcomes, self._arguments, self._console)
            tell(
                outcomes,
                self._arguments,
                self._console,
                self._reports,
                all_seen=not work.problems,
            )
        except UsageError as error:
            self._console.fail(str(error))
        # What was fixed is news once.
        for path, known in self._known.items():
            if known.outcome.applied:
                told = replace(known.outcome, applied=(), diff="")
                self._known[path] = replace(known, outcome=told)
        # Who reads a pipe has all of it before being told that it's all.
        self._console.out.flush()
        if self._speaks:
            took = time.perf_counter() - since
            self._console.say(
                f"[{time.strftime('%H:%M:%S')}] Looked at {examined} of "
                f"{counted(len(work.tasks), 'file')} in {took:.2f} s. "
                "Watching for changes; Ctrl-C ends it."
            )

    @property
    def _speaks(self) -> bool:
        return not (self._arguments.quiet or self._arguments.silent)


def _stamp(path: str) -> _Stamp:
    try:
        status = os.stat(path)  # noqa: PTH116 - thousands of them, all strings
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
