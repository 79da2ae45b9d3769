"""Reports into files, and several at once."""

from __future__ import annotations

import json
import os
import stat
import sys
from importlib.machinery import PathFinder

import pytest
from client_samples import CLEAN, HELD, NEST


@pytest.fixture
def nest(project):
    (project / "a.py").write_text(NEST)
    return project


def test_a_report_into_a_file(run, nest):
    ran = run("check", "--output-format", "json", "-o", "report.json")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "Found 1 problem. [*] 1 fixable with `--fix`.\n"
    assert json.loads((nest / "report.json").read_text())[0]["code"] == "XIT101"
    assert run("check", "-o", "report.txt", "-q").err == ""
    assert (nest / "report.txt").read_text().startswith("a.py:1:1: XIT101 [*]")


def test_several_reports_of_one_run(run, nest):
    options = ("--output-format", "concise", "--output-format", "sarif=x.sarif")
    ran = run("check", *options, "--output-format", "junit=x.xml")
    assert ran.out.startswith("a.py:1:1: XIT101 [*]")
    assert ran.err == ""
    assert json.loads((nest / "x.sarif").read_text())["version"] == "2.1.0"
    assert (nest / "x.xml").read_text().startswith("<?xml")


def test_with_a_file_for_each_format_the_outcome_is_said(run, nest):
    ran = run("check", "--output-format", "gitlab=g.json", "--output-format", "json=j.json")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("Found 1 problem.")
    assert len(json.loads((nest / "g.json").read_text())) == 1


def test_statistics_and_a_report(run, nest):
    ran = run("check", "--statistics", "--output-format", "full", "--output-format", "json=j.json")
    assert ran.out.startswith("1  XIT101")
    assert len(json.loads((nest / "j.json").read_text())) == 1


def test_a_diff_into_a_file(run, nest):
    ran = run("check", "--diff", "-o", "x.diff")
    assert (ran.status, ran.out) == (1, "")
    assert (nest / "x.diff").read_text().startswith("--- a.py\n+++ a.py\n")


def test_files_have_no_colours(run, nest, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    ran = run("check", "--output-format", "concise=c", "--output-format", "full")
    assert "\x1b[" in ran.out
    assert "\x1b[" not in (nest / "c").read_text()


def test_silence_is_about_the_terminal(run, nest):
    ran = run("check", "-s", "-o", "out")
    assert (ran.out, ran.err) == ("", "")
    assert "XIT101" in (nest / "out").read_text()


def test_what_remains_after_fixing_is_in_the_report(run, nest):
    (nest / "a.py").write_text(HELD + NEST)
    run("check", "--fix", "--output-format", "json", "-o", "r.json")
    assert [item["code"] for item in json.loads((nest / "r.json").read_text())] == ["XIT301"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--output-format", "json", "--output-format", "full"], "give all but one format a file"),
        (["--output-format", "json=x", "-o", "y"], "every format has a file of its own"),
        (["--output-format", "json="], "lacks the name of a file"),
        (["--output-format", "sarf=x"], 'no format "sarf"'),
        (["--output-format", "sarif=x", "--output-format", "full", "-o", "./x"], "one file"),
        (["-o", "gone/x"], "the folder gone doesn't exist"),
        (["-o", "."], "is a folder"),
        (["--diff", "--output-format", "sarif=x"], "--diff: is shown instead"),
    ],
)
def test_mistakes_are_told_before_any_work(run, nest, options, said):
    ran = run("check", "--fix", *options) if "--diff" not in options else run("check", *options)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert (nest / "a.py").read_text() == NEST


@pytest.mark.skipif(sys.platform == "win32", reason="modes are for POSIX")
def test_reports_can_be_read_by_others(run, nest):
    old = os.umask(0o022)
    try:
        run("check", "--no-cache", "-o", "out")
    finally:
        os.umask(old)
    assert stat.S_IMODE((nest / "out").stat().st_mode) == 0o644
    (nest / "out").chmod(0o600)
    run("check", "--no-cache", "-o", "out")
    assert stat.S_IMODE((nest / "out").stat().st_mode) == 0o600
    assert sorted(path.name for path in nest.iterdir()) == ["a.py", "out"]


def test_a_report_to_a_device(run, nest):
    assert run("check", "-o", os.devnull).status == 1


def test_a_clean_report_is_written_too(run, project):
    (project / "a.py").write_text(CLEAN)
    assert run("check", "--output-format", "json", "-o", "out").status == 0
    assert (project / "out").read_text() == "[]\n"


class Without:
    """Python's own finder on a machine where the extra isn't installed."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        return None if name == "jinja2" else PathFinder.find_spec(name, path, target)


def test_what_isnt_installed_is_told_before_any_work(run, nest, monkeypatch):
    monkeypatch.delitem(sys.modules, "jinja2", raising=False)
    finders = [Without if finder is PathFinder else finder for finder in sys.meta_path]
    monkeypatch.setattr(sys, "meta_path", finders)
    ran = run("check", "--fix", "--output-format", "html", "-o", "r.html")
    assert ran.status == 2
    assert 'pip install "lint-exitstack[report]"' in ran.err
    assert (nest / "a.py").read_text() == NEST
