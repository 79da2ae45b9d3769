"""What came of one file: findings as they are shown, what was applied, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.position import Span


class Edit(NamedTuple):
    """The text of `span` becomes `content`."""

    span: Span
    content: str


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding with the part of its first line that is shown, which begins at column `offset`.

    `edits` carry its fix out (None: there is none, or nobody asked).
    """

    finding: Finding
    text: str = ""
    offset: int = 0
    edits: tuple[Edit, ...] | None = None


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """`errors` are what the user must know besides findings; they make the run fail.

    `dropped` are fixes that failed their proof. `data` is the new content where there is one and
    it was not for writing. `added` counts new suppression comments.
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
