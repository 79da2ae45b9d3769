"""What a run does with a file that holds Python among other things: each source by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lint_exitstack.checking import Examined, applies, checked, examined, shown
from lint_exitstack.containers import opened
from lint_exitstack.containers.relocating import file_lines, relocated
from lint_exitstack.model.errors import SourceError, UnparsableSourceError
from lint_exitstack.project.one_file import Mode, Task, dropped, stored, unusable
from lint_exitstack.project.presenting import presented

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.containers.container import Container, Part
    from lint_exitstack.fixing import Failure, FixedSource
    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.outcome import FileOutcome, Reported


class _Changed(NamedTuple):
    """A later version of a file, and what its parts were before; of some nothing may be left."""

    container: Container
    parts: dict[Part, Part]


class _Seen(NamedTuple):
    """A part and what there is to say about it."""

    part: Part
    examined: Examined


def process_container(outcome: FileOutcome, container: Container, task: Task) -> FileOutcome:
    """Check a file of another kind, and fix it where that is asked for."""
    seen = tuple(_seen(container, task))
    outcome = replace(outcome, reported=_reported(container, seen, task), data=task.data)
    match task.mode:
        case Mode.CHECK:
            return outcome
        case Mode.IGNORE:
            return _ignored(outcome, container, seen, task)
        case Mode.FIX | Mode.DIFF:
            return _fixed(outcome, container, seen, task)


def _seen(container: Container, task: Task) -> Iterator[_Seen]:
    for part in container.parts:
        try:
            if part.problem is not None:
                raise part.problem
            yield _Seen(part, examined(part.source, task.settings))
        except SourceError as error:
            # Documents are full of fragments that nobody means to run.
            if not container.tolerant or task.settings.docs_errors:
                yield _Seen(part, Examined((), unusable(task, error)))


def _reported(container: Container, seen: Sequence[_Seen], task: Task) -> tuple[Reported, ...]:
    return tuple(
        relocated(item, part, container)
        for part, (found, findings) in seen
        for item in presented(
            part.source, _wanted(findings, part, task), replace(task, lines=None), found
        )
    )


def _wanted(findings: Sequence[Finding], part: Part, task: Task) -> tuple[Finding, ...]:
    """Return the findings on the lines that the task asks about: those of the file."""
    if task.lines is None:
        return tuple(findings)
    return tuple(
        finding
        for finding in findings
        if any(set(lines).intersection(file_lines(finding, part)) for lines in task.lines)
    )


def _fixed(
    outcome: FileOutcome, container: Container, seen: Sequence[_Seen], task: Task
) -> FileOutcome:
    fixes = _fixes(seen, task)
    if not fixes:
        return outcome
    failures = [failure for fixed in fixes.values() for failure in fixed.failures]
    places = [_place(failure, part) for part in fixes for failure in fixes[part].failures]
    outcome = replace(
        outcome,
        dropped=tuple(dropped(task, *pair) for pair in zip(places, failures, strict=True)),
    )
    texts = {part: fixed.source.text for part, fixed in fixes.items()}
    changed, error = _changed(container, texts, task)
    if changed is None:
        return replace(outcome, errors=(error,)) if error else outcome
    after = [
        _Seen(changed.parts[part], _after(fixes[part], task) if part in fixes else result)
        for part, result in seen
        if part in changed.parts
    ]
    return replace(
        outcome,
        reported=_reported(changed.container, after, task),
        applied=tuple(finding for fixed in fixes.values() for finding in fixed.applied),
        diff=_diff(container, changed.container, task) if task.mode is Mode.DIFF else "",
        data=None if task.data is None else changed.container.data,
    )


def _fixes(seen: Sequence[_Seen], task: Task) -> dict[Part, FixedSource]:
    todo = {
        part: found
        for part, (found, findings) in seen
        if any(applies(finding, unsafe=task.unsafe) for finding in findings)
    }
    if not todo:
        return {}
    from lint_exitstack.fixing import fix  # LibCST, which most files never need

    return {
        part: fix(part.source, task.settings, found, unsafe=task.unsafe)
        for part, found in todo.items()
    }


def _after(fixed: FixedSource, task: Task) -> Examined:
    return Examined(fixed.found, shown(fixed.source, fixed.found, task.settings))


def _place(failure: Failure, part: Part) -> str:
    home, column = part.home(failure.finding.line), failure.finding.span.start.column
    cell = f"cell {home.cell}:" if home.cell else ""
    return f"{cell}{home.row or home.line}:{column + home.column + 1}"


def _changed(
    container: Container, texts: dict[Part, str], task: Task
) -> tuple[_Changed | None, str]:
    """Put texts back and write the file where that is asked for; or return what went wrong.

    What is read again must be what was put in: only then is it known that nothing else moved.
    """
    wanted = [texts.get(part, part.source.text) for part in container.parts]
    if all(text == part.source.text for text, part in zip(wanted, container.parts, strict=True)):
        return None, ""
    changed = opened(container.written(wanted), task.path)
    pieces = [container.pieces(text) for text in wanted]
    left = [part for part, piece in zip(container.parts, pieces, strict=True) if piece]
    if [changed.pieces(part.source.text) for part in changed.parts] != list(filter(None, pieces)):
        return None, (
            f"{task.shown}: internal error: what was fixed can't be put back into this file. "
            "It was left as it is; please report it."
        )
    error = stored(task, container.data, changed.data)
    now = _Changed(changed, dict(zip(left, changed.parts, strict=True)))
    return (None, error) if error else (now, "")


def _diff(container: Container, changed: Container, task: Task) -> str:
    from lint_exitstack.project.differences import unified_diff

    return "".join(
        unified_diff(change.old, change.new, f"{task.shown}{change.name}")
        for change in container.changes(changed.data)
    )


def _ignored(
    outcome: FileOutcome, container: Container, seen: Sequence[_Seen], task: Task
) -> FileOutcome:
    from lint_exitstack.project.ignoring import with_ignores

    texts: dict[Part, str] = {}
    added = 0
    try:
        for part, (_, findings) in seen:
            # A comment behind a magic would be part of it.
            only = [finding for finding in findings if finding.line not in part.source.foreign]
            source, placed = with_ignores(part.source, task.settings, task.reason, only)
            texts[part] = source.text
            added += len(placed)
        changed, error = _changed(container, texts, task)
    except UnicodeEncodeError:
        changed, error = None, f"{task.shown}: the reason can't be written in UTF-8"
    if changed is None:
        return replace(outcome, errors=(error,)) if error else outcome
    after = [
        _Seen(changed.parts[part], Examined((), _again(changed.parts[part], result, task)))
        for part, result in seen
        if part in changed.parts
    ]
    return replace(
        outcome,
        reported=_reported(changed.container, after, task),
        data=None if task.data is None else changed.container.data,
        added=added,
    )


def _again(part: Part, before: Examined, task: Task) -> tuple[Finding, ...]:
    try:
        return checked(part.source, task.settings)
    except UnparsableSourceError:
        return before.findings
