"""What changed between two texts, as the fewest whole lines."""

from __future__ import annotations

import difflib
import itertools
from typing import TYPE_CHECKING

from lint_exitstack.model.position import Position, Span

if TYPE_CHECKING:
    from lint_exitstack.model.source import Source


def line_edits(before: Source, after: Source) -> tuple[tuple[Span, str], ...]:
    """Return (what to replace, with what) pairs, in order, that turn `before` into `after`."""
    old = _with_ends(before)
    new = _with_ends(after)
    edits = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            span = Span(_line_start(before, start), _line_start(before, end))
            edits.append((span, "".join(new[new_start:new_end])))
    return tuple(edits)


def _with_ends(source: Source) -> list[str]:
    starts = source.line_starts
    pairs = itertools.pairwise(starts)
    return [source.text[start:end] for start, end in pairs if start != end]


def _line_start(source: Source, index: int) -> Position:
    """Return the start of line `index` (from 0), or the very end of the text."""
    if index < len(source.lines):
        return Position(index + 1, 0)
    return Position(len(source.lines), len(source.lines[-1]))
