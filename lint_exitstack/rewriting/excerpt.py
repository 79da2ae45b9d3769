"""The statements of a module that an edit touches, alone: what proves itself there is proven."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_exitstack.model.errors import GuardError, SourceError
from lint_exitstack.semantics.comments import position_at
from lint_exitstack.semantics.extents import extents, have_same_ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lint_exitstack.model.source import Source
    from lint_exitstack.rewriting.imports import ImportEdit

Edit = tuple[int, int, str]


class Excerpt:
    """A source in which other statements of the module are blank lines: each keeps its number.

    What stands at module level begins and ends on lines of its own, so that nothing which is right
    here can be wrong beside the others: a statement that went on would be seen to lack its end.
    """

    def __init__(
        self, source: Source, edits: Sequence[Edit], imports: Sequence[ImportEdit]
    ) -> None:
        """Take what `edits` touch; `imports` are those of them that change imports."""
        self._whole = source
        body = source.tree.body
        lines = {
            line
            for start, end, _ in edits
            for line in range(_line(source, start), _line(source, end) + 1)
        }
        for edit in imports:
            lines.update(node.lineno for node in body[max(edit.index - 1, 0) : edit.index + 1])
        self.source = _blanked(source, lines)
        try:
            _ = self.source.tree
        except SourceError:
            self.source = source
        self._index = {(node.lineno, node.col_offset): i for i, node in enumerate(body)}

    def imports(self, edits: Iterable[ImportEdit]) -> list[ImportEdit]:
        """Return the same edits for the statements that are here."""
        places = [self._index[node.lineno, node.col_offset] for node in self.source.tree.body]
        return [replace(edit, index=sum(place < edit.index for place in places)) for edit in edits]

    def edits(self, edits: Iterable[Edit]) -> list[Edit]:
        """Return the same edits for the text that is here."""
        return [(self._offset(start), self._offset(end), text) for start, end, text in edits]

    def _offset(self, offset: int) -> int:
        return self.source.offset(position_at(self._whole, offset))


def ends_well(edits: Iterable[Edit]) -> None:
    """Require that no new text ends in a way that takes in what follows; raises GuardError."""
    for _, _, text in edits:
        if text.rstrip("\r\n").endswith("\\"):
            raise GuardError("parse", "the new lines end with a backslash")


def _blanked(source: Source, lines: set[int]) -> Source:
    """Return the statements around `lines`, with what stands between them and their neighbours."""
    parts = extents(source.tree.body)
    if source.embedded or source.foreign or not parts or not have_same_ends(source.text):
        return source
    ends = [0, *(part.last for part in parts)]
    starts = [*(part.first for part in parts[1:]), len(source.lines) + 1]
    kept: set[int] = set()
    for part, end, start in zip(parts, ends, starts, strict=False):
        rows = range(end + 1, start)
        if not lines.isdisjoint(rows) or part is parts[0] or _is_of_the_future(part.nodes[0]):
            kept.update(rows)
    texts = (text if row in kept else "" for row, text in enumerate(source.lines, 1))
    return source.with_text(source.newline.join(texts))


def _is_of_the_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _line(source: Source, offset: int) -> int:
    return position_at(source, offset).line
