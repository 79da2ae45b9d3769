"""The code cells of a notebook as one source: marks stand between them, and for their magics."""

from __future__ import annotations

import re
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lint_exitstack.model.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

# The kinds of marks: `<mark>.cell` ends a cell, `<mark>.magic(3, …)[0]` stands for a line that
# isn't Python, `<mark>.run(3, …)[0]` for one that may bind any name.
CELL, MAGIC, RUN = "cell", "magic", "run"
_MARK: Final = "_notebook_"


class CellSource(Source):
    """Cells one behind the other, as they run from top to bottom.

    Marks are Python of which nothing is known: they raise, read and end whatever they might.
    """

    mark: str = _MARK

    def with_text(self, text: str) -> Self:
        changed = super().with_text(text)
        changed.mark = self.mark
        return changed

    @cached_property
    def foreign(self) -> Mapping[int, str]:
        found: dict[int, str] = {}
        for mark in marks(self.mark).finditer(self.text):
            first = self.text.count("\n", 0, mark.start()) + 1
            lines = range(first, first + mark.group().count("\n") + 1)
            found.update(dict.fromkeys(lines, mark["kind"] or CELL))
        return MappingProxyType(found)


def free_mark(texts: list[str]) -> str:
    """Return a name for marks that stands in none of `texts`."""
    mark = _MARK
    while any(mark in text for text in texts):
        mark += "_"
    return mark


def marks(mark: str) -> re.Pattern[str]:
    """Return the pattern of marks: `kind` and `number` are set for lines that aren't Python.

    Messages may quote a mark without its subscript.
    """
    name = re.escape(mark)
    words = r"(?:[\w\s,]|\(\w+ := 0\))*"
    opaque = rf"(?<!\w){name}\.(?P<kind>{MAGIC}|{RUN})\((?P<number>\d+),{words}\)(?:\[0\])?"
    return re.compile(rf"^{name}\.{CELL}$|{opaque}", re.MULTILINE)
