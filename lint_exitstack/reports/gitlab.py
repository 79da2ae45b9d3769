"""Findings as GitLab's code quality report, which merge requests show."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from lint_exitstack.reports import IDENTIFY
from lint_exitstack.reports._places import in_cell, lines_of
from lint_exitstack.reports._records import fingerprinted, from_root, is_error, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.outcome import FileOutcome, Reported
    from lint_exitstack.reports._style import Style

NEEDS = frozenset({IDENTIFY})


def render(outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:  # noqa: ARG001 - colours are for people
    """Yield one array with an issue for each finding."""
    issues = [
        _issue(from_root(outcome, "CI_PROJECT_DIR"), item, name)
        for outcome in outcomes
        for item, name in fingerprinted(outcome)
    ]
    yield json.dumps(issues, indent=2) + "\n"


def _issue(path: str, item: Reported, name: str) -> dict[str, Any]:
    finding = item.finding
    first, last = lines_of(item)
    # GitLab drops all but the first of the issues with one fingerprint, whatever their files.
    fingerprint = hashlib.sha256(f"{path}\0{name}".encode(errors="surrogateescape")).hexdigest()
    return {
        "description": f"{finding.code} {sentence(finding)}{in_cell(item)}",
        "check_name": finding.name,
        "fingerprint": fingerprint,
        "severity": "major" if is_error(finding.code) else "minor",
        "location": {
            "path": path,
            "lines": {"begin": first, "end": last},
        },
    }
