"""docs/ruff.md: held against ruff itself."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import page_reading
import pytest

from lint_exitstack import check_source, fix_source
from lint_exitstack.rules import all_rules
from lint_exitstack.settings import Settings

PAGE = page_reading.page("ruff.md")
ROWS = [
    (ruff, ours)
    for ruff, cell in re.findall(r"^\| ([A-Z]+\d+)[^|]*\| ([^|]*)\|", PAGE, re.MULTILINE)
    for ours in re.findall(r"\[(XIT\d+)\]", cell)
]
# What the tables call the same, where the page of our rule shows what ruff doesn't look at.
OWN_EXAMPLE = {
    "XIT201": "def f(p):\n    x = open(p)\n    try:\n        x.read()\n    finally:\n        x.close()\n",
    "XIT302": "def f(d, ks):\n    for k in ks:\n        try:\n            del d[k]\n"
    "        except KeyError:\n            pass\n",
}
SUPPRESSED = "with a:  # noqa: XIT101\n    with b:\n        pass\n"


def ruff(folder, *arguments: str) -> str:
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode < 2, done.stderr
    return done.stdout


def found_by_ruff(folder, select: str) -> set[str]:
    options = ("--isolated", "--preview", "--output-format", "json", "--select", select)
    return {one["code"] for one in json.loads(ruff(folder, "check", *options, "a.py"))}


def example(code: str) -> str:
    if code in OWN_EXAMPLE:
        return OWN_EXAMPLE[code]
    [rule] = [rule for rule in all_rules() if rule.code == code]
    return page_reading.blocks(rule.documentation, "python")[0].text


@pytest.mark.parametrize(("theirs", "ours"), ROWS)
def test_both_find_it(theirs, ours, tmp_path):
    code = example(ours)
    (tmp_path / "a.py").write_text(code)
    assert found_by_ruff(tmp_path, theirs) == {theirs}
    settings = Settings(select=(ours,), target_version=(3, 12))
    assert ours in {one.code for one in check_source(code, settings=settings)}


def test_external_keeps_our_codes(tmp_path):
    [snippet] = page_reading.blocks(PAGE, "toml")
    path = tmp_path / "a.py"
    path.write_text(SUPPRESSED)
    ruff(tmp_path, "check", "--select", "RUF100,RUF102", "--fix", "a.py")
    assert "XIT101" not in path.read_text()
    path.write_text(SUPPRESSED)
    (tmp_path / "pyproject.toml").write_text(snippet.text)
    ruff(tmp_path, "check", "--select", "RUF100,RUF102", "--fix", "a.py")
    assert path.read_text() == SUPPRESSED


def test_our_own_comments_stay_without_it(tmp_path):
    path = tmp_path / "a.py"
    path.write_text(SUPPRESSED.replace("noqa: XIT101", "exitstack: ignore[XIT101] two locks"))
    before = path.read_text()
    ruff(tmp_path, "check", "--isolated", "--select", "RUF", "--fix", "--unsafe-fixes", "a.py")
    assert path.read_text() == before


@pytest.mark.parametrize("code", ["XIT101", "XIT301", "XIT201"])
def test_what_we_write_stays_under_ruff(code, tmp_path):
    settings = Settings(select=(code,), target_version=(3, 12))
    written = fix_source(example(code), settings=settings, unsafe=True).source
    assert written != example(code)
    path = tmp_path / "a.py"
    path.write_text(written)
    ruff(tmp_path, "format", "--isolated", "a.py")
    assert path.read_text() == written
    assert not found_by_ruff(tmp_path, "SIM105,SIM115,SIM117")


def test_what_ruff_writes_is_no_longer_found(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("def f(a, b):\n    with a:\n        with b:\n            pass\n")
    ruff(tmp_path, "check", "--isolated", "--select", "SIM117", "--fix", "a.py")
    assert "with a, b:" in path.read_text()
    assert not check_source(path.read_text())
