"""Code actions: a fix for each finding, all safe ones at once, and a comment as the last resort."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from lint_exitstack.checking import applies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.clients.server.fixes import Fixes
    from lint_exitstack.clients.server.presenting import Presenter
    from lint_exitstack.fixing import Edits
    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.position import Span

FIX_ALL = "source.fixAll.lint-exitstack"
KINDS = (types.CodeActionKind.QuickFix, FIX_ALL)
# Who selects a whole file doesn't want to choose among hundreds of actions.
_MOST = 20


class Actions:
    """Makes the actions for one request; every one carries its edit: some clients ask no further.

    `versioned` says that the client takes edits of a certain version of a document.
    """

    def __init__(self, fixes: Fixes, presenter: Presenter, *, versioned: bool) -> None:
        self._fixes = fixes
        self._presenter = presenter
        self._versioned = versioned
        self._document = fixes.examination.document

    def at(self, span: Span, context: types.CodeActionContext) -> list[types.CodeAction]:
        """Return the actions for `span`, in the order in which they should be shown."""
        if not self._fixes.examination.fixable:
            return []
        quick = _wanted(context, types.CodeActionKind.QuickFix)
        here = self._touching(span)[:_MOST]
        actions = list(self._quick_fixes(here)) if quick else []
        # Clients ask for nothing in particular at each move: then the file must be worth it.
        asked = bool(context.only) or any(applies(finding, unsafe=False) for finding in here)
        if _wanted(context, FIX_ALL) and asked and (edits := self._fixes.of_all()):
            title = "Fix all in this file (lint-exitstack, safe fixes)"
            actions.append(types.CodeAction(title, kind=FIX_ALL, edit=self._edit(edits)))
        if quick:
            actions.extend(self._ignores(here))
        return actions

    def _touching(self, span: Span) -> Sequence[Finding]:
        """Return the findings at `span`; where there is none, those on its lines.

        What the client believes to be there is of no use: some return other columns, or no data.
        """
        findings = self._fixes.examination.findings
        at = [f for f in findings if f.span.start <= span.end and span.start <= f.span.end]
        first, last = span.start.line, span.end.line
        near = [f for f in findings if f.span.start.line <= last and first <= f.span.end.line]
        return at or near

    def _quick_fixes(self, findings: Sequence[Finding]) -> Iterator[types.CodeAction]:
        for safe in (True, False):
            for finding in findings:
                if applies(finding, unsafe=False) is safe and (edits := self._fixes.of(finding)):
                    yield self._quick_fix(finding, edits, safe=safe)

    def _quick_fix(self, finding: Finding, edits: Edits, *, safe: bool) -> types.CodeAction:
        accepted = self._fixes.examination.settings.accept_hazards
        hazards = dict.fromkeys(hazard.name for hazard in finding.hazards)
        names = ", ".join(name for name in hazards if name not in accepted)
        title = f"{finding.code}: {finding.help or finding.name}"
        return types.CodeAction(
            title if safe else f"{title} (unsafe: {names})",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[self._diagnostic(finding)],
            is_preferred=True if safe else None,
            edit=self._edit(edits),
        )

    def _ignores(self, findings: Sequence[Finding]) -> Iterator[types.CodeAction]:
        for finding in findings:
            if edits := self._fixes.ignoring(finding):
                yield types.CodeAction(
                    f"Ignore {finding.code} ({finding.name}) here",
                    kind=types.CodeActionKind.QuickFix,
                    diagnostics=[self._diagnostic(finding)],
                    edit=self._edit(edits),
                )

    def _diagnostic(self, finding: Finding) -> types.Diagnostic:
        settings = self._fixes.examination.settings
        return self._presenter.diagnostic(finding, self._document, settings)

    def _edit(self, edits: Edits) -> types.WorkspaceEdit:
        document = self._document
        place = self._presenter.positions.range
        texts = [types.TextEdit(place(document.source, span), text) for span, text in edits]
        if not self._versioned:
            return types.WorkspaceEdit(changes={document.uri: texts})
        name = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(name, [*texts])])


def _wanted(context: types.CodeActionContext, kind: str) -> bool:
    """Kinds are a tree: who asks for `source` wants `source.fixAll`, too."""
    only = context.only
    return not only or any(kind == word or kind.startswith(f"{word}.") for word in only)
