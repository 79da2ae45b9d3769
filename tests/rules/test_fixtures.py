"""Every fixture: its findings, their reasons, and what safe and unsafe fixes make of it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import pytest
from fixture_files import CASES, FIXTURES, load, settings_for

from lint_exitstack.analysis import analyse
from lint_exitstack.fixing import fix

if TYPE_CHECKING:
    from pathlib import Path

    from lint_exitstack.model.source import Source
    from lint_exitstack.settings import Settings


def described(source: Source, settings: Settings) -> list[str]:
    lines = []
    for finding in analyse(source, settings):
        start, end = finding.span.start, finding.span.end
        place = f"{start.line}:{start.column + 1}-{end.line}:{end.column + 1}"
        lines.append(f"{place} {finding.code} {finding.fixability.value}: {finding.message}")
        if finding.help:
            lines.append(f"    help: {finding.help}")
        for hazard in finding.hazards:
            word = "no fix" if hazard.forbids else "unsafe"
            lines.append(f"    {word}: {hazard.name}: {hazard.message}")
    return lines


def changes(source: Source, settings: Settings, *, unsafe: bool) -> list[str]:
    result = fix(source, settings, unsafe=unsafe)
    assert not result.failures, result.failures
    again = fix(result.source, settings, unsafe=unsafe)
    assert again.source.data == result.source.data, "a second run changes something"
    before = source.text.replace("\r\n", "\n").split("\n")
    after = result.source.text.replace("\r\n", "\n").split("\n")
    return list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]


def snapshot(source: Source, settings: Settings) -> str:
    parts = ["== findings", *described(source, settings)]
    parts += ["== safe fixes", *changes(source, settings, unsafe=False)]
    parts += ["== all fixes", *changes(source, settings, unsafe=True)]
    return "\n".join(line.rstrip() for line in parts) + "\n"


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.relative_to(FIXTURES).as_posix())
def test_fixture(path: Path, request: pytest.FixtureRequest) -> None:
    made = snapshot(load(path), settings_for(path))
    stored = path.with_suffix(".snap")
    if request.config.getoption("--update-snapshots"):
        stored.write_text(made, "utf-8", newline="\n")
    assert stored.exists(), "no snapshot: run with --update-snapshots and review it"
    assert made == stored.read_text("utf-8")


def test_no_orphaned_snapshots() -> None:
    orphans = [
        path
        for suffix in ("snap", "toml")
        for path in FIXTURES.glob(f"XIT*/**/*.{suffix}")
        if not path.with_suffix(".py").exists() and "behaviour" not in path.parts
    ]
    assert not orphans


def test_fixture_folders_belong_to_rules() -> None:
    from lint_exitstack.rules import all_rules

    codes = {rule.code for rule in all_rules() if rule.nodes}
    folders = {path.name for path in FIXTURES.glob("XIT*")}
    assert folders == codes, "a rule without fixtures, or fixtures without a rule"
