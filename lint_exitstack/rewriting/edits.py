"""What changed between two texts, as the fewest whole lines."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, TypeAlias

from lint_exitstack.model.position import Position, Span
from lint_exitstack.semantics.comments import position_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.source import Source


LineEdits: TypeAlias = "tuple[tuple[Span, str], ...]"
_ROW = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def line_edits(before: Source, after: Source) -> LineEdits:
    """Return (what to replace, with what) pairs, in order, that turn `before` into `after`."""
    return tuple(_differing(before, 0, _rows(before.text), _rows(after.text)))


def line_edits_at(before: Source, edits: Sequence[tuple[int, int, str]]) -> LineEdits:
    """Return the same for edits of characters (from, to, with what), which are in order."""
    found: list[tuple[Span, str]] = []
    for first, last, group in _groups(before, edits):
        start, stop = before.line_starts[first - 1], before.line_starts[last]
        new, done = [], start
        for where, end, text in group:
            new += [before.text[done:where], text]
            done = end
        after = "".join([*new, before.text[done:stop]])
        found += _differing(before, first - 1, _rows(before.text[start:stop]), _rows(after))
    return tuple(found)


def _groups(
    before: Source, edits: Sequence[tuple[int, int, str]]
) -> list[tuple[int, int, list[tuple[int, int, str]]]]:
    """Divide edits into those that touch the same lines: (first line, last line, edits)."""
    groups: list[tuple[int, int, list[tuple[int, int, str]]]] = []
    for edit in edits:
        first, last = (position_at(before, offset).line for offset in edit[:2])
        if last > first and before.line_starts[last - 1] == edit[1]:
            last -= 1
        if groups and first <= groups[-1][1]:
            start, end, group = groups.pop()
            groups.append((start, max(end, last), [*group, edit]))
        else:
            groups.append((first, last, [edit]))
    return groups


def _differing(
    before: Source, above: int, old: list[str], new: list[str]
) -> Iterator[tuple[Span, str]]:
    """Yield what turns the lines `old`, of which `above` stand over them, into `new`."""
    # Most of a file is the same, and difflib would take a second to see that of a long one.
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    middle = old[head : len(old) - tail], new[head : len(new) - tail]
    top = above + head
    for tag, start, end, new_start, new_end in difflib.SequenceMatcher(None, *middle).get_opcodes():
        if tag != "equal":
            span = Span(_line_start(before, top + start), _line_start(before, top + end))
            yield span, "".join(middle[1][new_start:new_end])


def _common(old: list[str], new: list[str]) -> int:
    """Return how many lines are the same from the start."""
    pairs = zip(old, new, strict=False)
    different = (index for index, (left, right) in enumerate(pairs) if left != right)
    return next(different, min(len(old), len(new)))


def _rows(text: str) -> list[str]:
    """Return the lines of a text with their ends."""
    return _ROW.findall(text)


def _line_start(source: Source, index: int) -> Position:
    """Return the start of line `index` (from 0), or the very end of the text."""
    if index < len(source.lines):
        return Position(index + 1, 0)
    return Position(len(source.lines), len(source.lines[-1]))
