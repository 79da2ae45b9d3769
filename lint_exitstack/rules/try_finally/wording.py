"""How code is quoted in messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def short(text: str) -> str:
    """Return a piece of code for a message: on one line, not too long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 40 else f"{flat[:37]}…"


def skipping(calls: Sequence[str]) -> str:
    """Say which calls are skipped if the first one raises."""
    texts = [f"`{short(call)}`" for call in calls]
    named, more = texts[1:4], texts[4:]
    if more:
        named.append(f"{len(more)} more")
    head, last = ", ".join(named[:-1]), named[-1]
    return f"if {texts[0]} raises, {f'{head} and {last}' if head else last} won't run"
