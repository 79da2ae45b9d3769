"""Notebooks and documents on the command line."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from client_samples import DOCUMENT, MERGED, NEST, NOTEBOOK

from lint_exitstack import containers

CONCISE = ("--output-format", "concise", "-q")
FIXED = DOCUMENT.replace(NEST, MERGED)


@pytest.fixture
def files(project):
    (project / "a.ipynb").write_text(json.dumps(NOTEBOOK, indent=1))
    (project / "b.md").write_text(DOCUMENT)
    (project / "c.rst").write_text(
        ".. code-block:: python\n\n"
        + NEST.replace("with a", "    with a").replace("\n ", "\n     ")
    )
    return project


@pytest.fixture
def bare(monkeypatch):
    """Take away what the extras bring."""
    monkeypatch.setitem(sys.modules, "nbformat", None)
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    containers.suffixes.cache_clear()
    yield
    containers.suffixes.cache_clear()


def places(ran) -> list[str]:
    return [line.split(": ")[0] for line in ran.out.splitlines()]


def test_notebooks_are_found_and_documents_on_request(run, files):
    assert places(run("check", *CONCISE)) == ["a.ipynb:cell 1:1:1"]
    everything = ["a.ipynb:cell 1:1:1", "b.md:4:1", "c.rst:3:5"]
    assert places(run("check", "--docs", *CONCISE)) == everything
    (files / "pyproject.toml").write_text("[tool.lint-exitstack]\ndocs = true\n")
    assert places(run("check", *CONCISE)) == everything
    assert places(run("check", "--no-docs", *CONCISE)) == everything[:1]
    assert run("check", "--show-files").out == "a.ipynb\nb.md\nc.rst\n"
    (files / "pyproject.toml").write_text('[tool.lint-exitstack]\nexclude = ["*.ipynb"]\n')
    assert places(run("check", *CONCISE)) == []


def test_documents_that_are_named(run, files):
    assert places(run("check", "b.md", "c.rst", *CONCISE)) == ["b.md:4:1", "c.rst:3:5"]


def test_fixing(run, files):
    ran = run("check", "--fix", "--docs", "--show-fixes")
    assert ran.status == 0
    assert "Found 3 problems (3 fixed, 0 remaining)." in ran.out
    assert (files / "b.md").read_text() == FIXED
    fixed = json.loads((files / "a.ipynb").read_text())
    assert fixed["cells"][0].pop("source") == MERGED
    assert run("check", "--fix", "--docs").out == "All checks passed.\n"


def test_without_the_extras(run, files, bare):
    (files / "d.py").write_text(NEST)
    assert places(run("check", "--docs", *CONCISE)) == ["c.rst:3:5", "d.py:1:1"]
    ran = run("check", "a.ipynb", "b.md", "d.py", *CONCISE)
    assert (ran.status, places(ran)) == (2, ["d.py:1:1"])
    assert ran.err == (
        'error: a.ipynb: needs nbformat: pip install "lint-exitstack[notebook]"\n'
        'error: b.md: needs markdown-it: pip install "lint-exitstack[docs]"\n'
    )


def test_stdin(run_stdin, files):
    data = (files / "a.ipynb").read_bytes()
    ran = run_stdin(data, "check", "-", "--stdin-filename", "x.ipynb", *CONCISE)
    assert places(ran) == ["x.ipynb:cell 1:1:1"]
    ran = run_stdin(data, "check", "-", "--stdin-filename", "x.ipynb", "--fix")
    assert ran.out == data.decode().replace(json.dumps(NEST), json.dumps(MERGED))
    ran = run_stdin(DOCUMENT.encode(), "check", "-", "--stdin-filename", "x.md", "--fix")
    assert ran.out == FIXED
    ran = run_stdin(b"{", "check", "-", "--stdin-filename", "x.ipynb", "--fix")
    assert (ran.status, ran.out) == (1, "{")


def test_diff(run, files):
    ran = run("check", "--diff", "--docs")
    assert ran.status == 1
    assert ran.out.startswith("--- a.ipynb:cell 1\n+++ a.ipynb:cell 1\n")
    assert "--- b.md\n+++ b.md\n" in ran.out
    assert (files / "b.md").read_text() == DOCUMENT
    # What concerns a document, `patch` can apply.
    only = run("check", "--diff", "b.md").out
    subprocess.run(["patch", "-s", "b.md"], input=only, text=True, check=True, cwd=files)
    assert (files / "b.md").read_text() == FIXED


def test_comments_that_suppress(run, files):
    ran = run("check", "--add-ignore", "--docs")
    assert "Added comments for 3 findings." in ran.err
    assert run("check", "--docs").out == "All checks passed.\n"
    assert "with a:  # exitstack: ignore[XIT101]\n" in (files / "b.md").read_text()
    [cell] = json.loads((files / "a.ipynb").read_text())["cells"]
    assert cell["source"].startswith("with a:  # exitstack: ignore[XIT101]\n")


def test_rules_left_out_by_path(run, files):
    (files / "pyproject.toml").write_text(
        '[tool.lint-exitstack]\ndocs = true\nper-file-ignores = { "*.ipynb" = ["XIT1"] }\n'
    )
    assert places(run("check", *CONCISE)) == ["b.md:4:1", "c.rst:3:5"]


def test_a_baseline(run, files):
    run("check", "--docs", "--baseline", "write")
    assert run("check", "--docs", "--baseline", "check").status == 0
    cells = [*NOTEBOOK["cells"], NOTEBOOK["cells"][0] | {"source": NEST.replace("b", "c")}]
    (files / "a.ipynb").write_text(json.dumps(NOTEBOOK | {"cells": cells[::-1]}, indent=2))
    (files / "b.md").write_text("# New\n\n" + DOCUMENT)
    ran = run("check", "--docs", "--baseline", "check", *CONCISE)
    assert places(ran) == ["a.ipynb:cell 1:1:1"]


def test_changed_lines(run, files, monkeypatch):
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    source = {"source": NEST.splitlines(keepends=True)}
    cells = [NOTEBOOK["cells"][0] | source, NOTEBOOK["cells"][0] | source]
    text = json.dumps(NOTEBOOK | {"cells": cells}, indent=1)
    (files / "a.ipynb").write_text(text)
    (files / "b.md").write_text(DOCUMENT * 2)
    who = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "one")):
        subprocess.run(["git", *who, *command], check=True, cwd=files)
    options = ("--docs", "--changed-since", "HEAD", "--changed-lines", *CONCISE)
    assert places(run("check", *options)) == []
    head, _, tail = text.rpartition("with b:")
    (files / "a.ipynb").write_text(f"{head}with c:{tail}")
    (files / "b.md").write_text(DOCUMENT + DOCUMENT.replace("with b", "with c"))
    assert places(run("check", *options)) == ["a.ipynb:cell 2:1:1", "b.md:11:1"]


def test_a_file_that_isnt_one(run, project):
    (project / "a.ipynb").write_text("{}")
    ran = run("check", *CONCISE)
    assert ran.status == 1
    assert ran.out.startswith("a.ipynb:1:1: XIT902 this notebook has format 1")
    assert run("check", "--ignore", "XIT902", *CONCISE).status == 0
