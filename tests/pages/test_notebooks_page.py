"""docs/notebooks.md: its session, run; what it lists, held against the code."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import page_reading

from lint_exitstack.containers import magics, rest

PAGE = page_reading.page("notebooks.md")
CELLS = (
    "%matplotlib inline\nimport os",
    '%%time\ntry:\n    os.remove("trip.png")\nexcept FileNotFoundError:\n    pass',
)


def notebook() -> dict:
    about = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    text = {"cell_type": "markdown", "metadata": {}, "source": ["# A trip"]}
    cells = [text, *(about | {"source": source} for source in CELLS)]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def test_the_session(tmp_path):
    (tmp_path / "trip.ipynb").write_text(json.dumps(notebook(), indent=1))
    [session] = page_reading.blocks(PAGE, "console")
    said = ""
    for command in re.findall(r"^\$ lint-exitstack (.*)$", session.text, re.MULTILINE):
        said += f"$ lint-exitstack {command}\n"
        program = [sys.executable, "-m", "lint_exitstack", *command.split()]
        done = subprocess.run(
            program,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert done.returncode == 1
        said += done.stdout
    # What goes to stderr may come first where both go to one place.
    assert sorted(said.splitlines()) == sorted(session.text.splitlines())


def test_the_magics_whose_cells_are_python():
    [listed] = re.findall(r"under (.*?) are Python", PAGE, re.DOTALL)
    assert set(re.findall(r"`%%(\w+)`", listed)) == magics._PYTHON_CELLS


def test_the_directives():
    [row] = [line for line in PAGE.splitlines() if line.startswith("| reStructuredText")]
    names = re.findall(r"`([a-z-]+)`", row)
    assert {*rest._NAMED, *rest._ALWAYS, "highlight"} == set(names)
