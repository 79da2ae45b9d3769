"""Findings of an earlier text that still stand in a later one that can't be analysed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lint_exitstack.incremental.differences import common
from lint_exitstack.model.position import Position, Span

if TYPE_CHECKING:
    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.source import Source


def surviving(before: Source, findings: tuple[Finding, ...], after: Source) -> tuple[Finding, ...]:
    """Return the findings on lines that are the same at the start or at the end of both texts.

    They have no rewrite any more: it speaks about the earlier text.
    """
    old, new = before.lines, after.lines
    most = min(len(old), len(new))
    head = common(old, new, most)
    tail = common(old[::-1], new[::-1], most - head)
    shift = len(new) - len(old)
    kept = []
    for finding in findings:
        if finding.span.end.line <= head:
            kept.append(_moved(finding, 0))
        elif finding.span.start.line > len(old) - tail:
            kept.append(_moved(finding, shift))
    return tuple(kept)


def _moved(finding: Finding, shift: int) -> Finding:
    start, end = finding.span.start, finding.span.end
    span = Span(Position(start.line + shift, start.column), Position(end.line + shift, end.column))
    return replace(finding, span=span, rewrite=None, hazards=(), edits=())
