"""Signals that end a run: held back where something must not be left half done."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Ctrl-C; what `kill` sends; the terminal was closed (which Windows doesn't tell).
ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def held_back() -> Iterator[None]:
    """Let signals that end the program wait until the block is done."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave_to_the_parent() -> None:
    """Die of what the parent sends, not of Ctrl-C, which reaches all processes at once."""
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        # What came while this process was made has been kept for it.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
