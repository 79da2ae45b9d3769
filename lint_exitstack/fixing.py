"""The loop: analyse, rewrite, guard, again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.source import Source
    from lint_exitstack.settings import Settings


@dataclass(frozen=True, slots=True)
class Failure:
    """A rewrite that failed its proof and was dropped: a bug of ours."""

    finding: Finding
    guard: str
    detail: str


@dataclass(frozen=True, slots=True)
class FixedSource:
    """What the loop made: the new source, what it applied, what remains, what it had to drop."""

    source: Source
    applied: tuple[Finding, ...]
    remaining: tuple[Finding, ...]
    failures: tuple[Failure, ...]


def fix(source: Source, settings: Settings, *, unsafe: bool = False) -> FixedSource:
    """Apply every safe rewrite (and the unsafe ones if asked), honouring suppressions."""
    raise NotImplementedError(source, settings, unsafe)
