"""Findings as commands that Azure Pipelines turns into issues of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.reports._places import in_cell, lines_of
from lint_exitstack.reports._records import from_root, is_error, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.outcome import FileOutcome, Reported
    from lint_exitstack.reports._style import Style

# What would end a value or a command; the percent sign first.
_ESCAPES = (("%", "%AZP25"), ("\r", "%0D"), ("\n", "%0A"), (";", "%3B"), ("]", "%5D"))


def render(outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:  # noqa: ARG001 - colours are for people
    """Yield a command for each finding, and for each file that we failed on."""
    for outcome in outcomes:
        path = from_root(outcome, "BUILD_SOURCESDIRECTORY")
        for item in outcome.reported:
            yield _command(path, item)
        for error in outcome.errors:
            yield f"##vso[task.logissue type=error;sourcepath={_value(path)};]{_text(error)}\n"


def _command(path: str, item: Reported) -> str:
    finding = item.finding
    line, _ = lines_of(item)
    column = "" if item.cell else f";columnnumber={finding.span.start.column + 1}"
    level = "error" if is_error(finding.code) else "warning"
    about = f"sourcepath={_value(path)};linenumber={line}{column}"
    text = _text(f"{finding.name}: {sentence(finding)}{in_cell(item)}")
    return f"##vso[task.logissue type={level};{about};code={finding.code};]{text}\n"


def _value(text: str) -> str:
    for char, escape in _ESCAPES:
        text = text.replace(char, escape)
    return text


def _text(text: str) -> str:
    for char, escape in _ESCAPES[:3]:
        text = text.replace(char, escape)
    return text
