"""Places as the client counts them: lines from 0, columns in units of the negotiated encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from lint_exitstack.model.position import (
    Position,
    Span,
    characters_from_utf8,
    characters_from_utf16,
    utf8_from_characters,
    utf16_from_characters,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lint_exitstack.model.source import Source

    Convert = Callable[[str, int], int]

_BOM = "\ufeff"


def _same(line: str, column: int) -> int:
    return min(column, len(line))


_TO_CLIENT: dict[str, Convert] = {
    types.PositionEncodingKind.Utf8: utf8_from_characters,
    types.PositionEncodingKind.Utf16: utf16_from_characters,
    types.PositionEncodingKind.Utf32: _same,
}
_FROM_CLIENT: dict[str, Convert] = {
    types.PositionEncodingKind.Utf8: characters_from_utf8,
    types.PositionEncodingKind.Utf16: characters_from_utf16,
    types.PositionEncodingKind.Utf32: _same,
}


class Positions:
    """Converts in both directions, for one encoding."""

    def __init__(self, encoding: str) -> None:
        self._to_client = _TO_CLIENT[encoding]
        self._from_client = _FROM_CLIENT[encoding]

    def range(self, source: Source, span: Span) -> types.Range:
        """Return the client's name for `span`."""
        return types.Range(self._outwards(source, span.start), self._outwards(source, span.end))

    def span(self, source: Source, place: types.Range) -> Span:
        """Return what the client's range means; what lies beyond a line or the text is its end."""
        return Span(self.position(source, place.start), self.position(source, place.end))

    def position(self, source: Source, place: types.Position) -> Position:
        """Return what the client's position means."""
        if place.line >= len(source.lines):
            return Position(len(source.lines), len(source.lines[-1]))
        # A mark at the start is no character of ours, but one of the client's.
        mark = _BOM if source.has_bom and place.line == 0 else ""
        line = mark + source.lines[place.line]
        column = min(self._from_client(line, place.character), len(line))
        return Position(place.line + 1, max(column - len(mark), 0))

    def _outwards(self, source: Source, position: Position) -> types.Position:
        mark = _BOM if source.has_bom and position.line == 1 else ""
        line = mark + source.lines[position.line - 1]
        # Parsers may complain about a place one past the end of a line.
        column = min(position.column + len(mark), len(line))
        return types.Position(position.line - 1, self._to_client(line, column))
