"""`lint-exitstack check`: from paths to a report and an exit code."""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lint_exitstack.clients.arguments import configuration
from lint_exitstack.clients.baselines import with_baseline
from lint_exitstack.clients.console import wants_colour
from lint_exitstack.clients.contradictions import refuse_contradictions
from lint_exitstack.clients.outputs import outputs, write_file
from lint_exitstack.clients.progress import watched
from lint_exitstack.clients.showing import show_files, show_settings
from lint_exitstack.project.changes import changes_since, narrowed
from lint_exitstack.project.discovery import Discovery, Target, is_excluded
from lint_exitstack.project.one_file import Mode, Task
from lint_exitstack.project.workers import run
from lint_exitstack.reports import COMPARE, EDITS, IDENTIFY, _statistics, format_named, needs
from lint_exitstack.reports._lines import closing, counted
from lint_exitstack.reports._style import Style

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from lint_exitstack.clients.console import Console
    from lint_exitstack.clients.outputs import Output
    from lint_exitstack.model.outcome import FileOutcome
    from lint_exitstack.project.changes import Changes
    from lint_exitstack.project.configuration import Configuration

CLEAN, FINDINGS, ERROR = 0, 1, 2
_STDIN = "-"
FOR_PEOPLE = ("concise", "full", "grouped", "pylint", "github")


def check(arguments: argparse.Namespace, console: Console) -> int:
    """Run the command; raises UsageError."""
    refuse_contradictions(arguments)
    reports = outputs(arguments)
    settings = configuration(arguments)
    paths = arguments.paths or ["."]
    if _STDIN in paths:
        return _check_stdin(arguments, settings, console, reports)
    discovery = Discovery(settings)
    targets = discovery.targets(paths)
    for problem in discovery.problems:
        console.fail(problem)
    worst = ERROR if discovery.problems else CLEAN
    changes = _changes(arguments)
    if changes is not None:
        targets = narrowed(targets, changes)
    if arguments.show_files:
        console.write(show_files(targets))
        return worst
    if arguments.show_settings:
        console.write(show_settings(settings, targets))
        return worst
    tasks = [_task(target, arguments, reports, changes) for target in targets]
    wanted = not (arguments.quiet or arguments.silent)
    if not tasks and not discovery.problems and wanted and changes is None:
        console.say("warning: no Python files were found below the given paths")
    running = run(tasks, arguments.jobs)
    outcomes = tuple(watched(running, len(tasks), console, wanted=wanted))
    if arguments.baseline:
        outcomes = with_baseline(outcomes, arguments, console)
    _present(outcomes, arguments, console, reports, all_seen=not discovery.problems)
    return max(worst, _status(outcomes, arguments))


def _changes(arguments: argparse.Namespace) -> Changes | None:
    if arguments.changed_since is None:
        return None
    return changes_since(arguments.changed_since, Path.cwd())


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
        if _mode(arguments) in (Mode.FIX, Mode.IGNORE):
            console.write_bytes(data)
        return CLEAN
    task = replace(_task(target, arguments, reports), data=data, path=str(path) if name else _STDIN)
    outcomes = tuple(run([task], 1))
    if task.mode in (Mode.FIX, Mode.IGNORE):
        # Stdout is the file: what could not be done leaves it as it came in.
        console.write_bytes(data if outcomes[0].data is None else outcomes[0].data)
        console.out = console.err
    _present(outcomes, arguments, console, reports)
    return _status(outcomes, arguments)


def _mode(arguments: argparse.Namespace) -> Mode:
    if arguments.add_ignore:
        return Mode.IGNORE
    if arguments.diff:
        return Mode.DIFF
    return Mode.FIX if arguments.fix or arguments.fix_only else Mode.CHECK


def _task(
    target: Target,
    arguments: argparse.Namespace,
    reports: tuple[Output, ...],
    changes: Changes | None = None,
) -> Task:
    shown = {output.format for output in reports if not (output.main and arguments.statistics)}
    wanted = needs(shown)
    by_line = changes is not None and arguments.changed_lines
    return Task(
        str(target.path),
        target.shown,
        target.settings,
        _mode(arguments),
        unsafe=arguments.unsafe_fixes,
        edits=EDITS in wanted,
        compare=COMPARE in wanted,
        identify=IDENTIFY in wanted or arguments.baseline is not None,
        lines=changes[os.path.realpath(target.path)] if changes and by_line else None,
        reason=arguments.add_ignore_reason,
    )


