"""Ctrl-C and its kin end the program at once: what must be done wholly holds them back."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lint_exitstack.project.signals import ENDING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.clients.console import Console

# Shells report a program that died of signal N like this.
SIGNALLED = 128


@contextmanager
def obeyed(console: Console) -> Iterator[None]:
    """End the process on any such signal that it isn't meant to ignore.

    An exception would do it too, were it not lost where a finaliser or an import happens to run.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _frame: object) -> None:
        _end_children()
        console.last_words()
        os._exit(SIGNALLED + number)

    wanted = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    before = [(number, signal.signal(number, end)) for number in wanted]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _end_children() -> None:
    import multiprocessing

    if children := multiprocessing.active_children():
        from lint_exitstack.project.pool import end_workers

        end_workers(children)
