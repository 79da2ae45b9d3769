"""The line of a finding and the closing line of a report, which all formats for people share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Fixability
from lint_exitstack.reports._places import place_of
from lint_exitstack.reports._style import printable
from lint_exitstack.reports._summary import advice, summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.outcome import FileOutcome, Reported
    from lint_exitstack.reports._style import Style


def headline(outcome: FileOutcome, item: Reported, style: Style) -> str:
    """Return `path:line:column: CODE [*] message`; the mark means that `--fix` would fix it."""
    finding = item.finding
    mark = f" [{style.paint('*', 'cyan')}]" if style.fixable(finding) else ""
    path = style.paint(outcome.shown, "bold")
    place = f"{path}:{place_of(item)}"
    return f"{place}: {style.paint(finding.code, 'red')}{mark} {printable(finding.message)}"


def closing(outcomes: Sequence[FileOutcome], style: Style) -> str:
    """Return what shall stand at the end of a report, where people begin to read it."""
    parts = [*summary(outcomes, style), total(outcomes, style), *advice(outcomes)]
    return "" if style.brief else "".join(parts)


def total(outcomes: Sequence[FileOutcome], style: Style) -> str:
    """Return how many findings there are and what `--fix` did or would do about them."""
    findings = [item.finding for outcome in outcomes for item in outcome.reported]
    fixed = sum(len(outcome.applied) for outcome in outcomes)
    failed = any(outcome.errors for outcome in outcomes)
    if style.brief or (failed and not findings):
        return ""
    if not findings and not fixed:
        return f"{style.paint('All checks passed.', 'green')}\n"
    text = f"Found {counted(fixed + len(findings), 'problem')}"
    text += f" ({fixed} fixed, {len(findings)} remaining)." if fixed else "."
    return f"{text}{_promise(findings, style)}\n"


def _promise(findings: list[Finding], style: Style) -> str:
    text = ""
    if fixable := sum(style.fixable(finding) for finding in findings):
        option = "--fix --unsafe-fixes" if style.unsafe else "--fix"
        text += f" [*] {fixable} fixable with `{option}`."
    held = sum(finding.fixability is Fixability.UNSAFE for finding in findings)
    if held and not style.unsafe:
        text += f" {held} more with `--unsafe-fixes`."
    return text


def counted(number: int, noun: str) -> str:
    """Return `1 problem`, `2 problems`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
