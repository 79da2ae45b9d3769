"""The streams of a command, and whether a person is looking at them."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable


class Console:
    """Where reports go (`out`) and where what is said about the run goes (`err`)."""

    def __init__(self, out: TextIO, err: TextIO) -> None:
        self.out = out
        self.err = err
        # Whether a bar stands on the terminal, for which the cursor was hidden.
        self.bar = False
        # What is said when a signal ends the program.
        self.farewell = self._failure(
            "interrupted; each file is either as it was or wholly rewritten"
        )

    @classmethod
    def standard(cls) -> Console:
        """Take the streams of the process; what they can't encode is escaped, not an error."""
        for stream in (sys.stdout, sys.stderr):
            if reconfigure := getattr(stream, "reconfigure", None):
                reconfigure(errors="backslashreplace")
        return cls(sys.stdout, sys.stderr)

    def write(self, pieces: Iterable[str]) -> None:
        """Write a report."""
        for piece in pieces:
            self.out.write(piece)

    def write_bytes(self, data: bytes) -> None:
        """Write a source as it is, in its own encoding."""
        self.out.flush()
        self.out.buffer.write(data)
        self.out.buffer.flush()

    def clear(self) -> None:
        """Begin with an empty screen, where there is one."""
        if self.out.isatty() and os.environ.get("TERM") != "dumb":
            # Top left, this screen, what could be scrolled back to.
            self.out.write("\x1b[H\x1b[2J\x1b[3J")
            self.out.flush()

    def say(self, text: str) -> None:
        """Say something about the run."""
        self.err.write(f"{text}\n")

    def fail(self, text: str) -> None:
        """Say what the user must mend."""
        self.err.write(self._failure(text))

    def last_words(self) -> None:
        """Say that the program ends here, past all buffers, and leave the terminal as it was."""
        restored = "\r\x1b[2K\x1b[?25h" if self.bar else ""
        with contextlib.suppress(OSError, ValueError):
            os.write(self.err.fileno(), f"{restored}{self.farewell}".encode())

    def _failure(self, text: str) -> str:
        label = "\x1b[1;31merror\x1b[0m" if wants_colour(self.err) else "error"
        return f"{label}: {text}\n"


def wants_colour(stream: TextIO) -> bool:
    """Say whether `stream` shows colours to somebody who wants them."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
