"""Places in a text, and the only conversions between bytes, characters and UTF-16 units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Position(NamedTuple):
    """A place: `line` counts from 1, `column` in characters from 0."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` up to, not including, `end`."""

    start: Position
    end: Position

    def contains(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


class Key(NamedTuple):
    """A statement of the original: where it starts and the name of its `ast` class."""

    line: int
    column: int
    kind: str


def characters_from_utf8(line: str, offset: int) -> int:
    """Characters of `line` before its UTF-8 byte `offset` (what `ast` counts in)."""
    if line.isascii():
        return offset
    return len(line.encode()[:offset].decode(errors="replace"))


def utf8_from_characters(line: str, column: int) -> int:
    """UTF-8 bytes before character `column` of `line`."""
    return column if line.isascii() else len(line[:column].encode())


def utf16_from_characters(line: str, column: int) -> int:
    """UTF-16 code units before character `column` of `line` (what editors count in)."""
    return column if line.isascii() else len(line[:column].encode("utf-16-le")) // 2


def characters_from_utf16(line: str, units: int) -> int:
    """Characters of `line` before its UTF-16 code unit `units`; past the end is the end."""
    if line.isascii():
        return min(units, len(line))
    return len(line.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore"))
