"""What stands at the end of a report with more findings than anybody reads."""

from __future__ import annotations

from dataclasses import replace
from math import isqrt

import pytest

from lint_exitstack.model.finding import Finding, Fixability
from lint_exitstack.model.outcome import FileOutcome, Reported
from lint_exitstack.model.position import Position, Span
from lint_exitstack.reports import format_named
from lint_exitstack.reports._style import Style

SAFE = Finding("XIT101", "a-rule", "m", "", Span(Position(1, 0), Position(1, 4)))
SAFE = replace(SAFE, fixability=Fixability.SAFE)


def outcomes(count: int, rules: int = 1) -> list[FileOutcome]:
    """Return files with a finding each: the lower the number of a rule, the more of it."""
    return [
        FileOutcome(
            f"/w/{number}.py",
            f"{number}.py",
            (Reported(replace(SAFE, code=f"XIT{99 + rules - isqrt(number % rules**2)}")),),
        )
        for number in range(count)
    ]


def ending(name: str, files: list[FileOutcome], **style) -> list[str]:
    return "".join(format_named(name).render(files, Style(**style))).splitlines()


@pytest.mark.parametrize("name", ["concise", "full", "grouped"])
def test_five_thousand_findings_end_on_one_screen(name):
    lines = ending(name, outcomes(5000, 30))
    start = len(lines) - lines[::-1].index("")
    assert len(lines) - start <= 16
    assert lines[-3] == "Found 5000 problems. [*] 5000 fixable with `--fix`."
    assert lines[-2].startswith("Next: `--diff` shows the fixes; `--select XIT100`")
    counts = [int(line.split()[0]) for line in lines[start:-4]]
    assert counts[:-1] == sorted(counts[:-1], reverse=True)
    assert sum(counts) == 5000
    assert max(map(len, lines[start:])) <= 80


def test_few_findings_need_no_summary():
    assert ending("concise", outcomes(30))[-2].startswith("29.py:1:1: XIT100")
    assert ending("concise", outcomes(31))[-5].startswith("31  XIT100")


def test_whoever_wants_findings_only_gets_them_only():
    assert len(ending("concise", outcomes(31), brief=True)) == 31


def test_unsafe_fixes_count_as_this_run_counts_them():
    files = [
        replace(one, reported=(Reported(replace(SAFE, fixability=Fixability.UNSAFE)),))
        for one in outcomes(31)
    ]
    assert ending("concise", files)[-5] == "31  XIT101  a-rule  31 unsafe"
    assert ending("concise", files, unsafe=True)[-5] == "31  XIT101  a-rule  31 [*]"


def test_nothing_is_promised_where_nothing_can_be_fixed():
    files = [
        replace(one, reported=(Reported(replace(SAFE, fixability=Fixability.NONE)),))
        for one in outcomes(31)
    ]
    assert ending("concise", files)[-5] == "31  XIT101  a-rule"
    assert ending("concise", files)[-2].startswith("Next: `--select XIT101`")
