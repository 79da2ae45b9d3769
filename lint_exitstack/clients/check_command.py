"""`lint-exitstack check`: from paths to a report and an exit code."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lint_exitstack.clients.arguments import configuration
from lint_exitstack.clients.baselines import with_baseline
from lint_exitstack.clients.caching import cache_for
from lint_exitstack.clients.contradictions import refuse_contradictions
from lint_exitstack.clients.finding_tasks import found, mode_of, task_for
from lint_exitstack.clients.outputs import outputs
from lint_exitstack.clients.progress import watched
from lint_exitstack.clients.showing import show_files, show_settings
from lint_exitstack.clients.telling import CLEAN, ERROR, status, tell
from lint_exitstack.project.discovery import Target, is_excluded
from lint_exitstack.project.one_file import Mode
from lint_exitstack.project.workers import run

if TYPE_CHECKING:
    import argparse

    from lint_exitstack.clients.console import Console
    from lint_exitstack.clients.outputs import Output
    from lint_exitstack.project.configuration import Configuration

_STDIN = "-"


def check(arguments: argparse.Namespace, console: Console) -> int:
    """Run the command; raises UsageError."""
    refuse_contradictions(arguments)
    reports = outputs(arguments)
    if _STDIN in arguments.paths:
        return _check_stdin(arguments, configuration(arguments), console, reports)
    if arguments.watch:
        from lint_exitstack.clients.watching import Watch

        return Watch(arguments, console, reports).go_on()
    return _check_files(arguments, console, reports)


def _check_files(
    arguments: argparse.Namespace, console: Console, reports: tuple[Output, ...]
) -> int:
    settings = configuration(arguments)
    work = found(arguments, settings, reports)
    for problem in work.problems:
        console.fail(problem)
    worst = ERROR if work.problems else CLEAN
    if arguments.show_files:
        console.write(show_files(work.targets))
        return worst
    if arguments.show_settings:
        console.write(show_settings(settings, work.targets))
        return worst
    wanted = not (arguments.quiet or arguments.silent)
    if not (work.tasks or work.problems) and wanted and arguments.changed_since is None:
        console.say("warning: no Python files were found below the given paths")
    running = run(work.tasks, arguments.jobs, cache_for(arguments, settings))
    outcomes = tuple(watched(running, len(work.tasks), console, wanted=wanted))
    if arguments.baseline:
        outcomes = with_baseline(outcomes, arguments, console)
    tell(outcomes, arguments, console, reports, all_seen=not work.problems)
    return max(worst, status(outcomes, arguments))


def _check_stdin(
    arguments: argparse.Namespace,
    settings: Configuration,
    console: Console,
    reports: tuple[Output, ...],
) -> int:
    name = arguments.stdin_filename
    path = Path(name or _STDIN).absolute()
    target = Target(path, name or _STDIN, settings.for_file(path))
    if arguments.show_settings:
        console.write(show_settings(settings, (target,)))
        return CLEAN
    data = sys.stdin.buffer.read()
    if target.settings.force_exclude and name and is_excluded(path, target.settings):
        if mode_of(arguments) in (Mode.FIX, Mode.IGNORE):
            console.write_bytes(data)
        return CLEAN
    task = replace(
        task_for(target, arguments, reports), data=data, path=str(path) if name else _STDIN
    )
    outcomes = tuple(run([task], 1))
    if task.mode in (Mode.FIX, Mode.IGNORE):
        # Stdout is the file: what could not be done leaves it as it came in.
        console.write_bytes(data if outcomes[0].data is None else outcomes[0].data)
        console.out = console.err
    tell(outcomes, arguments, console, reports)
    return status(outcomes, arguments)
