"""What the analysis reports: a finding, and the reasons that speak against its rewrite."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_exitstack.model.position import Span
    from lint_exitstack.model.rewrite import Rewrite


class Fixability(enum.Enum):
    """How far a fix may be trusted; the values are what users read."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Hazard:
    """One named reason why a rewrite might change behaviour, and what causes it.

    `forbids` says that there is no rewrite at all because of it.
    """

    name: str
    message: str
    span: Span | None = None
    forbids: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that a rule speaks about.

    `message` states the problem, `help` the exact form to write instead (empty where there is
    none), `noqa_line` the line on which a suppression comment counts, besides the first one. The
    fix of what is said about a comment is in `edits`: what to replace, with what.
    """

    code: str
    name: str
    message: str
    help: str
    span: Span
    rewrite: Rewrite | None = None
    hazards: tuple[Hazard, ...] = ()
    fixability: Fixability = Fixability.NONE
    noqa_line: int = 0
    edits: tuple[tuple[Span, str], ...] = ()

    @property
    def line(self) -> int:
        return self.span.start.line


def fixability_of(
    rewrite: Rewrite | None, hazards: tuple[Hazard, ...], accepted: tuple[str, ...]
) -> Fixability:
    """Decide what hazards leave of a rewrite, `accepted` being those the project lives with."""
    if rewrite is None or any(hazard.forbids for hazard in hazards):
        return Fixability.NONE
    if any(hazard.name not in accepted for hazard in hazards):
        return Fixability.UNSAFE
    return Fixability.SAFE