def _present(
    outcomes: Sequence[FileOutcome],
    arguments: argparse.Namespace,
    console: Console,
    reports: tuple[Output, ...],
    *,
    all_seen: bool = True,
) -> None:
    found = any(outcome.reported or outcome.applied for outcome in outcomes)
    style = Style(
        colour=wants_colour(console.out),
        unsafe=arguments.unsafe_fixes,
        # "All checks passed" would be too much to say of files that nobody saw.
        brief=arguments.quiet or not (all_seen or found),
    )
    plain = replace(style, colour=False)
    for output in reports:
        if output.file is not None:
            write_file(output.file, _report(output, outcomes, arguments, plain))
        elif not arguments.silent:
            console.write(_report(output, outcomes, arguments, style))
    for outcome in outcomes:
        for text in outcome.errors:
            console.fail(text)
        for text in outcome.dropped:
            console.say(f"warning: {text}")
    if not (arguments.quiet or arguments.silent):
        for text in _remarks(outcomes, arguments):
            console.say(text)
        if all(output.file is not None for output in reports) and not arguments.diff:
            # Whoever started this shall see what came of it without opening a file.
            console.say(closing(outcomes, style).rstrip("\n"))


def _report(
    output: Output, outcomes: Sequence[FileOutcome], arguments: argparse.Namespace, style: Style
) -> Iterator[str]:
    if not output.main:
        yield from format_named(output.format).render(outcomes, style)
        return
    if arguments.diff:
        yield from (outcome.diff for outcome in outcomes)
        return
    for_people = output.format in FOR_PEOPLE
    if arguments.statistics:
        yield from _statistics.render(outcomes, style, as_json=not for_people)
    elif not _says_nothing(outcomes, arguments):
        yield from format_named(output.format).render(outcomes, style)
    if arguments.show_fixes and for_people:
        yield from _fixes(outcomes)


def _says_nothing(outcomes: Sequence[FileOutcome], arguments: argparse.Namespace) -> bool:
    # What can't be written down must be said, or nobody knows why the run fails.
    all_written = arguments.baseline == "write" and not any(item.reported for item in outcomes)
    return bool(arguments.fix_only or arguments.add_ignore or all_written)


def _fixes(outcomes: Iterable[FileOutcome]) -> Iterator[str]:
    for outcome in outcomes:
        if outcome.applied:
            yield f"Fixed in {outcome.shown}:\n"
        counts = Counter((finding.code, finding.name) for finding in outcome.applied)
        for (code, name), count in sorted(counts.items()):
            yield f"  {count} x {code} ({name})\n"


def _remarks(outcomes: Sequence[FileOutcome], arguments: argparse.Namespace) -> Iterator[str]:
    fixed = sum(len(outcome.applied) for outcome in outcomes)
    files = counted(sum(bool(outcome.applied) for outcome in outcomes), "file")
    if arguments.baseline == "write":
        return
    if arguments.diff:
        yield f"Would fix {counted(fixed, 'problem')} in {files}."
    elif arguments.fix_only:
        yield f"Fixed {counted(fixed, 'problem')} in {files}."
    elif arguments.add_ignore:
        yield f"Added comments for {counted(sum(item.added for item in outcomes), 'finding')}."


def _status(outcomes: Sequence[FileOutcome], arguments: argparse.Namespace) -> int:
    if any(outcome.errors for outcome in outcomes):
        return ERROR
    if arguments.exit_zero:
        return CLEAN
    if arguments.diff:
        return FINDINGS if any(outcome.diff for outcome in outcomes) else CLEAN
    if arguments.exit_non_zero_on_fix and any(outcome.applied for outcome in outcomes):
        return FINDINGS
    if arguments.fix_only:
        return CLEAN
    return FINDINGS if any(outcome.reported for outcome in outcomes) else CLEAN
