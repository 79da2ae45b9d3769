"""What is said of a run, and its exit code."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_exitstack.clients.console import wants_colour
from lint_exitstack.clients.outputs import write_file
from lint_exitstack.reports import _statistics, format_named
from lint_exitstack.reports._lines import closing, counted
from lint_exitstack.reports._style import Style

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from lint_exitstack.clients.console import Console
    from lint_exitstack.clients.outputs import Output
    from lint_exitstack.model.outcome import FileOutcome

CLEAN, FINDINGS, ERROR = 0, 1, 2
FOR_PEOPLE = ("concise", "full", "grouped", "pylint", "github", "azure")


def tell(
    outcomes: Sequence[FileOutcome],
    arguments: argparse.Namespace,
    console: Console,
    reports: tuple[Output, ...],
    *,
    all_seen: bool = True,
) -> None:
    """Write the reports, then what else there is to say; raises UsageError."""
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


def status(outcomes: Sequence[FileOutcome], arguments: argparse.Namespace) -> int:
    """Return the exit code of a run that examined all it was told to."""
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
