"""Everything that a run does with one file: a function from plain data to plain data."""

from __future__ import annotations

import enum
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lint_exitstack.checking import Examined, applies, checked, examined, shown
from lint_exitstack.containers import kind_of, opened
from lint_exitstack.model.errors import SourceError, UnreadableSourceError, UsageError
from lint_exitstack.model.finding import Finding
from lint_exitstack.model.outcome import FileOutcome, Reported
from lint_exitstack.model.position import Position, Span
from lint_exitstack.model.source import Source
from lint_exitstack.project.cache.keys import content_digest
from lint_exitstack.project.presenting import presented
from lint_exitstack.project.writing import WriteError, replace_file
from lint_exitstack.rules.the_file.syntax_error import RULE as SYNTAX_ERROR
from lint_exitstack.rules.the_file.unreadable_file import RULE as UNREADABLE_FILE
from lint_exitstack.selection import Selection

if TYPE_CHECKING:
    from lint_exitstack.fixing import Failure, FixedSource
    from lint_exitstack.settings import Settings


class Mode(enum.Enum):
    """What to do with what is found."""

    CHECK = "check"
    FIX = "fix"
    DIFF = "diff"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Task:
    """A file and what to do with it; `data` is its content if it isn't on the disk.

    `edits` asks for the fix of each finding as edits, `compare` for its code before and after,
    `identify` for its scope and digest, `lines` for the findings on those lines only; `reason`
    goes behind new suppressions.
    """

    path: str
    shown: str
    settings: Settings
    mode: Mode = Mode.CHECK
    unsafe: bool = False
    edits: bool = False
    compare: bool = False
    identify: bool = False
    lines: tuple[range, ...] | None = None
    reason: str = ""
    data: bytes | None = None


def process(task: Task) -> FileOutcome:
    """Do the task; whatever happens is told in the outcome."""
    try:
        return _process(task)
    except Exception:  # noqa: BLE001 - one file that breaks us must not cost the others
        trace = traceback.format_exc().rstrip()
        return FileOutcome(
            task.path,
            task.shown,
            errors=(
                f"{task.shown}: internal error, please report it with this traceback:\n{trace}",
            ),
        )


def _process(task: Task) -> FileOutcome:
    outcome = FileOutcome(task.path, task.shown)
    try:
        data = _read(task)
        outcome = replace(outcome, content=content_digest(data))
        if kind_of(task.path) is not None:
            return _contained(outcome, data, task)
        source = Source(data, task.path)
    except SourceError as error:
        return replace(outcome, reported=_unreadable(task, error), data=task.data)
    try:
        found, findings = examined(source, task.settings)
    except SourceError as error:
        reported = presented(source, unusable(task, error), task)
        return replace(outcome, reported=reported, data=task.data)
    match task.mode:
        case Mode.CHECK:
            return replace(outcome, reported=presented(source, findings, task, found))
        case Mode.IGNORE:
            return _ignore(outcome, source, task)
        case Mode.FIX | Mode.DIFF:
            return _fix(outcome, source, Examined(found, findings), task)


def _read(task: Task) -> bytes:
    try:
        return Path(task.path).read_bytes() if task.data is None else task.data
    except OSError as error:
        raise UnreadableSourceError(f"the file can't be read: {error.strerror}") from error


def _contained(outcome: FileOutcome, data: bytes, task: Task) -> FileOutcome:
    from lint_exitstack.project.contained import process_container  # which stands on this module

    try:
        container = opened(data, task.path)
    except UsageError as error:
        return replace(outcome, errors=(f"{task.shown}: {error}",), data=task.data)
    return process_container(outcome, container, task)


def _unreadable(task: Task, error: SourceError) -> tuple[Reported, ...]:
    return tuple(Reported(finding) for finding in unusable(task, error))


def unusable(task: Task, error: SourceError) -> tuple[Finding, ...]:
    """Return the finding that says why a source can't be checked, if anybody wants to know."""
    rule = UNREADABLE_FILE if isinstance(error, UnreadableSourceError) else SYNTAX_ERROR
    if rule.code not in Selection.of(task.settings).codes(task.path):
        return ()
    start = Position(error.line, error.column)
    span = Span(start, Position(error.line, error.column + 1))
    return (Finding(rule.code, rule.name, error.message, "", span),)


def _fix(outcome: FileOutcome, source: Source, seen: Examined, task: Task) -> FileOutcome:
    found, findings = seen
    if not any(applies(finding, unsafe=task.unsafe) for finding in findings):
        return _unchanged(outcome, source, findings, task)
    from lint_exitstack.fixing import fix  # LibCST, which most files never need

    fixed = fix(source, task.settings, found, unsafe=task.unsafe)
    left = replace(
        _unchanged(outcome, source, findings, task),
        dropped=tuple(dropped(task, _place(failure), failure) for failure in fixed.failures),
    )
    if fixed.source.data == source.data:
        return left
    if error := stored(task, source.data, fixed.source.data):
        return replace(left, errors=(error,))
    return replace(_changed(outcome, source, fixed, task), dropped=left.dropped)


def _unchanged(
    outcome: FileOutcome, source: Source, findings: tuple[Finding, ...], task: Task
) -> FileOutcome:
    return replace(outcome, reported=presented(source, findings, task), data=task.data)


def _changed(outcome: FileOutcome, source: Source, fixed: FixedSource, task: Task) -> FileOutcome:
    from lint_exitstack.project.differences import unified_diff

    is_diff = task.mode is Mode.DIFF
    return replace(
        outcome,
        reported=presented(fixed.source, shown(fixed.source, fixed.found, task.settings), task),
        applied=fixed.applied,
        diff=unified_diff(source.text, fixed.source.text, task.shown) if is_diff else "",
        data=None if task.data is None else fixed.source.data,
    )


def _ignore(outcome: FileOutcome, source: Source, task: Task) -> FileOutcome:
    from lint_exitstack.project.ignoring import with_ignores

    try:
        changed, placed = with_ignores(source, task.settings, task.reason)
        error = stored(task, source.data, changed.data) if placed else ""
    except UnicodeEncodeError:
        error = f"{task.shown}: the reason can't be written in {source.encoding}"
    if error:
        changed, placed = source, ()
    return replace(
        outcome,
        reported=presented(changed, checked(changed, task.settings), task),
        errors=(error,) if error else (),
        data=None if task.data is None else changed.data,
        added=len(placed),
    )


def stored(task: Task, old: bytes, new: bytes) -> str:
    """Write the file where that is asked for; return what went wrong."""
    if task.mode is Mode.DIFF or task.data is not None:
        return ""
    try:
        replace_file(Path(task.path), old, new)
    except WriteError as error:
        return f"{task.shown}: {error}"
    return ""


def _place(failure: Failure) -> str:
    return f"{failure.finding.line}:{failure.finding.span.start.column + 1}"


def dropped(task: Task, place: str, failure: Failure) -> str:
    """Return what is said of a rewrite that failed its proof."""
    return (
        f"{task.shown}:{place}: {failure.finding.code} was not fixed: its rewrite failed the check "
        f'"{failure.guard}" ({failure.detail}). This is a bug of lint-exitstack: please report it.'
    )
