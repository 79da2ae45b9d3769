"""When to look for unreachable objects: in a pause of the typing, not while somebody waits."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# The trees of a long file are some hundred thousand objects, and a change makes thousands: left to
# itself, the collector goes through all of them in the middle of an examination.
_QUIET = 2.0
_MOST = 500


class Collector:
    """Has the collector run `_QUIET` seconds after the last work, or after `_MOST` pieces of it.

    Nearly everything goes by itself, when nothing refers to it: what this finds are the scopes of
    statements that changed, which refer to one another.
    """

    def __init__(self, work: Callable[[Callable[[], object]], object]) -> None:
        """Take what runs a function outside of the loop."""
        self._work = work
        self._timer: asyncio.TimerHandle | None = None
        self._count = 0

    def worked(self) -> None:
        """Take note that work was done; from the first time on nothing collects itself."""
        gc.disable()
        self._count += 1
        if self._timer is not None:
            self._timer.cancel()
        delay = 0.0 if self._count > _MOST else _QUIET
        self._timer = asyncio.get_running_loop().call_later(delay, self._collect)

    def _collect(self) -> None:
        self._timer, self._count = None, 0
        self._work(gc.collect)
