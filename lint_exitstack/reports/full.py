"""Findings with the line they are about, what to write instead, and why a fix is withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Fixability
from lint_exitstack.reports._lines import closing, headline
from lint_exitstack.reports._style import printable, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.finding import Finding, Hazard
    from lint_exitstack.model.outcome import FileOutcome, Reported
    from lint_exitstack.reports._style import Style


def render(outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:
    """Yield a paragraph for each finding, then a line about all."""
    for outcome in outcomes:
        for item in outcome.reported:
            yield f"{headline(outcome, item, style)}\n"
            yield from _excerpt(item, style)
            yield from _help(item.finding, style)
            yield "\n"
    yield closing(outcomes, style)


def _excerpt(item: Reported, style: Style) -> Iterator[str]:
    if not item.text.strip():
        return
    finding = item.finding
    number = str(finding.line)
    gutter = " " * len(number)
    start = finding.span.start.column - item.offset
    one_line = finding.span.end.line == finding.line
    end = finding.span.end.column - item.offset if one_line else len(item.text)
    before = printable(item.text[:start])
    marked = printable(item.text[start : max(end, start + 1)].rstrip())
    # Tabs stay tabs, so that the caret stands below what it means at any tab width.
    indent = "".join("\t" if char == "\t" else " " * width(char) for char in before)
    carets = "^" * max(1, width(marked.replace("\t", " ")))
    left = "..." if item.offset else ""
    bar = style.paint("|", "dim")
    yield f"{gutter} {bar}\n"
    yield f"{style.paint(number, 'dim')} {bar} {left}{printable(item.text)}\n"
    yield f"{gutter} {bar} {' ' * len(left)}{indent}{style.paint(carets, 'red')}\n"


def _help(finding: Finding, style: Style) -> Iterator[str]:
    if finding.help:
        first, *rest = printable_lines(finding.help)
        yield f"  {style.paint('help', 'cyan')}: {first}\n"
        yield from (f"        {line}\n" for line in rest)
    for hazard in finding.hazards:
        yield f"  {style.paint(_verdict(finding, hazard), 'yellow')} {_cause(hazard)}\n"


def _verdict(finding: Finding, hazard: Hazard) -> str:
    if hazard.forbids or finding.fixability is Fixability.NONE:
        return "no fix because"
    if finding.fixability is Fixability.SAFE:
        return "accepted:"
    return "unsafe because"


def _cause(hazard: Hazard) -> str:
    place = "" if hazard.span is None else f" (line {hazard.span.start.line})"
    return f"{hazard.name}: {printable(hazard.message)}{place}"


def printable_lines(text: str) -> list[str]:
    """Return the lines of `text`, each fit for a terminal."""
    return [printable(line) for line in text.split("\n")]
