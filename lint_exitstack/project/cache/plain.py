"""Reported findings as JSON has values, and back: whatever else may stand there is refused."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeAlias

from lint_exitstack.model.finding import Finding, Fixability, Hazard
from lint_exitstack.model.outcome import CellPlace, Comparison, Edit, Reported
from lint_exitstack.model.position import Position, Span
from lint_exitstack.rules import all_rules

if TYPE_CHECKING:
    from lint_exitstack.settings import Settings

# Lists, strings, numbers, true, false and null.
Plain: TypeAlias = Any


def plain(item: Reported) -> Plain:
    """Return what reports show of a finding, save what the settings say; no rewrite is kept."""
    finding = item.finding
    return [
        [finding.code, finding.name, finding.message, finding.help],
        [_plain_span(finding.span), finding.noqa_line, finding.fixability.value],
        [_plain_hazard(hazard) for hazard in finding.hazards],
        [item.text, item.offset, item.scope, item.digest, list(item.bytes)],
        None if item.edits is None else [_plain_edit(edit) for edit in item.edits],
        None if item.comparison is None else list(item.comparison),
        None if item.cell is None else list(item.cell),
    ]


def _plain_span(span: Span) -> Plain:
    return [*span.start, *span.end]


def _plain_hazard(hazard: Hazard) -> Plain:
    span = None if hazard.span is None else _plain_span(hazard.span)
    return [hazard.name, hazard.message, span, hazard.forbids]


def _plain_edit(edit: Edit) -> Plain:
    return [_plain_span(edit.span), edit.content, edit.end_byte, edit.cell]


def reported(value: Plain, settings: Settings) -> Reported:
    """Return what `plain` was given; raises ValueError for what it can't have made."""
    match value:
        case [
            [str(code), str(name), str(message), str(help_)],
            [span, int(noqa_line), str(fixability)],
            list(hazards),
            [str(text), int(offset), str(scope), str(digest), [int(start), int(end)]],
            edits,
            comparison,
            cell,
        ] if code in _codes():
            finding = Finding(
                code,
                name,
                message,
                help_,
                _span(span),
                hazards=tuple(map(_hazard, hazards)),
                fixability=Fixability(fixability),
                noqa_line=noqa_line,
            )
            return Reported(
                finding,
                text,
                offset,
                _edits(edits),
                _comparison(comparison),
                scope,
                digest,
                (start, end),
                settings.page_of(code, name),
                _cell(cell),
            )
    raise ValueError(value)


@functools.cache
def _codes() -> frozenset[str]:
    return frozenset(rule.code for rule in all_rules())


def _span(value: Plain) -> Span:
    match value:
        case [int(line), int(column), int(last), int(end)]:
            return Span(Position(line, column), Position(last, end))
    raise ValueError(value)


def _hazard(value: Plain) -> Hazard:
    match value:
        case [str(name), str(message), span, bool(forbids)]:
            return Hazard(name, message, None if span is None else _span(span), forbids)
    raise ValueError(value)


def _edits(value: Plain) -> tuple[Edit, ...] | None:
    match value:
        case None:
            return None
        case list(edits):
            return tuple(map(_edit, edits))
    raise ValueError(value)


def _edit(value: Plain) -> Edit:
    match value:
        case [span, str(content), int(end_byte), int(cell)]:
            return Edit(_span(span), content, end_byte, cell)
    raise ValueError(value)


def _comparison(value: Plain) -> Comparison | None:
    match value:
        case None:
            return None
        case [int(line), str(before), str(after), list(imports)]:
            return Comparison(line, before, after, tuple(map(_text, imports)))
    raise ValueError(value)


def _text(value: Plain) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(value)


def _cell(value: Plain) -> CellPlace | None:
    match value:
        case None:
            return None
        case [int(number), int(first), int(last)]:
            return CellPlace(number, first, last)
    raise ValueError(value)
