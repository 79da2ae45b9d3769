"""Finds blocks of Python in Markdown: fenced ones, wherever CommonMark has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lint_exitstack.containers.document import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

# ```python, ```py title="a", ```{python}, ```{.python .numbers}
_LANGUAGE = re.compile(r"\{?\.?(?:python|py)3?(?![\w+#.-])", re.IGNORECASE)
_SKIP = re.compile(r"<!--\s*exitstack:\s*skip\b[^>]*-->\s*$")


def blocks(lines: list[str]) -> Iterator[Block]:
    """Yield the blocks of Python, in order."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").disable("inline")
    previous: Token | None = None
    for token in parser.parse("".join(lines)):
        skipped = previous is not None and previous.type == "html_block"
        if skipped and previous is not None:
            skipped = bool(_SKIP.search(previous.content))
        previous = token
        if token.type != "fence" or skipped or not _LANGUAGE.match(token.info.strip()):
            continue
        block = _block(lines, token)
        if block is not None:
            yield block


def _block(lines: list[str], token: Token) -> Block | None:
    """Return the lines of a fence, as long as they are what the parser says they are."""
    if token.map is None:
        return None
    first = token.map[0] + 1
    codes = token.content.removesuffix("\n").split("\n") if token.content else []
    widths = []
    for line, code in zip(lines[first:], codes, strict=False):
        bare = line.rstrip("\r\n")
        if not bare.endswith(code):
            return None
        widths.append(len(bare) - len(code))
    return Block(first, tuple(widths)) if len(widths) == len(codes) > 0 else None
