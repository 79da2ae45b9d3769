"""What there is to say about one state of a document: plain data, made in a worker thread."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lint_exitstack.checking import examined_with
from lint_exitstack.clients.server.surviving import surviving
from lint_exitstack.model.errors import UnparsableSourceError
from lint_exitstack.model.finding import Finding
from lint_exitstack.model.position import Position, Span
from lint_exitstack.project.discovery import is_excluded
from lint_exitstack.rules.the_file.syntax_error import RULE as SYNTAX_ERROR
from lint_exitstack.selection import Selection

if TYPE_CHECKING:
    from lint_exitstack.clients.server.documents import Document
    from lint_exitstack.incremental.analysis import IncrementalAnalysis
    from lint_exitstack.model.source import Source
    from lint_exitstack.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Examination:
    """The `findings` to show of a document, and all that was `found`.

    `good` is the last source that could be parsed, with its findings; where it isn't that of the
    document, the code is broken just now, and nothing can be fixed. No two have one `serial`.
    """

    document: Document
    settings: Settings
    findings: tuple[Finding, ...] = ()
    found: tuple[Finding, ...] = ()
    good: tuple[Source, tuple[Finding, ...]] | None = None
    serial: int = field(default_factory=itertools.count(1).__next__)

    @property
    def fixable(self) -> bool:
        return self.good is not None and self.good[0] is self.document.source


def examine(
    document: Document,
    settings: Settings,
    last: Examination | None,
    analysis: IncrementalAnalysis,
) -> Examination:
    """Examine `document`, whose earlier versions `analysis` has seen."""
    nothing = Examination(document, settings)
    if document.path is not None and is_excluded(document.path, settings):
        return nothing
    source = document.source
    try:
        found, findings = examined_with(source, settings, analysis.analyse(source))
    except UnparsableSourceError as error:
        return _broken(nothing, last, error)
    return replace(nothing, findings=findings, found=found, good=(source, findings))


def _broken(
    nothing: Examination, last: Examination | None, error: UnparsableSourceError
) -> Examination:
    """Keep what is known of the lines that the user doesn't work on, and say what is broken."""
    source, settings = nothing.document.source, nothing.settings
    good = None if last is None else last.good
    kept = () if good is None else surviving(*good, source)
    if SYNTAX_ERROR.code not in Selection.of(settings).codes(source.path):
        return replace(nothing, findings=kept, good=good)
    start = Position(min(error.line, len(source.lines)), error.column)
    span = Span(start, Position(start.line, start.column + 1))
    complaint = Finding(SYNTAX_ERROR.code, SYNTAX_ERROR.name, error.message, "", span)
    return replace(nothing, findings=(*kept, complaint), good=good)
