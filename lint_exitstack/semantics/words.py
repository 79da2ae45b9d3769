"""Sets of names, written as text because a name a line would hide the code around them."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of `text`."""
    return frozenset(text.split())
