"""docs/hazards.md: each hazard has an example that is found, has just that hazard, and prints what it says."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import nbformat
import page_reading
import pytest
from behaviour.interpreters import find_interpreter

from lint_exitstack import check_source, fix_source
from lint_exitstack.model.finding import Fixability
from lint_exitstack.model.hazards import FORBIDS, MAY_DIFFER
from lint_exitstack.model.outcome import FileOutcome
from lint_exitstack.project.one_file import Mode, Task, process
from lint_exitstack.settings import Settings
from lint_exitstack.settings_keys import read_table

SECTIONS = page_reading.sections(page_reading.page("hazards.md"), 3)
# LibCST dies on what is too deep: there is no code to compare with.
WITHOUT_AFTER = {"too-deep"}
OF_NOTEBOOKS = "notebook-cell"
OF_MODULES = [name for name in SECTIONS if name != OF_NOTEBOOKS]


class Example(NamedTuple):
    """The blocks of a section."""

    settings: Settings
    code: dict[str, str]
    driver: str
    printed: str
    prose: str

    @property
    def is_cell(self) -> bool:
        """Whether the code is a cell of a notebook."""
        return self.code["before"].startswith("# %%\n")

    @property
    def file(self) -> str:
        """What the code's file is called: the name in its first line, if there is one."""
        named = re.match(r"# (\w+\.py)\n", self.code["before"])
        return named[1] if named else "example.py"


def example(hazard: str) -> Example:
    text = SECTIONS[hazard]
    tables = page_reading.blocks(text, "toml")
    table = tomllib.loads(tables[0].text)["tool"]["lint-exitstack"] if tables else {}
    *codes, driver = [block.text for block in page_reading.blocks(text, "python")]
    words = ("before",) if hazard in WITHOUT_AFTER else ("before", "after")
    [printed] = page_reading.blocks(text, "text")
    settings = Settings(**read_table(table, str, "."))
    return Example(settings, dict(zip(words, codes, strict=True)), driver, printed.text, text)


def fixed_notebook(shown: Example) -> FileOutcome:
    """What becomes of a notebook with the code as its only cell."""
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    cells = [cell | {"source": shown.code["before"]}]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    data = json.dumps(notebook).encode()
    name = "example.ipynb"
    return process(Task(name, name, shown.settings, Mode.FIX, unsafe=True, data=data))


def interpreter(driver: str) -> str:
    """The Python that runs it: ours, unless its first line wants another that is here."""
    wanted = re.match(r"# Python (3\.\d+) or (newer|older)\n", driver)
    if wanted is None:
        return sys.executable
    bound = tuple(map(int, wanted[1].split(".")))
    if wanted[2] == "newer" and sys.version_info[:2] >= bound:
        return sys.executable
    found = find_interpreter(wanted[1])
    if found is None:
        pytest.skip(f"there is no Python {wanted[1]} here")
    return found


def prints(shown: Example, code: str, folder: Path) -> str:
    """What the driver prints beside this code."""
    folder.mkdir()
    (folder / shown.file).write_text(code, "utf-8")
    (folder / "driver.py").write_text(shown.driver, "utf-8")
    if shown.file != "example.py":
        shutil.copy(contextlib.__file__, folder)
    # Without site-packages' own start-up code, which may have imported anything.
    done = subprocess.run(
        [interpreter(shown.driver), "-S", "driver.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(page_reading.ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    return done.stdout


def test_every_hazard_has_its_section_in_order():
    assert list(SECTIONS) == [*MAY_DIFFER, *FORBIDS]


@pytest.mark.parametrize("hazard", OF_MODULES)
def test_the_code_is_found_and_has_just_this_hazard(hazard, tmp_path):
    shown = example(hazard)
    path = tmp_path / shown.file
    if shown.file != "example.py":
        shutil.copy(contextlib.__file__, tmp_path)
    if shown.is_cell:
        [item] = fixed_notebook(shown).reported
        finding = item.finding
    else:
        [finding] = check_source(shown.code["before"], path=str(path), settings=shown.settings)
    assert [one.name for one in finding.hazards] == [hazard]
    where = ", in a cell" if shown.is_cell else ""
    assert f"Before{where} ([{finding.code}](rules/{finding.code}.md)):" in shown.prose
    expected = Fixability.NONE if hazard in FORBIDS else Fixability.UNSAFE
    assert finding.fixability is expected


@pytest.mark.parametrize("hazard", MAY_DIFFER)
def test_after_is_what_the_unsafe_fix_makes_of_before(hazard):
    shown = example(hazard)
    code = shown.code["before"]
    assert fix_source(code, settings=shown.settings, unsafe=True).source == shown.code["after"]
    assert fix_source(code, settings=shown.settings).source == code


@pytest.mark.parametrize("hazard", [name for name in OF_MODULES if name in FORBIDS])
def test_what_cannot_be_is_never_written(hazard, tmp_path):
    shown = example(hazard)
    path = str(tmp_path / shown.file)
    if shown.file != "example.py":
        shutil.copy(contextlib.__file__, tmp_path)
    code = shown.code["before"]
    if shown.is_cell:
        outcome = fixed_notebook(shown)
        assert json.loads(outcome.data)["cells"][0]["source"] == code
        assert not outcome.dropped
        return
    fixed = fix_source(code, path=path, settings=shown.settings, unsafe=True)
    assert fixed.source == code
    assert not fixed.failures


def test_a_cell_is_found_and_left_alone(tmp_path):
    cells = example(OF_NOTEBOOKS).code["before"].split("# %%\n")
    path = tmp_path / "example.ipynb"
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    nbformat.write(notebook, path)
    before = path.read_bytes()
    options = ("--isolated", "--fix", "--unsafe-fixes", "--output-format", "json")
    command = [sys.executable, "-m", "lint_exitstack", "check", *options, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    [finding] = json.loads(done.stdout)
    assert (finding["code"], finding["cell"], finding["fix"]) == ("XIT304", 2, None)
    assert [hazard["name"] for hazard in finding["hazards"]] == [OF_NOTEBOOKS]
    assert path.read_bytes() == before


@pytest.mark.parametrize("hazard", SECTIONS)
def test_the_driver_prints_what_the_page_shows(hazard, tmp_path):
    shown = example(hazard)
    printed = {word: prints(shown, code, tmp_path / word) for word, code in shown.code.items()}
    if hazard in WITHOUT_AFTER:
        assert printed["before"] == shown.printed
        return
    lines = [f"{word}: {line}\n" for word, text in printed.items() for line in text.splitlines()]
    assert "".join(lines) == shown.printed
    assert printed["before"] != printed["after"]
