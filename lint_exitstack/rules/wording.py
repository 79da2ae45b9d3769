"""How code is quoted in messages."""

from __future__ import annotations

_LONGEST = 40


def short(text: str) -> str:
    """Return `text` on one line, cut where it would drown the message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 3]}…"
