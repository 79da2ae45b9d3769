"""What came of one file: findings as they are shown, what was applied, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.position import Span


class Edit(NamedTuple):
    """The text of `span` becomes `content`; `end_byte` is where it ends in UTF-8.

    In a notebook `span` counts the lines of `cell`.
    """

    span: Span
    content: str
    end_byte: int = 0
    cell: int = 0


class CellPlace(NamedTuple):
    """The cell of a notebook that a finding is in, and the lines of the file that hold its lines.

    `number` counts all cells from 1.
    """

    number: int
    first: int
    last: int


class Comparison(NamedTuple):
    """The lines that a finding is about, from `line` on, before and after its fix.

    `after` is empty without a fix; `imports` are the import lines that come with it.
    """

    line: int
    before: str
    after: str = ""
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding with the part of its first line that is shown, which begins at column `offset`.

    `edits` carry its fix out and `comparison` shows it (None: there is none, or nobody asked).
    `scope` is the dotted name of what it stands in. `digest` stays the same when other lines come
    and go; two findings of a file may share it. `bytes` are its columns as UTF-8 counts them. `url`
    is the address of its rule's page. In a notebook the finding's lines are those of its `cell`.
    """

    finding: Finding
    text: str = ""
    offset: int = 0
    edits: tuple[Edit, ...] | None = None
    comparison: Comparison | None = None
    scope: str = ""
    digest: str = ""
    bytes: tuple[int, int] = (0, 0)
    url: str | None = None
    cell: CellPlace | None = None


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """`errors` are what the user must know besides findings; they make the run fail.

    `dropped` are fixes that failed their proof. `data` is the new content where there is one and
    it was not for writing. `added` counts new suppression comments. `content` is the digest of what
    was examined (empty: nothing could be read).
    """

    path: str
    shown: str
    reported: tuple[Reported, ...] = ()
    applied: tuple[Finding, ...] = ()
    dropped: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    diff: str = ""
    data: bytes | None = None
    added: int = 0
    content: str = ""
