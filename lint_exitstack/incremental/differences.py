"""Which lines two texts of a file have in common at their ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lint_exitstack.semantics.extents import have_same_ends

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.source import Source


class ChangedLines(NamedTuple):
    """The first `head` lines are the same, and those from `tail` on (in the old text).

    The latter are further down by `shift`.
    """

    head: int
    tail: int
    shift: int


def changed_lines(old: Source, new: Source) -> ChangedLines | None:
    """Compare two texts; None where their lines don't end alike."""
    if old.newline != new.newline or not (have_same_ends(old.text) and have_same_ends(new.text)):
        return None
    before, after = old.lines, new.lines
    most = min(len(before), len(after))
    head = common(before, after, most)
    tail = common(before[::-1], after[::-1], most - head)
    return ChangedLines(head, len(before) - tail + 1, len(after) - len(before))


def common(one: Sequence[str], other: Sequence[str], most: int) -> int:
    """Return how many lines are the same from the start, of at most `most`."""
    low, high = 0, most
    # Slices are compared a hundred times as fast as lines one by one.
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
