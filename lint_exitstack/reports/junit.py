"""Findings as failed tests, for services that show nothing but tests: a suite a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from lint_exitstack.reports._places import place_of
from lint_exitstack.reports._records import from_root, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.outcome import FileOutcome, Reported
    from lint_exitstack.reports._style import Style

# What XML 1.0 can't say at all, not even escaped.
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:  # noqa: ARG001 - colours are for people
    """Yield a document with a suite for each file; a clean file passes its one test."""
    failures = sum(len(outcome.reported) + len(outcome.errors) for outcome in outcomes)
    tests = sum(_tests(outcome) for outcome in outcomes)
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield f'<testsuites name="lint-exitstack" tests="{tests}" failures="{failures}" errors="0">\n'
    for outcome in outcomes:
        yield from _suite(outcome)
    yield "</testsuites>\n"


def _tests(outcome: FileOutcome) -> int:
    return max(1, len(outcome.reported) + len(outcome.errors))


def _suite(outcome: FileOutcome) -> Iterator[str]:
    path = from_root(outcome, "CI_PROJECT_DIR")
    failures = len(outcome.reported) + len(outcome.errors)
    counts = f'tests="{_tests(outcome)}" failures="{failures}" errors="0"'
    yield f'  <testsuite name={_attribute(path)} package="lint-exitstack" {counts}>\n'
    if not failures:
        yield f'    <testcase name="no findings" classname={_attribute(path)}/>\n'
    for item in outcome.reported:
        yield _finding(path, item)
    for error in outcome.errors:
        yield _case(path, "lint-exitstack", "error", error, error)
    yield "  </testsuite>\n"


def _finding(path: str, item: Reported) -> str:
    finding, place = item.finding, place_of(item)
    help_ = f"\nhelp: {finding.help}" if finding.help else ""
    text = f"{path}:{place}: {finding.code} {sentence(finding)}{help_}"
    name = f"{finding.code} {finding.name} at {place}"
    return _case(path, name, finding.code, finding.message, text)


def _case(path: str, name: str, kind: str, message: str, text: str) -> str:
    case = f"<testcase name={_attribute(name)} classname={_attribute(path)}>"
    failure = f"<failure type={_attribute(kind)} message={_attribute(message)}>"
    return f"    {case}\n      {failure}{escape(_sayable(text))}</failure>\n    </testcase>\n"


def _attribute(text: str) -> str:
    return quoteattr(_sayable(text))


def _sayable(text: str) -> str:
    return _UNSAYABLE.sub("\N{REPLACEMENT CHARACTER}", text)
