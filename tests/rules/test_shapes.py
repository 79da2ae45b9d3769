"""Every shape that users of other tools ran into has its place: a fixture, or a line that says why."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from lint_exitstack.analysis import analyse
from lint_exitstack.model.source import Source
from lint_exitstack.settings import Settings

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
# How many rows of each kind there are: merging, suppressing, resources, exit stacks, generators,
# and what was seen when other tools ran.
COUNTS = {"M": 24, "S": 27, "R": 27, "E": 22, "G": 10, "O": 12}
ROWS = [f"{kind}{number:02}" for kind, count in COUNTS.items() for number in range(1, count + 1)]
_LINE = re.compile(r"\| (?P<rows>[A-Z]-?\d+(?:, [A-Z]-?\d+)*) .*? \| (?P<place>.*) \|")
_NAME = re.compile(r"\b(?:def|class) (?:test_)?((?:[A-Za-z]\d\d_?)+)")
_PATH = re.compile(r"`([\w/.]+\.(?:py|md))`")


def _rows_in(name: str) -> set[str]:
    found = re.match(r"(?:[a-z]\d\d_)+", name.lower() + "_")
    return set(re.findall(r"[A-Z]\d\d", found[0].upper())) if found else set()


@functools.cache
def _named() -> dict[str, set[str]]:
    """Return the rows that names in fixtures stand for, with the files."""
    found: dict[str, set[str]] = {}
    for path in FIXTURES.glob("XIT*/**/*.py"):
        rows = _rows_in(path.stem)
        for name in _NAME.findall(path.read_text("latin-1")):
            rows |= _rows_in(re.sub(r"(?<=\d)(?=[A-Za-z])", "_", name))
        for row in rows:
            found.setdefault(row, set()).add(path.relative_to(FIXTURES).as_posix())
    return found


@functools.cache
def _listed() -> dict[str, str]:
    """Return the rows that the list in the fixtures' README gives a place, with that place."""
    found = {}
    for line in (FIXTURES / "README.md").read_text("utf-8").splitlines():
        match = _LINE.fullmatch(line)
        for row in match["rows"].split(", ") if match else ():
            kind, number = row[0], int(row[1:].lstrip("-"))
            found[f"{kind}{number:02}"] = match["place"]
    return found


def test_what_others_report_wrongly_stays_quiet_and_what_they_miss_is_found() -> None:
    path = FIXTURES / "XIT602" / "o07_o08_alarms_of_others.py"
    source = Source(path.read_bytes(), path.name)
    # That a plain `with` would do instead of a stack is no alarm.
    settings = Settings(select=("XIT5", "XIT6", "XIT7"), ignore=("XIT507",))
    found = analyse(source, settings)
    homes = [node for node in source.tree.body if hasattr(node, "name")]
    hit = {
        home.name
        for finding in found
        for home in homes
        if home.lineno <= finding.line <= (home.end_lineno or 0)
    }
    assert hit == {"o07_missed_in_a_list", "o07_missed_path"}


@pytest.mark.parametrize("row", ROWS)
def test_each_row_has_its_place(row: str) -> None:
    assert row in _named() or row in _listed()


def test_places_in_the_list_exist() -> None:
    paths = [path for place in _listed().values() for path in _PATH.findall(place)]
    assert len(paths) > 20
    missing = [
        path
        for path in paths
        if not (ROOT / path).exists()
        and not (FIXTURES / path).exists()
        # A folder is named once where several of its files are.
        and not list(FIXTURES.glob(f"XIT*/{path}"))
    ]
    assert not missing


def test_names_and_list_speak_of_rows_that_exist() -> None:
    known = set(ROWS)
    assert set(_listed()) <= known
    # Other letters stand for what was counted in real code.
    assert {row for row in _named() if row[0] in COUNTS} <= known
    assert not set(_listed()) & set(_named()), "in the list although a name stands for it"
