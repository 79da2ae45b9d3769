"""A line for each finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.reports._lines import closing, headline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.outcome import FileOutcome
    from lint_exitstack.reports._style import Style


def render(outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:
    """Yield a line for each finding, then a line about all."""
    for outcome in outcomes:
        for item in outcome.reported:
            yield f"{headline(outcome, item, style)}\n"
    yield closing(outcomes, style)
