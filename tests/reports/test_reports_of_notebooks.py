"""Every format on findings in cells and in blocks: what the lines and columns then are."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from lxml import etree

from lint_exitstack.clients.cli import main
from lint_exitstack.reports import formats

NEST = "with a:\n    with b:\n        pass\n"
HELD = "import m\n\ntry:\n    m.f()\nexcept ValueError:\n    pass\n"


def cell(source: str) -> dict:
    about = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    return about | {"source": source.splitlines(keepends=True)}


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    cells = [cell("x = 1\n"), cell("\n" + NEST), cell(HELD), cell(f"m\n{HELD[10:]}")]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook, indent=1))
    block = "> " + NEST.replace("\n", "\n> ")
    (tmp_path / "b.md").write_text(f"> ```python\n{block}```\n")
    return tmp_path


def report(name: str) -> str:
    options = ["--isolated", "--docs", "--output-format", name, "-o", "out", "-q"]
    assert main(["check", *options]) == 1
    return Path("out").read_text("utf-8")


def line_of(number: int) -> str:
    return Path("a.ipynb").read_text().splitlines()[number - 1].strip()


@pytest.mark.parametrize("name", formats())
def test_every_format_names_the_cell(name):
    text = report(name)
    assert "a.ipynb" in text
    assert "b.md" in text
    said = {"json": '"cell": 2', "json-lines": '"cell": 2', "html": '"k":2', "sarif": "(cell 2, "}
    said |= dict.fromkeys(("azure", "gitlab", "rdjson", "pylint"), "(cell 2, line 2)")
    assert said.get(name, "cell 2:2:1") in text


def test_json():
    first, second, third, last = json.loads(report("json"))
    assert (first["cell"], first["location"]) == (2, {"row": 2, "column": 1})
    assert [edit["cell"] for edit in first["fix"]["edits"]] == [2] * len(first["fix"]["edits"])
    assert [edit["cell"] for edit in second["fix"]["edits"]] == [3] * len(second["fix"]["edits"])
    # The import goes where the others are.
    assert {edit["cell"] for edit in third["fix"]["edits"]} == {3, 4}
    assert last["cell"] is None
    assert last["location"] == {"row": 2, "column": 3}
    assert all("cell" not in edit for edit in last["fix"]["edits"])


def test_sarif(sarif_multitool):
    log = json.loads(report("sarif"))
    schema = json.loads((sarif_multitool / "sarif-2.1.0.json").read_text("utf-8-sig"))
    jsonschema.validate(log, schema)
    first, *_, last = log["runs"][0]["results"]
    region = first["locations"][0]["physicalLocation"]["region"]
    assert set(region) == {"startLine", "endLine"}
    assert line_of(region["startLine"]) == '"with a:\\n",'
    assert "fixes" not in first
    assert last["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"] == {
        "startLine": 2, "startColumn": 1, "endLine": 5, "endColumn": 1,
    }  # fmt: skip


def test_lines_are_those_of_the_file():
    first, *_ = json.loads(report("gitlab"))
    assert line_of(first["location"]["lines"]["begin"]) == '"with a:\\n",'
    first, *_, last = json.loads(report("rdjson"))["diagnostics"]
    assert set(first["location"]["range"]["start"]) == {"line"}
    assert first["suggestions"] == []
    assert last["location"]["range"]["start"] == {"line": 2, "column": 3}
    assert last["suggestions"][0]["text"] == "> with a, b:\n>     pass\n"
    first, *_ = report("github").splitlines()
    assert line_of(int(first.partition("line=")[2].partition(",")[0])) == '"with a:\\n",'
    assert "col=" not in first


def test_junit(junit_xsd):
    text = report("junit")
    etree.XMLSchema(etree.parse(str(junit_xsd))).assertValid(etree.fromstring(text.encode()))
    assert "XIT101 collapsible-with at cell 2:2:1" in text


def test_the_excerpt_of_a_block():
    text = report("full")
    assert "2 | > with a:\n  |   ^^^^" in text
