"""Findings below the file that they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.reports._lines import closing
from lint_exitstack.reports._places import place_of
from lint_exitstack.reports._style import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.outcome import FileOutcome
    from lint_exitstack.reports._style import Style


def render(outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:
    """Yield a paragraph for each file with findings, then a line about all."""
    for outcome in outcomes:
        if outcome.reported:
            yield f"{style.paint(outcome.shown, 'bold')}:\n"
            yield from _rows(outcome, style)
            yield "\n"
    yield closing(outcomes, style)


def _rows(outcome: FileOutcome, style: Style) -> Iterator[str]:
    places = [place_of(item) for item in outcome.reported]
    widest = max(map(len, places))
    for item, place in zip(outcome.reported, places, strict=True):
        finding = item.finding
        mark = f" [{style.paint('*', 'cyan')}]" if style.fixable(finding) else ""
        code = style.paint(finding.code, "red")
        yield f"  {place:<{widest}}  {code}{mark} {printable(finding.message)}\n"
