"""Where a finding is: as people say it, and as services count that know nothing of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_exitstack.model.outcome import Reported


def place_of(item: Reported) -> str:
    """Return `line:column`, in a notebook with its cell before it."""
    start = item.finding.span.start
    cell = f"cell {item.cell.number}:" if item.cell else ""
    return f"{cell}{start.line}:{start.column + 1}"


def lines_of(item: Reported) -> tuple[int, int]:
    """Return the first and the last line of the file that the finding is on."""
    if item.cell is not None:
        return item.cell.first, item.cell.last
    return item.finding.span.start.line, item.finding.span.end.line


def in_cell(item: Reported) -> str:
    """Return what a service's reader must be told besides a line of the file."""
    if item.cell is None:
        return ""
    return f" (cell {item.cell.number}, line {item.finding.line})"
