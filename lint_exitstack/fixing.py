"""The loop: analyse, rewrite, guard, again; until nothing is left to do."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from lint_exitstack.analysis import analyse
from lint_exitstack.checking import shown
from lint_exitstack.incremental.trials import Trials
from lint_exitstack.model.errors import GuardError
from lint_exitstack.model.finding import Fixability
from lint_exitstack.model.position import Position
from lint_exitstack.model.rewrite import NewWith
from lint_exitstack.novelty import identity, nothing_new, seen
from lint_exitstack.suppression import kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.position import Span
    from lint_exitstack.model.rewrite import Rewrite
    from lint_exitstack.model.source import Source
    from lint_exitstack.rewriting.apply import Rewritten
    from lint_exitstack.settings import Settings

ROUNDS = 10
_FEW = 3

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


def fix(
    source: Source,
    settings: Settings,
    found: tuple[Finding, ...] | None = None,
    *,
    unsafe: bool = False,
) -> FixedSource:
    """Apply every safe rewrite (and the unsafe ones if asked), honouring suppressions.

    `found` is what the analysis of `source` gave, where the caller still has it. Raises
    UnparsableSourceError.
    """
    loop = _Loop(settings, unsafe=unsafe)
    if found is None:
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
    tidied = source.with_text(source.edited(edit for row in cut.values() for edit in row.edits))
    if not cut or ast.dump(tidied.tree) != ast.dump(source.tree):
        return None
    return tidied, tuple(cut.values())


def edits_for_all(
    source: Source,
    findings: Sequence[Finding],
    settings: Settings,
    found: Sequence[Finding] | None = None,
) -> tuple[Edits, ...]:
    """Return for each finding what carries out its rewrite and no other; empty if a guard fires.

    `found` is what the analysis of `source` gave, where the caller still has it.
    """
    if found is None and any(finding.rewrite is not None for finding in findings):
        found = analyse(source, settings)
    each = OneByOne(source, settings, found or ())
    # Those that need the same imports follow one another: only the first brings them.
    order = sorted(range(len(findings)), key=lambda index: _needs(findings[index]))
    made = {index: each.edits(findings[index]) for index in order}
    return tuple(made[index] for index in range(len(findings)))


def _needs(finding: Finding) -> list[tuple[str, str]]:
    needs = () if finding.rewrite is None else finding.rewrite.needs
    return sorted((need.module, need.name or "") for need in needs)


class OneByOne:
    """Carries out findings of one source, each as if there were no other."""

    def __init__(self, source: Source, settings: Settings, found: Sequence[Finding]) -> None:
        """Take what the analysis of `source` gave."""
        self._source = source
        self._settings = settings
        self._found = found
        self._known = {line.strip() for line in source.lines}
        self._asked = 0
        self._trials: Trials | None = None

    def edits(self, finding: Finding) -> Edits:
        """Return what carries out the rewrite of `finding`; empty if there is none that holds."""
        from lint_exitstack.rewriting.apply import rewritten
        from lint_exitstack.rewriting.edits import line_edits, line_edits_at

        if finding.rewrite is None:
            return finding.edits
        loop = _Loop(self._settings, unsafe=True)
        try:
            made = rewritten(self._source, [finding.rewrite], self._settings.line_length)
            if self._holds(finding, made):
                return line_edits_at(self._source, made.edits)
            # What only looks at what changes is stricter: the whole decides.
            changed, _ = loop.attempt(self._source, self._found, [finding])
        except GuardError:
            return ()
        return line_edits(self._source, changed)

    def _holds(self, finding: Finding, made: Rewritten) -> bool:
        """Whether the analysis of what changes is content; False where it can't say."""
        self._asked += 1
        if self._trials is None:
            # To know what depends on what costs an analysis more: for a few it doesn't pay.
            if self._asked <= _FEW:
                return False
            self._trials = Trials(self._source, self._settings)
        outcome = self._trials.outcome(made.importing, made.source)
        if outcome is None:
            return False
        try:
            nothing_new(
                outcome.before, [identity(self._source, finding)], outcome.after, self._known
            )
        except GuardError:
            return False
        return True


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
            if identity(source, finding) in self.dropped:
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
            self.dropped.add(identity(source, todo[0]))
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
        changed = rewritten(source, rewrites, self.settings.line_length).source
        found = analyse(changed, self.settings)
        done = [identity(source, finding) for finding in todo]
        known = {line.strip() for line in source.lines}
        nothing_new(seen(source, findings), done, seen(changed, found), known)
        return changed, found


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
