"""What a run is to do: the files that were meant, each as a task."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lint_exitstack.project.changes import changes_since, narrowed
from lint_exitstack.project.discovery import Discovery, Target
from lint_exitstack.project.one_file import Mode, Task
from lint_exitstack.reports import COMPARE, EDITS, IDENTIFY, needs

if TYPE_CHECKING:
    import argparse

    from lint_exitstack.clients.outputs import Output
    from lint_exitstack.project.changes import Changes
    from lint_exitstack.project.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Found:
    """The files with what to do with each, and what the user must mend before there are more."""

    targets: tuple[Target, ...]
    tasks: tuple[Task, ...]
    problems: tuple[str, ...]


def found(
    arguments: argparse.Namespace, settings: Configuration, reports: tuple[Output, ...]
) -> Found:
    """Look for what the arguments name; raises UsageError."""
    discovery = Discovery(settings)
    targets = discovery.targets(arguments.paths or ["."])
    changes = None
    if arguments.changed_since is not None:
        changes = changes_since(arguments.changed_since, Path.cwd())
        targets = narrowed(targets, changes)
    tasks = tuple(task_for(target, arguments, reports, changes) for target in targets)
    return Found(targets, tasks, tuple(discovery.problems))


def mode_of(arguments: argparse.Namespace) -> Mode:
    """Return what is to be done with what is found."""
    if arguments.add_ignore:
        return Mode.IGNORE
    if arguments.diff:
        return Mode.DIFF
    return Mode.FIX if arguments.fix or arguments.fix_only else Mode.CHECK


def task_for(
    target: Target,
    arguments: argparse.Namespace,
    reports: tuple[Output, ...],
    changes: Changes | None = None,
) -> Task:
    """Return what is to be done with one file."""
    shown = {output.format for output in reports if not (output.main and arguments.statistics)}
    wanted = needs(shown)
    by_line = changes is not None and arguments.changed_lines
    return Task(
        str(target.path),
        target.shown,
        target.settings,
        mode_of(arguments),
        unsafe=arguments.unsafe_fixes,
        edits=EDITS in wanted,
        compare=COMPARE in wanted,
        identify=IDENTIFY in wanted or arguments.baseline is not None,
        lines=changes[os.path.realpath(target.path)] if changes and by_line else None,
        reason=arguments.add_ignore_reason,
    )
