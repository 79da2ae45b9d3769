"""A file that holds Python sources: each with the places of its lines, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.errors import SourceError
    from lint_exitstack.model.source import Source


class Home(NamedTuple):
    """Where a line of a source stands: on `line` of the file, behind `column` characters.

    In a notebook people count otherwise: `row` of `cell`, both from 1. A document has no cells.
    """

    line: int
    column: int = 0
    cell: int = 0
    row: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A Python source in a file of another kind; `homes` has an entry for each of its lines.

    In a document `before` is what stands before each of them. `problem` says why the source can't
    be checked as it is.
    """

    source: Source
    homes: tuple[Home, ...]
    before: str = ""
    problem: SourceError | None = None

    def home(self, line: int) -> Home:
        """Return where `line` of the source stands; the end of the text is on its last line."""
        return self.homes[min(line, len(self.homes)) - 1]


class Changed(NamedTuple):
    """Two versions of what people look at as one text; `name` follows the name of the file."""

    name: str
    old: str
    new: str


class Container(Protocol):
    """What each kind of file offers."""

    data: bytes
    parts: tuple[Part, ...]
    tolerant: bool

    def written(self, texts: Sequence[str]) -> bytes:
        """Return the file with `texts` as those of its parts; what is the same stays as it is."""
        ...

    def pieces(self, text: str) -> tuple[str, ...]:
        """Return what the text of a part is in the file, without what is blank."""
        ...

    def shown(self, text: str) -> str:
        """Return a piece of a part as the file has it."""
        ...

    def changes(self, data: bytes) -> tuple[Changed, ...]:
        """Return what differs in `data`, a later version of the same file."""
        ...
