"""What is kept of a source for those who will read about its findings."""

from __future__ import annotations

import ast
import hashlib
from typing import TYPE_CHECKING, TypeAlias

from lint_exitstack.checking import applies
from lint_exitstack.model.errors import UnparsableSourceError
from lint_exitstack.model.outcome import Comparison, Edit, Reported
from lint_exitstack.model.position import utf8_from_characters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.position import Span
    from lint_exitstack.model.source import Source
    from lint_exitstack.project.one_file import Task

# Of a line of megabytes nobody wants to see more than this.
_SHOWN_COLUMNS = 300
_SHOWN_BEFORE = 60
# Of a statement of a thousand lines, too.
_SHOWN_LINES = 120
_Place: TypeAlias = "tuple[ast.stmt, str]"
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def presented(
    source: Source, findings: Sequence[Finding], task: Task, found: Sequence[Finding] | None = None
) -> tuple[Reported, ...]:
    """Return the findings that the task asks about; `found` is what the analysis gave."""
    chosen = [finding for finding in findings if _is_wanted(finding, task)]
    if not chosen:
        return ()
    places = _places(source) if task.identify or task.compare else {}
    edits = _edits(source, chosen, task, found)
    return tuple(
        _one(source, finding, changes, places, task)
        for finding, changes in zip(chosen, edits, strict=True)
    )


def _is_wanted(finding: Finding, task: Task) -> bool:
    if task.lines is None:
        return True
    span = finding.span
    return any(
        span.start.line < lines.stop and lines.start <= span.end.line for lines in task.lines
    )


def _places(source: Source) -> dict[int, _Place]:
    """Return for each line the innermost statement on it and the definition that it stands in."""
    places: dict[int, _Place] = {}
    try:
        pending: list[tuple[ast.AST, str]] = [(source.tree, "")]
    except UnparsableSourceError:
        return places
    while pending:
        node, scope = pending.pop()
        if isinstance(node, ast.stmt):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            places.update(dict.fromkeys(lines, (node, scope)))
        if isinstance(node, _DEFINITIONS):
            scope = f"{scope}.{node.name}".lstrip(".")
        if not isinstance(node, ast.expr):
            pending.extend((child, scope) for child in ast.iter_child_nodes(node))
    return places


def _one(
    source: Source,
    finding: Finding,
    edits: tuple[Edit, ...] | None,
    places: dict[int, _Place],
    task: Task,
) -> Reported:
    line = source.lines[finding.line - 1] if finding.line <= len(source.lines) else ""
    offset = 0
    if len(line) > _SHOWN_COLUMNS:
        offset = max(0, finding.span.start.column - _SHOWN_BEFORE)
    statement, scope = places.get(finding.line, (None, ""))
    return Reported(
        finding,
        line[offset : offset + _SHOWN_COLUMNS],
        offset,
        edits,
        _comparison(source, finding, edits or (), statement) if task.compare else None,
        scope,
        _digest(source, finding, scope) if task.identify else "",
        _bytes(source, finding),
        task.settings.page_of(finding.code, finding.name),
    )


def _digest(source: Source, finding: Finding, scope: str) -> str:
    """Name a finding by its rule, its scope, its line and the next line with something on it.

    One line wouldn't do: `try:` looks the same everywhere.
    """
    line = finding.line
    below = (text.strip() for text in source.lines[line : line + 20])
    following = next((text for text in below if text and not text.startswith("#")), "")
    here = source.lines[line - 1].strip() if line <= len(source.lines) else ""
    parts = (finding.code, scope, " ".join(here.split()), " ".join(following.split()))
    text = "\0".join(parts).encode(errors="surrogatepass")
    return hashlib.sha256(text).hexdigest()[:24]


def _bytes(source: Source, finding: Finding) -> tuple[int, int]:
    start, end = finding.span.start, finding.span.end
    if end.line > len(source.lines):
        return start.column, end.column
    first, last = source.lines[start.line - 1], source.lines[end.line - 1]
    return utf8_from_characters(first, start.column), utf8_from_characters(last, end.column)


def _edits(
    source: Source, findings: Sequence[Finding], task: Task, found: Sequence[Finding] | None
) -> list[tuple[Edit, ...] | None]:
    fixable = [finding for finding in findings if applies(finding, unsafe=True)]
    if not fixable or not (task.edits or task.compare):
        return [None] * len(findings)
    from lint_exitstack.fixing import edits_for_all  # LibCST, which most runs never need

    changes = iter(edits_for_all(source, fixable, task.settings, found))
    return [
        tuple(_edit(source, *pair) for pair in next(changes)) or None
        if applies(finding, unsafe=True)
        else None
        for finding in findings
    ]


def _edit(source: Source, span: Span, content: str) -> Edit:
    end = span.end
    return Edit(span, content, utf8_from_characters(source.lines[end.line - 1], end.column))


def _comparison(
    source: Source, finding: Finding, edits: tuple[Edit, ...], statement: ast.stmt | None
) -> Comparison:
    first, last = finding.line, max(finding.span.end.line, finding.line)
    if finding.rewrite is not None:
        first, last = min(first, finding.rewrite.first.line), max(last, finding.rewrite.end)
    elif statement is not None:
        first, last = statement.lineno, statement.end_lineno or last
    imports = [
        edit for edit in edits if edit.span.end.line <= first and edit.span.start.line < first
    ]
    here = [edit for edit in edits if edit not in imports]
    for edit in here:
        first, last = min(first, edit.span.start.line), max(last, _last_line(edit))
    before = "\n".join(source.lines[first - 1 : last][:_SHOWN_LINES])
    if not edits:
        return Comparison(first, before)
    after = _changed(source, first, last, here)
    lines = tuple(line for edit in imports for line in edit.content.splitlines() if line)
    return Comparison(first, before, "\n".join(after.splitlines()[:_SHOWN_LINES]), lines)


def _last_line(edit: Edit) -> int:
    end = edit.span.end
    return end.line if end.column else max(end.line - 1, edit.span.start.line)


def _changed(source: Source, first: int, last: int, edits: list[Edit]) -> str:
    """Return lines `first` to `last` with `edits` carried out."""
    start = source.line_starts[first - 1]
    text = source.text[start : source.line_starts[min(last, len(source.lines))]]
    for edit in reversed(edits):
        begin, end = source.offset(edit.span.start) - start, source.offset(edit.span.end) - start
        text = text[:begin] + edit.content + text[end:]
    return text
