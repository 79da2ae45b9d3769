"""`lint-exitstack check -`."""

from __future__ import annotations

import io
import json
import sys

import pytest
from client_samples import HELD, MERGED, NEST

from lint_exitstack.clients.cli import main


def test_checking(run_stdin):
    ran = run_stdin(NEST.encode(), "check", "-", "--output-format", "concise")
    assert (ran.status, ran.err) == (1, "")
    assert ran.out.startswith("-:1:1: XIT101 [*] ")


@pytest.mark.parametrize("option", ["--stdin-filename", "--stdin-display-name"])
def test_a_name_for_it(run_stdin, project, option):
    (project / "sub").mkdir()
    (project / "sub" / "pyproject.toml").write_text('[tool.lint-exitstack]\nselect = ["XIT3"]\n')
    named = run_stdin(NEST.encode(), "check", "-", option, "a.py", "--output-format", "json")
    [record] = json.loads(named.out)
    assert record["filename"] == str(project / "a.py")
    assert run_stdin(NEST.encode(), "check", "-", option, "sub/a.py").status == 0


def test_fixing_prints_the_source_and_reports_elsewhere(run_stdin):
    text = HELD + NEST
    ran = run_stdin(text.encode(), "check", "-", "--fix", "--output-format", "concise")
    assert ran.status == 1
    assert ran.out == HELD + MERGED
    assert ran.err.startswith("-:3:1: XIT301 ")


def test_bytes_come_out_as_they_went_in(project, monkeypatch, capsysbinary):
    data = b"\xef\xbb\xbfx = 1\r\n" + NEST.replace("\n", "\r\n").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert main(["check", "-", "--fix", "--silent"]) == 0
    out = capsysbinary.readouterr().out
    assert out == b"\xef\xbb\xbfx = 1\r\n" + MERGED.replace("\n", "\r\n").encode()


def test_what_cant_be_parsed_comes_out_unchanged(run_stdin):
    ran = run_stdin(b"with a\n", "check", "-", "--fix")
    assert (ran.status, ran.out) == (1, "with a\n")
    assert "XIT901" in ran.err


def test_a_diff(run_stdin):
    ran = run_stdin(NEST.encode(), "check", "-", "--diff", "--stdin-filename", "a.py")
    assert ran.status == 1
    assert ran.out.startswith("--- a.py\n+++ a.py\n")


def test_an_excluded_name(run_stdin):
    options = ["--stdin-filename", "gen/a.py", "--exclude", "gen", "--force-exclude"]
    ran = run_stdin(NEST.encode(), "check", "-", *options)
    assert (ran.status, ran.out) == (0, "")
    assert run_stdin(NEST.encode(), "check", "-", "--fix", *options).out == NEST


def test_adding_suppressions(run_stdin):
    ran = run_stdin(NEST.encode(), "check", "-", "--add-ignore")
    assert ran.status == 0
    assert ran.out.startswith("with a:  # exitstack: ignore[XIT101]\n")


def test_settings(run_stdin):
    assert "# for -" in run_stdin(b"", "check", "-", "--show-settings").out
