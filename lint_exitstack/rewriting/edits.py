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
    # Most of a file is the same, and difflib would take a second to see that of a long one.
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    edits = []
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    matcher = difflib.SequenceMatcher(None, *middle)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            span = Span(_line_start(before, head + start), _line_start(before, head + end))
            edits.append((span, "".join(middle[1][new_start:new_end])))
    return tuple(edits)


def _common(old: list[str], new: list[str]) -> int:
    """Return how many lines are the same from the start."""
    pairs = zip(old, new, strict=False)
    different = (index for index, (left, right) in enumerate(pairs) if left != right)
    return next(different, min(len(old), len(new)))


def _with_ends(source: Source) -> list[str]:
    starts = source.line_starts
    pairs = itertools.pairwise(starts)
    return [source.text[start:end] for start, end in pairs if start != end]


def _line_start(source: Source, index: int) -> Position:
    """Return the start of line `index` (from 0), or the very end of the text."""
    if index < len(source.lines):
        return Position(index + 1, 0)
    return Position(len(source.lines), len(source.lines[-1]))
