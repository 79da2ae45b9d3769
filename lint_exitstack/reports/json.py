"""Findings as JSON, with the field names that readers of ruff's output know."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lint_exitstack.reports import EDITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.finding import Finding, Hazard
    from lint_exitstack.model.outcome import Edit, FileOutcome, Reported
    from lint_exitstack.model.position import Position
    from lint_exitstack.reports._style import Style

NEEDS = frozenset({EDITS})


def render(outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:  # noqa: ARG001 - colours are for people
    """Yield one array with an object for each finding."""
    records = [
        json.dumps(record(outcome, item), indent=2).replace("\n", "\n  ")
        for outcome in outcomes
        for item in outcome.reported
    ]
    yield "[\n  " + ",\n  ".join(records) + "\n]\n" if records else "[]\n"


def record(outcome: FileOutcome, item: Reported) -> dict[str, Any]:
    """Return the object of one finding; rows and columns count from 1, columns in characters."""
    finding = item.finding
    return {
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "location": place(finding.span.start),
        "end_location": place(finding.span.end),
        "fix": _fix(item),
        "filename": outcome.path,
        "noqa_row": finding.line,
        "url": item.url,
        "cell": item.cell and item.cell.number,
        "severity": "error" if finding.code.startswith("XIT9") else "warning",
        "help": finding.help or None,
        "hazards": [_hazard(hazard, finding) for hazard in finding.hazards],
    }


def place(position: Position) -> dict[str, int]:
    """Return a position as objects have it."""
    return {"row": position.line, "column": position.column + 1}


def _fix(item: Reported) -> dict[str, Any] | None:
    if item.edits is None:
        return None
    return {
        "applicability": item.finding.fixability.value,
        "message": item.finding.help or None,
        "edits": [_edit(edit) for edit in item.edits],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    record = {
        "content": edit.content,
        "location": place(edit.span.start),
        "end_location": place(edit.span.end),
    }
    return record | {"cell": edit.cell} if edit.cell else record


def _hazard(hazard: Hazard, finding: Finding) -> dict[str, Any]:
    span = hazard.span
    return {
        "name": hazard.name,
        "message": hazard.message,
        "location": None if span is None else place(span.start),
        "end_location": None if span is None else place(span.end),
        "forbids": hazard.forbids or finding.fixability.value == "none",
    }
