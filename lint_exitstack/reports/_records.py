"""What the formats for programs share: severities, paths, names of findings."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.outcome import FileOutcome, Reported

HOMEPAGE = "https://github.com/lint-exitstack/lint-exitstack"


def is_error(code: str) -> bool:
    """Say whether a rule speaks about files that can't be checked at all."""
    return code.startswith("XIT9")


def from_root(outcome: FileOutcome, variable: str) -> str:
    """Return the path as a service wants it: from the root of the checkout, with slashes.

    `variable` of the environment says where that is; else it's the working folder.
    """
    root = os.environ.get(variable)
    path = Path(outcome.path)
    if root and path.is_absolute() and path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    return PurePath(outcome.shown).as_posix()


def fingerprinted(outcome: FileOutcome) -> Iterator[tuple[Reported, str]]:
    """Yield each finding with a name that is unique in its file and survives moves of lines."""
    seen: Counter[str] = Counter()
    for item in outcome.reported:
        seen[item.digest] += 1
        yield item, f"{item.digest}:{seen[item.digest]}"


def sentence(finding: Finding) -> str:
    """Return the message and, where a rewrite is withheld, why."""
    reasons = "; ".join(f"{hazard.name}: {hazard.message}" for hazard in finding.hazards)
    if not reasons:
        return finding.message
    verdict = {"none": "no fix", "unsafe": "unsafe fix"}.get(finding.fixability.value, "accepted")
    return f"{finding.message} ({verdict}: {reasons})"
