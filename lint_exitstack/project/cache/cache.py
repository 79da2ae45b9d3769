"""Outcomes remembered from one run to the next, for as long as a file and its task stay."""

from __future__ import annotations

import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lint_exitstack.checking import applies
from lint_exitstack.model.outcome import FileOutcome
from lint_exitstack.project.cache import shelf
from lint_exitstack.project.cache.keys import Keys, content_digest, program_digest
from lint_exitstack.project.cache.plain import plain, reported
from lint_exitstack.project.one_file import Mode

if TYPE_CHECKING:
    from lint_exitstack.model.outcome import Reported
    from lint_exitstack.project.one_file import Task

NAME = ".lint_exitstack_cache"


class Cache:
    """What is known of files; `folder` is where it's kept, and is made when there is something.

    A row is found by what a task asks, and holds the digest of the content that it speaks about,
    the day on which it was last of use, and the findings. A file that changes takes its row along.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys = Keys()
        self._today = int(time.time() // shelf.DAY_S)
        self._is_changed = False

    @cached_property
    def _program(self) -> str:
        return program_digest()

    @cached_property
    def _rows(self) -> dict[str, Any]:
        return shelf.read(self._folder, self._program)

    def known(self, task: Task) -> FileOutcome | None:
        """Return what `process` would, if that is known and leaves the file as it is."""
        key = self._keys.of(task)
        findings = self._found(key, task)
        if findings is None:
            return None
        if task.mode is not Mode.CHECK and any(
            applies(item.finding, unsafe=task.unsafe) for item in findings
        ):
            return None
        self._touch(key)
        return FileOutcome(task.path, task.shown, findings)

    def _found(self, key: str, task: Task) -> tuple[Reported, ...] | None:
        match self._rows.get(key):
            case [str(content), int(), list(rows)]:
                try:
                    if content_digest(Path(task.path).read_bytes()) != content:
                        return None
                    return tuple(reported(row, task.settings) for row in rows)
                except (OSError, ValueError):
                    return None
        return None

    def _touch(self, key: str) -> None:
        row = self._rows[key]
        if row[1] != self._today:
            row[1] = self._today
            self._is_changed = True

    def keep(self, task: Task, outcome: FileOutcome) -> None:
        """Remember what came of a task, if it would come of it again."""
        done = outcome.errors or outcome.dropped or outcome.applied or outcome.diff
        if done or not outcome.content:
            return
        rows = [plain(item) for item in outcome.reported]
        self._rows[self._keys.of(task)] = [outcome.content, self._today, rows]
        self._is_changed = True

    def save(self) -> None:
        """Leave what is known for the next run, without what nobody has asked for in a while."""
        if not self._is_changed:
            return
        rows = {key: row for key, row in self._rows.items() if self._is_fresh(row)}
        shelf.write(self._folder, self._program, rows)
        self._is_changed = False

    def _is_fresh(self, row: Any) -> bool:
        match row:
            case [str(), int(day), list()]:
                return self._today - shelf.KEPT_DAYS < day <= self._today
        return False
