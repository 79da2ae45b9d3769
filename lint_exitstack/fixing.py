"""The loop: analyse, rewrite, guard, again; until nothing is left to do."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from lint_exitstack.analysis import analyse
from lint_exitstack.checking import shown
from lint_exitstack.model.errors import GuardError
from lint_exitstack.model.finding import Fixability
from lint_exitstack.model.position import Position
from lint_exitstack.model.rewrite import NewWith
from lint_exitstack.suppression import kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.position import Span
    from lint_exitstack.model.rewrite import Rewrite
    from lint_exitstack.model.source import Source
    from lint_exitstack.settings import Settings

ROUNDS = 10

Edits: TypeAlias = "tuple[tuple[Span, str], ...]"


@dataclass(frozen=True, slots=True)
class Failure:
    """A rewrite that failed its proof and was dropped: a bug of ours."""

    finding: Finding
    guard: str
    detail: str


@dataclass(frozen=True, slots=True)
class FixedSource:
    """What the loop made: the new source, what it applied, what remains, what it had to drop.

    `found` is `remaining` together with what comments suppress.
    """

    source: Source
    applied: tuple[Finding, ...]
    remaining: tuple[Finding, ...]
    found: tuple[Finding, ...]
    failures: tuple[Failure, ...]


def fix(source: Source, settings: Settings, *, unsafe: bool = False) -> FixedSource:
    """Apply every safe rewrite (and the unsafe ones if asked), honouring suppressions.

    Raises UnparsableSourceError.
    """
    loop = _Loop(settings, unsafe=unsafe)
    found = analyse(source, settings)
    for _ in range(ROUNDS):
        todo = loop.chosen(source, _left(source, found, settings))
        if not todo:
            break
        source, found = loop.carried_out(source, found, todo)
    remaining = _left(source, found, settings)
    while cut := _tidied(source, found, settings):
        # Nothing but comments went, which only moved what was found.
        source, found = cut[0], analyse(cut[0], settings)
        loop.applied.extend(cut[1])
        remaining = _left(source, found, settings)
    return FixedSource(source, tuple(loop.applied), remaining, found, tuple(loop.failures))


def _left(source: Source, found: tuple[Finding, ...], settings: Settings) -> tuple[Finding, ...]:
    return found if settings.ignore_noqa else kept(source, found)


def _tidied(
    source: Source, found: tuple[Finding, ...], settings: Settings
) -> tuple[Source, tuple[Finding, ...]] | None:
    """Take out of comments what suppresses nothing; return what was said of it, or None."""
    # Two orders in one comment touch each other: one a line at a time.
    cut = {finding.line: finding for finding in shown(source, found, settings) if finding.edits}
    text = source.text
    for span, new in sorted((edit for row in cut.values() for edit in row.edits), reverse=True):
        text = text[: source.offset(span.start)] + new + text[source.offset(span.end) :]
    tidied = source.with_text(text)
    if not cut or ast.dump(tidied.tree) != ast.dump(source.tree):
        return None
    return tidied, tuple(cut.values())


def edits_for(source: Source, finding: Finding, settings: Settings) -> Edits:
    """Return what to replace to carry out the rewrite of one finding; empty if a guard fires."""
    return edits_for_all(source, (finding,), settings)[0]


def edits_for_all(
    source: Source,
    findings: Sequence[Finding],
    settings: Settings,
    found: Sequence[Finding] | None = None,
) -> tuple[Edits, ...]:
    """Return for each finding what carries out its rewrite and no other: see `edits_for`.

    `found` is what the analysis of `source` gave, where the caller still has it.
    """
    loop = _Loop(settings, unsafe=True)
    if found is None and any(finding.rewrite is not None for finding in findings):
        found = analyse(source, settings)
    return tuple(_edits(loop, source, finding, found or ()) for finding in findings)


def _edits(loop: _Loop, source: Source, finding: Finding, found: Sequence[Finding]) -> Edits:
    if finding.rewrite is None:
        return finding.edits
    try:
        changed, _ = loop.attempt(source, found, [finding])
    except GuardError:
        return ()
    return edits_between(source, changed)


def edits_between(before: Source, after: Source) -> Edits:
    """Return (what to replace, with what) pairs, in order, that turn `before` into `after`."""
    from lint_exitstack.rewriting.edits import line_edits

    return line_edits(before, after)


class _Loop:
    """What has been done to one file so far."""

    def __init__(self, settings: Settings, *, unsafe: bool) -> None:
        self.settings = settings
        self.allowed = {Fixability.SAFE, Fixability.UNSAFE} if unsafe else {Fixability.SAFE}
        self.applied: list[Finding] = []
        self.failures: list[Failure] = []
        self.dropped: set[tuple[str, str]] = set()

    def applicable(self, finding: Finding) -> bool:
        return finding.rewrite is not None and finding.fixability in self.allowed

    def chosen(self, source: Source, findings: Sequence[Finding]) -> list[Finding]:
        """Return what can be carried out together: outermost first, nothing claimed twice."""
        taken: list[Rewrite] = []
        todo = []
        # A finding may be reported further down than where its rewrite begins.
        for finding in sorted(findings, key=_beginning):
            rewrite = finding.rewrite
            if rewrite is None or not self.applicable(finding):
                continue
            if self._identity(source, finding) in self.dropped:
                continue
            if all(_go_together(other, rewrite) for other in taken):
                taken.append(rewrite)
                todo.append(finding)
        return todo

    def carried_out(
        self, source: Source, findings: Sequence[Finding], todo: list[Finding]
    ) -> tuple[Source, tuple[Finding, ...]]:
        """Apply `todo`; where that fails, in halves, dropping what fails all by itself."""
        try:
            changed = self.attempt(source, findings, todo)
        except GuardError as error:
            return self._piecemeal(source, findings, todo, error)
        self.applied.extend(todo)
        return changed

    def _piecemeal(
        self, source: Source, findings: Sequence[Finding], todo: list[Finding], error: GuardError
    ) -> tuple[Source, tuple[Finding, ...]]:
        if len(todo) == 1:
            self.failures.append(Failure(todo[0], error.guard, error.detail))
            self.dropped.add(self._identity(source, todo[0]))
            return source, tuple(findings)
        for half in (todo[: len(todo) // 2], todo[len(todo) // 2 :]):
            # The rest is found again in the next round, where its new positions are known.
            before = len(self.applied)
            result = self.carried_out(source, findings, half)
            if len(self.applied) > before:
                return result
        return source, tuple(findings)

    def attempt(
        self, source: Source, findings: Sequence[Finding], todo: Sequence[Finding]
    ) -> tuple[Source, tuple[Finding, ...]]:
        """Return the changed source and its findings; raises GuardError."""
        from lint_exitstack.rewriting.apply import rewritten

        rewrites = [finding.rewrite for finding in todo if finding.rewrite is not None]
        changed = rewritten(source, rewrites, self.settings.line_length)
        found = analyse(changed, self.settings)
        self._nothing_new((source, findings), todo, (changed, found))
        return changed, found

    def _nothing_new(
        self,
        before: tuple[Source, Sequence[Finding]],
        todo: Sequence[Finding],
        after: tuple[Source, Sequence[Finding]],
    ) -> None:
        """Require that the findings are gone, and that no rewrite wrote what we object to.

        A new finding with a rewrite of its own is the next round's work, or an offer to those who
        ask for unsafe fixes.
        """
        old = Counter(self._identity(before[0], finding) for finding in before[1])
        new = Counter(self._identity(after[0], finding) for finding in after[1])
        for finding in todo:
            old[self._identity(before[0], finding)] -= 1
        for identity in {self._identity(before[0], finding) for finding in todo}:
            if new[identity] > old[identity]:
                raise GuardError("findings", f"{identity[0]} is still there")
        extra = Counter(finding.code for finding in after[1])
        extra.subtract(finding.code for finding in before[1])
        extra.update(finding.code for finding in todo)
        known = {line.strip() for line in before[0].lines}
        for finding in after[1]:
            # What was there before, hidden by what went, isn't the doing of the rewrite.
            old_line = after[0].lines[finding.line - 1].strip() in known
            if extra[finding.code] > 0 and (old_line or finding.rewrite is not None):
                extra[finding.code] -= 1
        for code, count in extra.items():
            if count > 0:
                raise GuardError("findings", f"{code} is new")

    @staticmethod
    def _identity(source: Source, finding: Finding) -> tuple[str, str]:
        """Return what a finding is known by when others around it have moved it."""
        return finding.code, source.slice(finding.span)


def _beginning(finding: Finding) -> Position:
    rewrite = finding.rewrite
    if rewrite is None:
        return finding.span.start
    return Position(rewrite.first.line, rewrite.first.column)


def _go_together(outer: Rewrite, inner: Rewrite) -> bool:
    if outer.claims & inner.claims or _would_nest(outer, inner):
        return False
    # Where one stands in the other, both would take the same name.
    apart = inner.first.line > outer.end
    return apart or not set(outer.fresh) & set(inner.fresh)


def _would_nest(outer: Rewrite, inner: Rewrite) -> bool:
    """Whether the `with` of `inner` would be the whole body of the one that `outer` makes."""
    whole = outer.holds == (inner.first, inner.last)
    return whole and len(inner.into) == 1 and isinstance(inner.into[0], NewWith)
