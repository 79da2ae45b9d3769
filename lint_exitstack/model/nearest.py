"""The valid word that a misspelt one probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean "…"?` to append to a message, or nothing where nothing is near."""
    from difflib import get_close_matches  # 10 ms that only a mistake should cost

    by_folded = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=0.5)
    return f'; did you mean "{by_folded[close[0]]}"?' if close else ""
