"""How code is quoted in messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast

    from lint_exitstack.model.source import Source

_LONGEST = 40


def quoted(source: Source, node: ast.stmt | ast.expr) -> str:
    """Return the text of `node` as messages quote it."""
    return short(source.segment(node))


def short(text: str) -> str:
    """Return `text` on one line, cut where it would drown the message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 3]}…"
