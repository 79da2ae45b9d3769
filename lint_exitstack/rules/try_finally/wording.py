"""How code is quoted in messages."""

from __future__ import annotations


def short(text: str) -> str:
    """Return a piece of code for a message: on one line, not too long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 40 else f"{flat[:37]}…"
