"""Findings as pylint's parseable lines, which many tools read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.reports import IDENTIFY
from lint_exitstack.reports._places import in_cell, lines_of
from lint_exitstack.reports._style import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.outcome import FileOutcome, Reported
    from lint_exitstack.reports._style import Style

NEEDS = frozenset({IDENTIFY})


def render(outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:  # noqa: ARG001 - colours are for people
    """Yield `path:line: [code(name), scope] message` for each finding."""
    for outcome in outcomes:
        for item in outcome.reported:
            yield f"{outcome.shown}:{lines_of(item)[0]}: {_text(item)}\n"


def _text(item: Reported) -> str:
    finding = item.finding
    text = f"{printable(finding.message)}{in_cell(item)}"
    return f"[{finding.code}({finding.name}), {item.scope}] {text}"
