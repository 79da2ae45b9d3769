"""Comments, and lines that strings and backslashes join: read without a parser."""

from __future__ import annotations

import bisect
import io
import re
import sys
import tokenize
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# What hides a hash sign from the language, hash signs that it doesn't hide, and joints of lines.
# The last choice is a quote that nothing closes.
_TOKEN = re.compile(
    r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'
    r"|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"
    r'|"[^"\\\r\n]*(?:\\(?:\r\n|.)[^"\\\r\n]*)*"'
    r"|'[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*'"
    r"|#[^\r\n]*|\\(?:\r\n|\r|\n)|[\"']",
    re.DOTALL,
)
# Since 3.12 the fields of f-strings may hold quotes of their own. Fields that surely don't:
_NESTING = sys.version_info >= (3, 12)
_FIELD = re.compile(r"\{[^{}'\"#\r\n]*(?::[^{}'\"\r\n]*)?\}")


class Comment(NamedTuple):
    """A comment: its place, its text with the hash sign, whether nothing stands before it."""

    line: int
    column: int
    text: str
    own_line: bool


class _UnsureError(Exception):
    """Only a real tokeniser can say what is a string here."""


def comments(text: str, lines: Sequence[str], starts: Sequence[int]) -> tuple[Comment, ...]:
    """Return all comments, in order; `starts` is where `lines` start in `text`."""
    if "#" not in text:
        return ()
    try:
        return tuple(_scanned_comments(text, lines, starts))
    except _UnsureError:
        return tuple(_tokenised_comments(lines))


def joined_lines(text: str, lines: Sequence[str], starts: Sequence[int]) -> dict[int, range]:
    """Map each line to the lines that backslashes or a string join it with, as flake8 does."""
    try:
        spans = _scanned_joints(text, lines, starts)
    except _UnsureError:
        spans = _tokenised_joints(lines)
    joined: dict[int, range] = {}
    for first, last in spans:
        rows = range(first, last + 1)
        joined |= dict.fromkeys(rows, rows)
    return joined


def spliced_comments(
    old: Sequence[Comment], new: Iterable[Comment], rows: range, shift: int
) -> tuple[Comment, ...]:
    """Return `old` with `new` (counted from 1) on `rows`; what is behind moves by `shift`."""
    head = bisect.bisect_left(old, rows.start, key=_line)
    tail = bisect.bisect_left(old, rows.stop - shift, key=_line)
    moved = old[tail:] if shift == 0 else _moved(old[tail:], shift)
    return (*old[:head], *_moved(new, rows.start - 1), *moved)


def _line(comment: Comment) -> int:
    return comment.line


def _moved(comments: Iterable[Comment], by: int) -> list[Comment]:
    return [Comment(line + by, column, text, own) for line, column, text, own in comments]


def spliced_joints(
    old: dict[int, range], new: dict[int, range], rows: range, shift: int
) -> dict[int, range]:
    """Return `old` with `new` (counted from 1) for `rows`; what is behind them moves by `shift`."""
    end, by = rows.stop - shift, rows.start - 1
    joined = {line: found for line, found in old.items() if line < rows.start}
    for found, least, offset in ((new, 0, by), (old, end, shift)):
        for line, lines in found.items():
            if line >= least:
                joined[line + offset] = range(lines.start + offset, lines.stop + offset)
    return joined


def _tokens(text: str) -> list[re.Match[str]]:
    found = []
    for token in _TOKEN.finditer(text):
        length = token.end() - token.start()
        if length == 1 and text[token.start()] != "#":
            raise _UnsureError
        if _NESTING and text[token.start()] in "\"'" and _may_nest(text, token):
            raise _UnsureError
        found.append(token)
    return found


def _may_nest(text: str, token: re.Match[str]) -> bool:
    """Whether this is an f-string (or a template) in whose fields there may be strings."""
    prefix = text[max(token.start() - 2, 0) : token.start()].lower()
    if not prefix.endswith(("f", "t", "fr", "tr")) or "{" not in token[0]:
        return False
    rest = _FIELD.sub("", token[0].replace("{{", "").replace("}}", ""))
    return "{" in rest or "}" in rest


def _scanned_comments(text: str, lines: Sequence[str], starts: Sequence[int]) -> list[Comment]:
    found = []
    for token in _tokens(text):
        start = token.start()
        if text[start] == "#":
            line = bisect.bisect_right(starts, start, hi=len(lines))
            column = start - starts[line - 1]
            own_line = not lines[line - 1][:column].strip()
            found.append(Comment(line, column, token[0], own_line))
    return found


def _scanned_joints(
    text: str, lines: Sequence[str], starts: Sequence[int]
) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for token in _tokens(text):
        if text[token.start()] == "#" or not ("\n" in token[0] or "\r" in token[0]):
            continue
        first = bisect.bisect_right(starts, token.start(), hi=len(lines))
        last = bisect.bisect_right(starts, token.end(), hi=len(lines))
        if spans and spans[-1][1] == first:
            spans[-1] = spans[-1][0], last
        elif lines[first - 1].strip() != "\\":
            spans.append((first, last))
    return spans


def _tokenised_comments(lines: Sequence[str]) -> list[Comment]:
    found: list[Comment] = []
    readline = io.StringIO("\n".join(lines), newline="\n").readline
    try:
        for token in tokenize.generate_tokens(readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                own_line = not lines[line - 1][:column].strip()
                found.append(Comment(line, column, token.string, own_line))
    except (tokenize.TokenError, SyntaxError):
        return found
    return found


def _tokenised_joints(lines: Sequence[str]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    first, last = 0, 0
    readline = io.StringIO("\n".join(lines), newline="\n").readline
    try:
        for token in tokenize.generate_tokens(readline):
            if token.type in (tokenize.DEDENT, tokenize.ENDMARKER):
                continue
            first = first or token.start[0]
            last = max(last, token.end[0])
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                if last > first:
                    spans.append((first, last))
                first, last = 0, 0
    except (tokenize.TokenError, SyntaxError):
        return spans
    return spans
