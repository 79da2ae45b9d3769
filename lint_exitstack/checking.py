"""One source checked as the user wants it: selected rules, suppressions honoured and judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lint_exitstack.analysis import analyse
from lint_exitstack.model.finding import Finding, Fixability
from lint_exitstack.rules.the_file.syntax_error import RULE as SYNTAX_ERROR
from lint_exitstack.rules.the_file.unused_suppression import RULE as UNUSED
from lint_exitstack.selection import Selection, fixable_codes
from lint_exitstack.suppression import judged

if TYPE_CHECKING:
    from lint_exitstack.model.source import Source
    from lint_exitstack.settings import Settings


class Examined(NamedTuple):
    """All that was `found`, and the `findings` that a user shall see."""

    found: tuple[Finding, ...]
    findings: tuple[Finding, ...]


def checked(source: Source, settings: Settings) -> tuple[Finding, ...]:
    """Return the findings that a user shall see; raises UnparsableSourceError."""
    return examined(source, settings).findings


def examined(source: Source, settings: Settings) -> Examined:
    """Return them with those that comments suppress; raises UnparsableSourceError."""
    on = Selection.of(settings).codes(source.path)
    if SYNTAX_ERROR.code in on:
        # The analysis needn't parse what can't interest it, but nobody shall take that for clean.
        _ = source.tree
    return examined_with(source, settings, analyse(source, settings))


def examined_with(source: Source, settings: Settings, found: tuple[Finding, ...]) -> Examined:
    """Return `found`, which is what the analysis gave, with what a user shall see of it."""
    return Examined(found, shown(source, found, settings))


def shown(source: Source, found: tuple[Finding, ...], settings: Settings) -> tuple[Finding, ...]:
    """Return what a user shall see of what was `found`, and of the comments that suppress it."""
    if settings.ignore_noqa:
        return found
    on = Selection.of(settings).codes(source.path)
    return judged(source, found, on, fixable=UNUSED.code in fixable_codes(settings))


def applies(finding: Finding, *, unsafe: bool) -> bool:
    """Say whether a run that takes `unsafe` fixes or doesn't would fix this."""
    return finding.fixability is Fixability.SAFE or (
        unsafe and finding.fixability is Fixability.UNSAFE
    )
