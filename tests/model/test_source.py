"""Bytes become text, lines and positions exactly as Python reads them."""

from __future__ import annotations

import ast

import pytest

from lint_exitstack.model.errors import UnparsableSourceError, UnreadableSourceError
from lint_exitstack.model.position import Key, Position, Span
from lint_exitstack.model.source import Source


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        (b"x = 1\n", "utf-8", "x = 1\n"),
        ("é = 1\n".encode(), "utf-8", "é = 1\n"),
        (
            "# coding: latin-1\né = 1\n".encode("latin-1"),
            "iso-8859-1",
            "# coding: latin-1\né = 1\n",
        ),
        (
            b"#!/bin/python\n# -*- coding: cp1252 -*-\n'\x80'\n",
            "cp1252",
            "#!/bin/python\n# -*- coding: cp1252 -*-\n'€'\n",
        ),
        (b"\xef\xbb\xbfx = 1\n", "utf-8", "x = 1\n"),
        (b"", "utf-8", ""),
    ],
)
def test_decoding(data: bytes, encoding: str, text: str) -> None:
    source = Source(data)
    assert source.encoding == encoding
    assert source.text == text
    assert source.with_text(source.text).data == data


@pytest.mark.parametrize(
    ("data", "line", "word"),
    [
        (b"x = 1\ny = '\xe9'\n", 2, "0xe9"),
        (b"# coding: nonsense\n", 1, "unknown encoding"),
        (b"x = 1\n\ny = '\0'\n", 3, "null byte"),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1, "encoding problem"),
    ],
)
def test_unreadable(data: bytes, line: int, word: str) -> None:
    with pytest.raises(UnreadableSourceError, match=word) as caught:
        Source(data)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("x = (\n", "never closed"),
        ("x = " + "(" * 3000 + "1" + ")" * 3000, "parenthes"),
        ("x = " + "1+" * 100_000 + "1", "too deeply|recursion"),
        ("".join(" " * n + "if x:\n" for n in range(1000)) + " " * 1000 + "pass", "indentation"),
    ],
    ids=["open bracket", "3,000 parentheses", "100,000 terms", "1,000 blocks"],
)
def test_unparsable(text: str, word: str) -> None:
    with pytest.raises(UnparsableSourceError, match=word):
        Source.from_text(text).tree


def test_line_ends_are_the_language_s_own() -> None:
    source = Source.from_text("a\r\nb\rc\nd\x0ce\x1cf\u2028g")
    assert source.lines == ["a", "b", "c", "d\x0ce\x1cf\u2028g"]
    assert source.line_starts == [0, 3, 5, 7, len(source.text)]
    assert source.newline == "\r\n"


def test_positions_count_characters() -> None:
    source = Source.from_text('"𝄞é"; x = yy\n')
    statement = source.tree.body[1]
    assert isinstance(statement, ast.Assign)
    assert source.span(statement.value) == Span(Position(1, 10), Position(1, 12))
    assert source.segment(statement.value) == "yy"
    assert source.key(statement) == Key(1, 6, "Assign")


def test_comments_survive_odd_line_ends_and_strings() -> None:
    source = Source.from_text("x = '# no'  # one\r\n# two\rif x: pass # three\n")
    assert [(c.line, c.column, c.text, c.own_line) for c in source.comments] == [
        (1, 12, "# one", False),
        (2, 0, "# two", True),
        (3, 11, "# three", False),
    ]


def test_indent_unit() -> None:
    assert Source.from_text("# x\nif a:\n  b\n").indent_unit == "  "
    assert Source.from_text("x = 1\n").indent_unit == "    "
