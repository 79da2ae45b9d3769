"""Findings as the protocol's diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from lint_exitstack.clients.server.documents import Document
    from lint_exitstack.clients.server.positions import Positions
    from lint_exitstack.model.finding import Finding
    from lint_exitstack.settings import Settings

SOURCE = "lint-exitstack"
# What these point at could go without loss: editors show it faded.
_UNNECESSARY = frozenset(
    ("unused-suppression", "empty-suppress", "needless-stack", "redundant-closing")
)


class Presenter:
    """Makes diagnostics of the kind that the client can show."""

    def __init__(
        self,
        positions: Positions,
        support: types.PublishDiagnosticsClientCapabilities
        | types.DiagnosticClientCapabilities
        | None = None,
    ) -> None:
        self.positions = positions
        tags = None if support is None else support.tag_support
        self._tags = () if tags is None else tuple(tags.value_set)
        self._related = bool(support and support.related_information)
        self._described = bool(support and support.code_description_support)

    def diagnostic(
        self, finding: Finding, document: Document, settings: Settings
    ) -> types.Diagnostic:
        """Return the diagnostic that shows `finding`."""
        url = settings.page_of(finding.code, finding.name) if self._described else None
        is_error = finding.code.startswith("XIT9")
        severity = types.DiagnosticSeverity.Error if is_error else types.DiagnosticSeverity.Warning
        return types.Diagnostic(
            range=self.positions.range(document.source, finding.span),
            message=f"{finding.message} [{finding.name}]",
            severity=severity,
            code=finding.code,
            code_description=types.CodeDescription(url) if url else None,
            source=SOURCE,
            tags=self._tags_of(finding),
            related_information=self._hazards_of(finding, document),
        )

    def _tags_of(self, finding: Finding) -> list[types.DiagnosticTag] | None:
        tag = types.DiagnosticTag.Unnecessary
        return [tag] if finding.name in _UNNECESSARY and tag in self._tags else None

    def _hazards_of(
        self, finding: Finding, document: Document
    ) -> list[types.DiagnosticRelatedInformation] | None:
        """Say why a fix is unsafe or withheld, at the places that are the cause."""
        if not self._related:
            return None
        related = [
            types.DiagnosticRelatedInformation(
                types.Location(document.uri, self.positions.range(document.source, hazard.span)),
                f"{hazard.name}: {hazard.message}",
            )
            for hazard in finding.hazards
            if hazard.span is not None
        ]
        return related or None
