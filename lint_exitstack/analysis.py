"""Source and settings in, ordered findings out: the one walk over the tree, for every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.source import Source
    from lint_exitstack.settings import Settings


def analyse(source: Source, settings: Settings) -> tuple[Finding, ...]:
    """Return every finding of the selected rules, by position; suppressions aren't applied here.

    Raises UnparsableSource.
    """
    raise NotImplementedError(source, settings)
