"""Findings as reviewdog's diagnostics, with fixes as suggestions; its columns count UTF-8 bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lint_exitstack.reports import EDITS
from lint_exitstack.reports._places import in_cell, lines_of
from lint_exitstack.reports._records import HOMEPAGE, from_root, is_error, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.outcome import Edit, FileOutcome, Reported
    from lint_exitstack.reports._style import Style

NEEDS = frozenset({EDITS})


def render(outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:  # noqa: ARG001 - colours are for people
    """Yield one object with all diagnostics."""
    diagnostics = [
        _diagnostic(from_root(outcome, "GITHUB_WORKSPACE"), item)
        for outcome in outcomes
        for item in outcome.reported
    ]
    report = {
        "source": {"name": "lint-exitstack", "url": HOMEPAGE},
        "severity": "WARNING",
        "diagnostics": diagnostics,
    }
    yield json.dumps(report, indent=2) + "\n"


def _diagnostic(path: str, item: Reported) -> dict[str, Any]:
    finding = item.finding
    start, end = item.bytes
    first, last = lines_of(item)
    where: dict[str, Any] = _range((first, start), (last, end))
    if item.cell is not None:
        where = {"start": {"line": first}, "end": {"line": last}}
    return {
        "message": sentence(finding) + in_cell(item),
        "location": {"path": path, "range": where},
        "severity": "ERROR" if is_error(finding.code) else "WARNING",
        "code": {"value": finding.code} | ({"url": item.url} if item.url else {}),
        # What is written in JSON isn't the text that a suggestion would replace.
        "suggestions": [] if item.cell else _suggestions(item.edits or ()),
    }


def _suggestions(edits: Sequence[Edit]) -> list[dict[str, Any]]:
    # Reviewers accept suggestions one by one: half a rewrite would break their code.
    if len(edits) != 1:
        return []
    [edit] = edits
    start, end = edit.span.start, edit.span.end
    return [
        {
            "range": _range((start.line, start.column), (end.line, edit.end_byte)),
            "text": edit.content,
        }
    ]


def _range(start: tuple[int, int], end: tuple[int, int]) -> dict[str, Any]:
    return {
        "start": {"line": start[0], "column": start[1] + 1},
        "end": {"line": end[0], "column": end[1] + 1},
    }
