"""`--baseline write|check`."""

from __future__ import annotations

import json

import pytest
from client_samples import CLEAN, HELD, NEST

FILE = ".lint-exitstack-baseline.json"


@pytest.fixture
def old(run, project):
    """A project whose findings are written down."""
    (project / "sub").mkdir()
    (project / "a.py").write_text(NEST + NEST)
    (project / "sub" / "b.py").write_text(HELD)
    ran = run("check", "--baseline", "write")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err == f"Wrote 3 findings to {FILE}.\n"
    return project


def test_what_is_written_down_is_not_reported(run, old):
    ran = run("check", "--baseline", "check")
    assert (ran.status, ran.out) == (0, "All checks passed.\n")
    assert ran.err == "The baseline knows 3 findings.\n"
    assert run("check").status == 1


def test_it_survives_moves_of_lines(run, old):
    for name in ("a.py", "sub/b.py"):
        path = old / name
        path.write_text("import sys\n\n\n" + path.read_text().replace("pass", "pass  # so"))
    assert run("check", "--baseline", "check").status == 0


def test_new_findings_are_reported(run, old):
    path = old / "a.py"
    path.write_text(path.read_text() + "def f():\n    with a:\n        with b:\n            pass\n")
    ran = run("check", "--baseline", "check", "--output-format", "concise")
    assert ran.status == 1
    assert [line[:10] for line in ran.out.splitlines() if "XIT" in line] == ["a.py:8:5: "]


def test_the_same_again_is_new(run, old):
    path = old / "a.py"
    path.write_text(path.read_text() + NEST)
    ran = run("check", "--baseline", "check", "--output-format", "json")
    assert len(json.loads(ran.out)) == 1


def test_what_is_gone_is_told_and_forgotten(run, old):
    (old / "a.py").write_text(NEST)
    ran = run("check", "--baseline", "check")
    assert ran.status == 0
    assert "1 finding of the baseline no longer exist" in ran.err
    run("check", "--baseline", "write")
    (old / "a.py").write_text(NEST + NEST)
    assert run("check", "--baseline", "check").status == 1


def test_writing_a_part_keeps_the_rest(run, old):
    (old / "a.py").write_text(CLEAN)
    run("check", "--baseline", "write", "a.py")
    assert list(json.loads((old / FILE).read_text())["files"]) == ["sub/b.py"]
    (old / "sub" / "b.py").unlink()
    run("check", "--baseline", "write", "a.py")
    assert json.loads((old / FILE).read_text())["files"] == {}


def test_it_may_lie_elsewhere(run, old, monkeypatch):
    (old / FILE).rename(old / "sub" / "known.json")
    monkeypatch.chdir(old / "sub")
    ran = run("check", "--baseline", "write", "--baseline-file", "known.json", "..")
    assert ran.status == 0
    files = json.loads((old / "sub" / "known.json").read_text())["files"]
    assert list(files) == ["../a.py", "b.py"]
    assert run("check", "--baseline", "check", "--baseline-file", "known.json").status == 0


def test_it_has_no_places_and_is_written_the_same_again(run, old):
    before = (old / FILE).read_text()
    assert str(old) not in before
    (old / "a.py").write_text("\n\n" + (old / "a.py").read_text())
    run("check", "--baseline", "write")
    assert (old / FILE).read_text() == before


def test_broken_files_are_never_written_down(run, project):
    (project / "a.py").write_text("with a\n")
    ran = run("check", "--baseline", "write")
    assert ran.status == 1
    assert "XIT901" in ran.out
    assert run("check", "--baseline", "check").status == 1


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"version": 1, "files": {"a.py": [1]}}', None]
)
def test_a_baseline_that_cant_be_read(run, project, content):
    if content is not None:
        (project / FILE).write_text(content)
    ran = run("check", "--baseline", "check")
    assert (ran.status, ran.out) == (2, "")
    assert FILE in ran.err


@pytest.mark.parametrize("options", [["check", "--fix"], ["write", "--add-ignore"], ["check", "-"]])
def test_contradictions(run, project, options):
    assert run("check", "--baseline", *options).status == 2


def test_later_versions_are_refused(run, old):
    (old / FILE).write_text('{"version": 2}')
    assert "another version" in run("check", "--baseline", "check").err
