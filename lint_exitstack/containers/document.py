"""Documents: each block of Python in them is a module of its own, behind what indents it."""

from __future__ import annotations

import codecs
import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.containers.container import Changed, Home, Part
from lint_exitstack.containers.texts import decoded, lines_of
from lint_exitstack.model.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of a document, the first being `lines[first]`: of each, how much stands before code."""

    first: int
    widths: tuple[int, ...]


class Document:
    """A text with blocks of code; most are fragments, and those that don't parse are left out."""

    tolerant = True

    def __init__(
        self, data: bytes, path: str, blocks: Callable[[list[str]], Iterable[Block]]
    ) -> None:
        """Read it; `blocks` finds the code in its lines. Raises UnreadableSourceError."""
        self.data = data
        self.text = decoded(data)
        self.lines = lines_of(self.text)
        found = [block for block in blocks(self.lines) if self._is_even(block)]
        self.blocks = tuple(found)
        self.parts = tuple(self._part(block, path) for block in found)

    def _is_even(self, block: Block) -> bool:
        """Whether the same stands before each line, so that it's known what new ones need."""
        rows = list(self._rows(block))
        befores = {before for before, code in rows if code.strip()}
        before = next(iter(befores), "")
        blank = all(before.startswith(row.rstrip()) for row, code in rows if not code.strip())
        return len(befores) == 1 and blank

    def _rows(self, block: Block) -> Iterator[tuple[str, str]]:
        for line, width in zip(self.lines[block.first :], block.widths, strict=False):
            yield line[:width], line[width:]

    def _part(self, block: Block, path: str) -> Part:
        source = Source.from_text("".join(code for _, code in self._rows(block)), path)
        source.embedded = True
        homes = tuple(Home(line, width) for line, width in enumerate(block.widths, block.first + 1))
        return Part(source, homes, self._before(block))

    def _before(self, block: Block) -> str:
        return next((before for before, code in self._rows(block) if code.strip()), "")

    def written(self, texts: Sequence[str]) -> bytes:
        """Return the document with `texts` as its blocks."""
        lines = list(self.lines)
        for block, text in reversed(list(zip(self.blocks, texts, strict=True))):
            lines[block.first : block.first + len(block.widths)] = self._new(block, text)
        bom = codecs.BOM_UTF8 if self.data.startswith(codecs.BOM_UTF8) else b""
        return bom + "".join(lines).encode()

    def _new(self, block: Block, text: str) -> Iterator[str]:
        rows = list(self._rows(block))
        before = self._before(block)
        old, new = [code for _, code in rows], lines_of(text)
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        for tag, start, end, new_start, new_end in matcher.get_opcodes():
            if tag == "equal":
                yield from self.lines[block.first + start : block.first + end]
            else:
                yield from (
                    f"{before if line.strip() else before.rstrip()}{line}"
                    for line in new[new_start:new_end]
                )

    def pieces(self, text: str) -> tuple[str, ...]:
        return (text,) if text.strip() else ()

    def shown(self, text: str) -> str:
        return text

    def changes(self, data: bytes) -> tuple[Changed, ...]:
        new = decoded(data)
        return (Changed("", self.text, new),) if new != self.text else ()
