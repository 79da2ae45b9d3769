"""What was found in a part, in terms of the file that the part stands in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_exitstack.model.outcome import CellPlace, Edit
from lint_exitstack.model.position import Position, Span

if TYPE_CHECKING:
    from lint_exitstack.containers.container import Container, Home, Part
    from lint_exitstack.model.finding import Finding, Hazard
    from lint_exitstack.model.outcome import Comparison, Reported

_LINE = re.compile(r"\bline (\d+)\b")


def file_lines(finding: Finding, part: Part) -> range:
    """Return the lines of the file that the finding is on."""
    span = finding.span
    return range(part.home(span.start.line).line, part.home(span.end.line).line + 1)


def relocated(item: Reported, part: Part, container: Container) -> Reported:
    """Return the finding with every position in it, and every piece of text, as the file has it."""
    home = part.home(item.finding.line)
    lines = file_lines(item.finding, part)
    width = len(part.before.encode())
    return replace(
        item,
        finding=_finding(item.finding, part, container),
        text=container.shown(item.text if item.offset else part.before + item.text),
        offset=item.offset + home.column if item.offset else 0,
        edits=None if item.edits is None else tuple(_edit(edit, part) for edit in item.edits),
        comparison=item.comparison and _comparison(item.comparison, part, container),
        bytes=(item.bytes[0] + width, item.bytes[1] + width),
        cell=CellPlace(home.cell, lines.start, lines.stop - 1) if home.cell else None,
    )


def _finding(finding: Finding, part: Part, container: Container) -> Finding:
    home = part.home(finding.line)
    return replace(
        finding,
        message=container.shown(_words(finding.message, part, home)),
        help=container.shown(finding.help),
        span=_span(finding.span, part),
        rewrite=None,
        edits=(),
        hazards=tuple(_hazard(hazard, part, home) for hazard in finding.hazards),
        noqa_line=_row(part.home(finding.noqa_line)) if finding.noqa_line else 0,
    )


def _hazard(hazard: Hazard, part: Part, home: Home) -> Hazard:
    message = _words(hazard.message, part, home)
    if hazard.span is None:
        return replace(hazard, message=message)
    there = part.home(hazard.span.start.line)
    if there.cell != home.cell:
        # A line alone would be looked for in the cell of the finding.
        return replace(hazard, message=f"{message} ({_place(there, home)})", span=None)
    return replace(hazard, message=message, span=_span(hazard.span, part))


def _words(text: str, part: Part, home: Home) -> str:
    """Return a message with the lines that it names as people count them."""
    return _LINE.sub(lambda number: _place(part.home(int(number[1])), home), text)


def _place(there: Home, home: Home) -> str:
    row = f"line {_row(there)}"
    return row if there.cell == home.cell else f"{row} of cell {there.cell}"


def _row(home: Home) -> int:
    return home.row or home.line


def _span(span: Span, part: Part) -> Span:
    start, end = part.home(span.start.line), part.home(span.end.line)
    if end.cell != start.cell:
        # It goes on in another cell: what is to be seen of it is where it begins.
        first = _position(span.start, part)
        return Span(first, Position(first.line, first.column + 1))
    return Span(_position(span.start, part), _position(span.end, part))


def _position(position: Position, part: Part) -> Position:
    home = part.home(position.line)
    return Position(_row(home), position.column + home.column)


def _edit(edit: Edit, part: Part) -> Edit:
    """Return an edit of whole lines, or in a line; new lines get what stands before old ones."""
    before, end = part.before, edit.span.end
    if edit.span.start.column:
        width = len(before.encode())
        cell = part.home(edit.span.start.line).cell
        return Edit(_span(edit.span, part), edit.content, edit.end_byte + width, cell)
    rows = edit.content.splitlines(keepends=True)
    content = "".join(f"{before if row.strip() else before.rstrip()}{row}" for row in rows)
    first = part.home(edit.span.start.line)
    start = Position(_row(first), 0)
    if end == edit.span.start:
        return Edit(Span(start, start), content, 0, first.cell)
    if end.column:
        stop = _position(end, part)
        return Edit(Span(start, stop), content, edit.end_byte + len(before.encode()), first.cell)
    stop = Position(_row(part.home(end.line - 1)) + 1, 0)
    return Edit(Span(start, stop), content, 0, first.cell)


def _comparison(comparison: Comparison, part: Part, container: Container) -> Comparison:
    return comparison._replace(
        line=_row(part.home(comparison.line)),
        before=container.shown(comparison.before),
        after=container.shown(comparison.after),
    )
