"""The only conversions between bytes, characters and UTF-16 units."""

from __future__ import annotations

from hypothesis import given, strategies as st

from lint_exitstack.model.position import (
    characters_from_utf8,
    characters_from_utf16,
    utf8_from_characters,
    utf16_from_characters,
)

LINES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\n"))


def test_a_clef_counts_differently_everywhere() -> None:
    line = '"𝄞é";x'
    assert characters_from_utf8(line, 9) == 5
    assert utf8_from_characters(line, 5) == 9
    assert utf16_from_characters(line, 5) == 6
    assert characters_from_utf16(line, 6) == 5
    assert characters_from_utf16("abc", 99) == 3


@given(LINES, st.data())
def test_conversions_are_inverse(line: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(0, len(line)))
    assert characters_from_utf8(line, utf8_from_characters(line, column)) == column
    assert characters_from_utf16(line, utf16_from_characters(line, column)) == column
