"""Findings as JSON, one object a line, for tools that read while we still write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lint_exitstack.reports import EDITS
from lint_exitstack.reports.json import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.outcome import FileOutcome
    from lint_exitstack.reports._style import Style

NEEDS = frozenset({EDITS})


def render(outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:  # noqa: ARG001 - colours are for people
    """Yield a line for each finding."""
    for outcome in outcomes:
        for item in outcome.reported:
            yield json.dumps(record(outcome, item)) + "\n"
