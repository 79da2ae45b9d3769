"""docs/adding-a-rule.md, step by step in a copy of the project."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys

import page_reading
import pytest

PAGE = page_reading.page("adding-a-rule.md")
MODULE = "lint_exitstack/rules/optional_contexts/idle_nullcontext.py"
COPIED = ("lint_exitstack", "tests/rules", "tests/behaviour", "docs")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project with the new rule and its fixtures, and no others."""
    root = tmp_path_factory.mktemp("project")
    left_out = shutil.ignore_patterns("__pycache__", "runtime_*")
    for part in COPIED:
        shutil.copytree(page_reading.ROOT / part, root / part, ignore=left_out)
    shared = [f"tests/{path.name}" for path in (page_reading.ROOT / "tests").glob("*.py")]
    for file in ("README.md", "pyproject.toml", *shared):
        shutil.copy(page_reading.ROOT / file, root / file)
    module, *fixtures = [block.text for block in page_reading.blocks(PAGE, "python")]
    (root / MODULE).write_text(module, "utf-8")
    for text in fixtures:
        first, rest = text.split("\n", 1)
        path = root / first.removeprefix("# ")
        path.parent.mkdir(parents=True, exist_ok=True)
        # The oracle reads the head of its programs; the snapshot counts this line, too.
        path.write_text(rest if "behaviour" in first else text, "utf-8")
    return root


def run(root, line: str) -> str:
    program, *arguments = shlex.split(line)
    command = ["-m", "lint_exitstack"] if program == "lint-exitstack" else []
    done = subprocess.run(
        [sys.executable, *command, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "PYTEST_ADDOPTS": "-p no:cacheprovider"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_page_names_the_module():
    assert f"`{MODULE}`" in PAGE


def test_every_step(project):
    snapshots, oracle, pages, rule = [
        line for block in page_reading.blocks(PAGE, "") for line in block.text.splitlines()
    ]
    assert " passed" in run(project, snapshots)
    [shown] = page_reading.blocks(PAGE, "text")
    assert (project / "fixtures/XIT499/basic.snap").read_text() == shown.text
    assert re.search(r"\b[1-9]\d* passed", run(project, oracle))
    run(project, pages)
    assert "XIT499: idle-nullcontext" in (project / "docs/rules/XIT499.md").read_text()
    assert "XIT499" in (project / "docs/rules/optional_contexts.md").read_text()
    assert run(project, rule).startswith("# idle-nullcontext (XIT499)")


def test_the_example_keeps_the_house_rules(project):
    run(project, f"python -m ruff check {MODULE}")
    run(project, f"python -m ruff format --check {MODULE}")
