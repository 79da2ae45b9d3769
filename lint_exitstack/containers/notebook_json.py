"""Where the sources of cells stand in the JSON of a notebook, and how new ones take their place."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_DECODER = json.JSONDecoder(strict=False)
_SPACE = re.compile(r"[ \t\r\n]*")


class Value(NamedTuple):
    """A value in a text: what it is, and from where to where it is written."""

    value: object
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it is written in JSON: one string, or an array of strings that follow each other.

    `start` and `end` are those of the value, `pieces` its strings.
    """

    start: int
    end: int
    pieces: tuple[Value, ...]
    is_array: bool

    @property
    def text(self) -> str:
        return "".join(str(piece.value) for piece in self.pieces)

    def place(self, index: int) -> int:
        """Return where the string stands that holds character `index` of the text."""
        lengths = itertools.accumulate(len(str(piece.value)) for piece in self.pieces)
        places = zip(lengths, self.pieces, strict=True)
        return next((piece.start for end, piece in places if index < end), self.start)


def written_at(document: str, start: int) -> Written:
    """Read the text that is written at `start`."""
    if document[start] != "[":
        value, end = _DECODER.raw_decode(document, start)
        return Written(start, end, (Value(value, start, end),), is_array=False)
    pieces = tuple(items(document, start))
    _, end = _DECODER.raw_decode(document, start)
    return Written(start, end, pieces, is_array=True)


def items(document: str, start: int) -> Iterator[Value]:
    """Yield the items of the array at `start`."""
    at = _skip(document, start + 1)
    while document[at] != "]":
        value, end = _DECODER.raw_decode(document, at)
        yield Value(value, at, end)
        at = _skip(document, end)
        if document[at] == ",":
            at = _skip(document, at + 1)


def members(document: str, start: int) -> dict[str, Value]:
    """Return the members of the object at `start`; of equal names the last one counts."""
    found: dict[str, Value] = {}
    at = _skip(document, start + 1)
    while document[at] != "}":
        name, end = _DECODER.raw_decode(document, at)
        begin = _skip(document, _skip(document, end) + 1)
        value, end = _DECODER.raw_decode(document, begin)
        found[name] = Value(value, begin, end)
        at = _skip(document, end)
        if document[at] == ",":
            at = _skip(document, at + 1)
    return found


def _skip(document: str, at: int) -> int:
    space = _SPACE.match(document, at)
    return at if space is None else space.end()


def rewritten(document: str, old: Written, text: str) -> str:
    """Return what stands for `text` where `old` stood: as that is written, line for line."""
    if not old.is_array:
        return _string(document, text)
    known = {str(piece.value): document[piece.start : piece.end] for piece in old.pieces}
    lines = [known.get(line) or _string(document, line) for line in text.splitlines(keepends=True)]
    first, between, last = _layout(document, old)
    return f"[{first}{between.join(lines)}{last}]" if lines else "[]"


def _layout(document: str, old: Written) -> tuple[str, str, str]:
    """Return what stands before the first, between two, and behind the last of the strings."""
    if not old.pieces:
        return "", ", ", ""
    first = document[old.start + 1 : old.pieces[0].start]
    last = document[old.pieces[-1].end : old.end - 1]
    if len(old.pieces) > 1:
        return first, document[old.pieces[0].end : old.pieces[1].start], last
    if "\n" in first:
        return first, f",{first}", last
    # A short document on one line: as it separates the rest.
    return first, ", " if re.search(r'[\]"\d},]\s*, "', document) else ",", last


def _string(document: str, text: str) -> str:
    """Write a string with the escapes that the document has: ASCII alone if there is no other."""
    return json.dumps(text, ensure_ascii=document.isascii() or _has_surrogates(text))


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)
