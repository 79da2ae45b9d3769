"""`lint-exitstack check`: from paths to a report and an exit code."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lint_exitstack.clients.arguments import configuration
from lint_exitstack.clients.console import wants_colour
from lint_exitstack.clients.progress import watched
from lint_exitstack.clients.showing import show_files, show_settings
from lint_exitstack.model.errors import UsageError
from lint_exitstack.project.discovery import Discovery, Target, is_excluded
from lint_exitstack.project.one_file import Mode, Task
from lint_exitstack.project.workers import run
from lint_exitstack.reports import _statistics, format_named
from lint_exitstack.reports._lines import counted
from lint_exitstack.reports._style import Style

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from lint_exitstack.clients.console import Console
    from lint_exitstack.model.outcome import FileOutcome
    from lint_exitstack.project.configuration import Configuration

CLEAN, FINDINGS, ERROR = 0, 1, 2
_STDIN = "-"


def check(arguments: argparse.Namespace, console: Console) -> int:
    """Run the command; raises UsageError."""
    _refuse_contradictions(arguments)
    settings = configuration(arguments)
    paths = arguments.paths or ["."]
    if _STDIN in paths:
        return _check_stdin(arguments, settings, console)
    discovery = Discovery(settings)
    targets = discovery.targets(paths)
    for problem in discovery.problems:
        console.fail(problem)
    worst = ERROR if discovery.problems else CLEAN
    if arguments.show_files:
        console.write(show_files(targets))
        return worst
    if arguments.show_settings:
        console.write(show_settings(settings, targets))
        return worst
    tasks = [_task(target, arguments) for target in targets]
    wanted = not (arguments.quiet or arguments.silent)
    if not tasks and not discovery.problems and wanted:
        console.say("warning: no Python files were found below the given paths")
    running = run(tasks, arguments.jobs)
    outcomes = tuple(watched(running, len(tasks), console.err, wanted=wanted))
    _present(outcomes, arguments, console, all_seen=not discovery.problems)
    return max(worst, _status(outcomes, arguments))


def _refuse_contradictions(arguments: argparse.Namespace) -> None:
    mends = arguments.fix or arguments.fix_only or arguments.diff
    if arguments.add_ignore and mends:
        raise UsageError("--add-ignore: can't be combined with --fix, --fix-only or --diff")
    if _STDIN in arguments.paths and len(arguments.paths) > 1:
        raise UsageError("-: stdin can't be checked together with other paths")
    if arguments.stdin_filename and _STDIN not in arguments.paths:
        raise UsageError("--stdin-filename: says nothing without the path - for stdin")
    if arguments.jobs < 0:
        raise UsageError("--jobs: must be 1 or more, or 0 for one a processor")


def _check_stdin(arguments: argparse.Namespace, settings: Configuration, console: Console) -> int:
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
    task = replace(_task(target, arguments), data=data, path=str(path) if name else _STDIN)
    outcomes = tuple(run([task], 1))
    if task.mode in (Mode.FIX, Mode.IGNORE):
        # Stdout is the file: what could not be done leaves it as it came in.
        console.write_bytes(data if outcomes[0].data is None else outcomes[0].data)
        console.out = console.err
    _present(outcomes, arguments, console)
    return _status(outcomes, arguments)


def _mode(arguments: argparse.Namespace) -> Mode:
    if arguments.add_ignore:
        return Mode.IGNORE
    if arguments.diff:
        return Mode.DIFF
    return Mode.FIX if arguments.fix or arguments.fix_only else Mode.CHECK


def _task(target: Target, arguments: argparse.Namespace) -> Task:
    return Task(
        str(target.path),
        target.shown,
        target.settings,
        _mode(arguments),
        unsafe=arguments.unsafe_fixes,
        edits=arguments.output_format == "json" and not arguments.statistics,
        reason=arguments.add_ignore_reason,
    )


def _present(
    outcomes: Sequence[FileOutcome],
    arguments: argparse.Namespace,
    console: Console,
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
    if not arguments.silent:
        console.write(_report(outcomes, arguments, style))
    for outcome in outcomes:
        for text in outcome.errors:
            console.fail(text)
        for text in outcome.dropped:
            console.say(f"warning: {text}")
    if not (arguments.quiet or arguments.silent):
        for text in _remarks(outcomes, arguments):
            console.say(text)


def _report(
    outcomes: Sequence[FileOutcome], arguments: argparse.Namespace, style: Style
) -> Iterator[str]:
    if arguments.diff:
        yield from (outcome.diff for outcome in outcomes)
        return
    as_json = arguments.output_format == "json"
    if arguments.statistics:
        yield from _statistics.render(outcomes, style, as_json=as_json)
    elif not (arguments.fix_only or arguments.add_ignore):
        yield from format_named(arguments.output_format).render(outcomes, style)
    if arguments.show_fixes and not as_json:
        yield from _fixes(outcomes)


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
