"""What carries findings of one examination out, made when asked for and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.checking import applies
from lint_exitstack.fixing import edits_between, edits_for_all, fix
from lint_exitstack.project.ignoring import with_ignores

if TYPE_CHECKING:
    from lint_exitstack.clients.server.examining import Examination
    from lint_exitstack.fixing import Edits
    from lint_exitstack.model.finding import Finding


class Fixes:
    """The edits for `examination`: clients ask for them each time that the cursor moves."""

    def __init__(self, examination: Examination) -> None:
        self.examination = examination
        self._single: dict[Finding, Edits] = {}
        self._ignoring: dict[Finding, Edits] = {}
        self._all: Edits | None = None

    def of(self, finding: Finding) -> Edits:
        """Return the fix of one finding; empty if there is none that holds."""
        if not applies(finding, unsafe=True):
            return ()
        if finding not in self._single:
            now = self.examination
            source, settings = now.document.source, now.settings
            self._single[finding] = edits_for_all(source, (finding,), settings, now.found)[0]
        return self._single[finding]

    def of_all(self) -> Edits:
        """Return all safe fixes of the file in one."""
        if self._all is None:
            now = self.examination
            safe = any(applies(finding, unsafe=False) for finding in now.findings)
            source = now.document.source
            self._all = (
                edits_between(source, fix(source, now.settings, now.found).source) if safe else ()
            )
        return self._all

    def ignoring(self, finding: Finding) -> Edits:
        """Return what silences one finding by a comment; empty where a comment can't."""
        if finding not in self._ignoring:
            now = self.examination
            source = now.document.source
            changed, _ = with_ignores(source, now.settings, only=(finding,))
            self._ignoring[finding] = edits_between(source, changed)
        return self._ignoring[finding]
