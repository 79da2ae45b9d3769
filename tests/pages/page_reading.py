"""Pages as their tests read them: sections, and the blocks of code in them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


class Block(NamedTuple):
    """A fenced (or, without language, indented) block."""

    language: str
    text: str


def page(name: str) -> str:
    """The text of a page of docs/."""
    return (DOCS / name).read_text("utf-8")


def sections(text: str, level: int) -> dict[str, str]:
    """Headings of one level, and the text from each to the next heading of that level or above."""
    tokens = MarkdownIt().parse(text)
    lines = text.splitlines(keepends=True)
    starts = [
        (token.map[0], int(token.tag[1]), inline.content)
        for token, inline in pairwise(tokens)
        if token.type == "heading_open" and int(token.tag[1]) <= level
    ]
    ends = [start for start, _, _ in starts[1:]] + [len(lines)]
    return {
        title: "".join(lines[start + 1 : end])
        for (start, depth, title), end in zip(starts, ends, strict=True)
        if depth == level
    }


def blocks(text: str, language: str | None = None) -> list[Block]:
    """The blocks of code in a text, of one language or all."""
    found = [
        Block(token.info, token.content)
        for token in MarkdownIt().parse(text)
        if token.type in {"fence", "code_block"}
    ]
    return [block for block in found if language in {None, block.language}]
