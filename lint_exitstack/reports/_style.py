"""Colours, and what may be sent to a terminal."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.checking import applies

if TYPE_CHECKING:
    from lint_exitstack.model.finding import Finding

_CODES = {"bold": "1", "red": "1;31", "green": "32", "cyan": "36", "yellow": "33", "dim": "2"}


@dataclass(frozen=True, slots=True)
class Style:
    """`unsafe` says that this run counts unsafe fixes as fixes; `brief` leaves out what closes."""

    colour: bool = False
    unsafe: bool = False
    brief: bool = False

    def paint(self, text: str, colour: str) -> str:
        """Colour `text`, where colours are wanted."""
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.colour else text

    def fixable(self, finding: Finding) -> bool:
        """Say whether `--fix` would fix this finding now."""
        return applies(finding, unsafe=self.unsafe)


def printable(text: str) -> str:
    """Replace what would command the terminal or hide characters from the reader."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _is_harmless(char) else "\N{REPLACEMENT CHARACTER}" for char in text)


def width(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    return len(text) if text.isascii() else sum(_columns(char) for char in text)


def _is_harmless(char: str) -> bool:
    return char == "\t" or char.isprintable() or unicodedata.category(char) in ("Zs", "Cn")


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
