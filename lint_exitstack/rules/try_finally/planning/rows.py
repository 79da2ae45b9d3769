"""Cleanups in a row: what there is to say where each becomes an exit of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.rules.wording import quoted, short

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable

    from lint_exitstack.model.source import Source
    from lint_exitstack.rules.try_finally.reading.cleanup_calls import Cleanup


def torn_step(cleanups: Iterable[Cleanup], source: Source) -> Hazard | None:
    """Return what forbids to tear apart the steps of one cleanup, if there are any."""
    seen: set[str] = set()
    for each in cleanups:
        if each.receiver in seen:
            call = each.call.call
            message = (
                f"`{quoted(source, call)}` is a step in the cleanup of `{short(each.receiver)}`"
            )
            return Hazard("no-rewrite", message, source.span(call), forbids=True)
        seen.add(each.receiver)
    return None


def rest_runs(first: ast.Call, source: Source, *, wanted: bool = False) -> Hazard:
    """Say that the cleanups behind the `first` one no longer depend on it; `wanted` is why."""
    message = f"the cleanups after `{quoted(source, first)}` also run when it raises"
    return Hazard(
        "runs-more", f"{message}: that's the point" if wanted else message, source.span(first)
    )
