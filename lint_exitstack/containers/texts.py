"""Bytes of a file that isn't Python as text, and text as lines."""

from __future__ import annotations

import codecs
import re

from lint_exitstack.model.errors import UnreadableSourceError

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def decoded(data: bytes) -> str:
    """Return the text without a byte order mark; raises UnreadableSourceError."""
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        text = f"byte 0x{body[error.start]:02x} isn't UTF-8: save the file as UTF-8"
        raise UnreadableSourceError(text, line) from error


def lines_of(text: str) -> list[str]:
    """Return the lines with their ends, as editors count them."""
    return _LINE.findall(text)
