"""Options of `check` that can't be meant together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.model.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

_STDIN = "-"


def refuse_contradictions(arguments: argparse.Namespace) -> None:
    """Raise UsageError for the first contradiction."""
    for text in _contradictions(arguments):
        raise UsageError(text)


def _contradictions(arguments: argparse.Namespace) -> Iterator[str]:
    mends = arguments.fix or arguments.fix_only or arguments.diff
    if arguments.add_ignore and mends:
        yield "--add-ignore: can't be combined with --fix, --fix-only or --diff"
    if arguments.add_ignore and arguments.ignore_noqa:
        yield "--add-ignore: would repeat the comments that --ignore-noqa looks past"
    if _STDIN in arguments.paths and len(arguments.paths) > 1:
        yield "-: stdin can't be checked together with other paths"
    if arguments.stdin_filename and _STDIN not in arguments.paths:
        yield "--stdin-filename: says nothing without the path - for stdin"
    if arguments.jobs < 0:
        yield "--jobs: must be 1 or more, or 0 for one a processor"
    if arguments.diff and any("=" in text for text in arguments.output_format or ()):
        yield "--diff: is shown instead of a report; reports into files need a run of their own"
    if arguments.watch:
        yield from _about_watching(arguments)
    yield from _about_changes(arguments, changes_files=mends or arguments.add_ignore)
    yield from _about_baselines(arguments, changes_files=mends or arguments.add_ignore)


def _about_watching(arguments: argparse.Namespace) -> Iterator[str]:
    if _STDIN in arguments.paths:
        yield "--watch: stdin is read once"
    once = {
        "--add-ignore": arguments.add_ignore,
        "--show-files": arguments.show_files,
        "--show-settings": arguments.show_settings,
        "--baseline write": arguments.baseline == "write",
    }
    for option, given in once.items():
        if given:
            yield f"--watch: can't be combined with {option}, which is done once"


def _about_changes(arguments: argparse.Namespace, *, changes_files: bool) -> Iterator[str]:
    if arguments.changed_lines and arguments.changed_since is None:
        yield "--changed-lines: says nothing without --changed-since"
    if arguments.changed_lines and changes_files:
        # A rewrite reaches as far as its statement does.
        yield "--changed-lines: can't be combined with what changes or would change files"
    if arguments.changed_since is not None and _STDIN in arguments.paths:
        yield "--changed-since: git doesn't know what stdin was before"


def _about_baselines(arguments: argparse.Namespace, *, changes_files: bool) -> Iterator[str]:
    if arguments.baseline is None:
        return
    if changes_files:
        yield "--baseline: is there to leave old code alone; it can't be combined with fixes"
    if _STDIN in arguments.paths:
        yield "--baseline: can't be combined with stdin"
    if arguments.baseline == "write" and arguments.changed_since is not None:
        yield "--baseline write: needs all findings, not only those of changed files"
