"""What to know of findings that are too many to read: the rules, the files, what to do next."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Fixability
from lint_exitstack.reports._style import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.outcome import FileOutcome
    from lint_exitstack.reports._style import Style

# More than a screen holds, whatever the format.
_MANY = 30
_RULES, _FILES = 10, 3


def summary(outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:
    """Yield up to fifteen lines where there are many findings, else nothing."""
    findings = [item.finding for outcome in outcomes for item in outcome.reported]
    if len(findings) <= _MANY:
        return
    counts = Counter((finding.code, finding.name) for finding in findings)
    fixable = Counter(finding.code for finding in findings if style.fixable(finding))
    unsafe = Counter(
        finding.code for finding in findings if finding.fixability is Fixability.UNSAFE
    )
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    digits = len(str(rows[0][1]))
    names = max(len(name) for (_, name), _ in rows[:_RULES])
    yield "\n"
    for (code, name), count in rows[:_RULES]:
        fixes = _fixes(fixable[code], 0 if style.unsafe else unsafe[code])
        line = f"{count:>{digits}}  {style.paint(code, 'red')}  {name:<{names}}  {fixes}"
        yield f"{line.rstrip()}\n"
    if rest := rows[_RULES:]:
        yield f"{sum(count for _, count in rest):>{digits}}  of {len(rest)} other rules\n"
    yield _busiest(outcomes)


def _fixes(fixable: int, unsafe: int) -> str:
    parts = [f"{fixable} [*]" if fixable else "", f"{unsafe} unsafe" if unsafe else ""]
    return ", ".join(filter(None, parts))


def _busiest(outcomes: Sequence[FileOutcome]) -> str:
    counts = [(len(outcome.reported), outcome.shown) for outcome in outcomes if outcome.reported]
    first = sorted(counts, key=lambda pair: (-pair[0], pair[1]))[:_FILES]
    names = ", ".join(f"{printable(shown)} ({count})" for count, shown in first)
    return f"In {len(counts)} of {len(outcomes)} files, most in {names}.\n"


def advice(outcomes: Sequence[FileOutcome]) -> Iterator[str]:
    """Yield what to do next about many findings, else nothing."""
    findings = [item.finding for outcome in outcomes for item in outcome.reported]
    if len(findings) <= _MANY:
        return
    counts = Counter(finding.code for finding in findings)
    first = min(counts, key=lambda code: (-counts[code], code))
    fixable = any(finding.fixability is not Fixability.NONE for finding in findings)
    look = "`--diff` shows the fixes; " if fixable else ""
    yield f"Next: {look}`--select {first}` takes one rule at a time;\n"
    yield "      `--baseline write` leaves all this and reports only what comes later.\n"
