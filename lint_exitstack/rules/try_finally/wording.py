"""How code is quoted in messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.rules.wording import short

if TYPE_CHECKING:
    from collections.abc import Sequence


def skipping(calls: Sequence[str]) -> str:
    """Say which calls are skipped if the first one raises."""
    texts = [f"`{short(call)}`" for call in calls]
    named, more = texts[1:4], texts[4:]
    if more:
        named.append(f"{len(more)} more")
    head, last = ", ".join(named[:-1]), named[-1]
    return f"if {texts[0]} raises, {f'{head} and {last}' if head else last} won't run"
