"""docs/shapes.md: the outcome of each row is that of the code which it names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from lint_exitstack.analysis import analyse
from lint_exitstack.model.finding import Fixability
from lint_exitstack.model.source import Source
from lint_exitstack.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "shapes.md"
_ROW = re.compile(
    r"\| (?P<shape>.+?) \| .+? \| (?P<outcome>.+?) \| `(?P<file>.+?)::(?P<name>\w+)` \|"
)
_OUTCOME = re.compile(r"(?P<code>XIT\d+) (?P<word>safe|unsafe|no fix)(?:: (?P<why>.+))?|quiet: .+")
ROWS = [found for line in PAGE.read_text("utf-8").splitlines() if (found := _ROW.fullmatch(line))]
WORDS = {"safe": Fixability.SAFE, "unsafe": Fixability.UNSAFE, "no fix": Fixability.NONE}


def findings_in(file: str, name: str, select: tuple[str, ...]):
    path = ROOT / "fixtures" / file
    source = Source(path.read_bytes(), file)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    node = next(n for n in ast.walk(source.tree) if isinstance(n, functions) and n.name == name)
    found = analyse(source, Settings(select=select, target_version=(3, 12)))
    return [each for each in found if node.lineno <= each.line <= (node.end_lineno or 0)]


def test_every_row_is_read():
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if "::" in line]
    assert len(rows) == len(ROWS) > 60


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['file']}::{row['name']}")
def test_the_outcome_is_what_the_page_says(row):
    outcome = _OUTCOME.fullmatch(row["outcome"])
    assert outcome, row["outcome"]
    code = outcome["code"]
    if code is None:
        on = Settings().select
        assert findings_in(row["file"], row["name"], on) == []
        return
    found = findings_in(row["file"], row["name"], (code,))
    assert found
    wanted = WORDS[outcome["word"]]
    assert {each.fixability for each in found} == {wanted}
    hazards = {hazard for each in found for hazard in each.hazards}
    if wanted is Fixability.UNSAFE:
        assert sorted({hazard.name for hazard in hazards}) == re.findall(r"`(.+?)`", outcome["why"])
    elif wanted is Fixability.NONE and outcome["why"]:
        assert outcome["why"] in {hazard.message for hazard in hazards if hazard.forbids}
