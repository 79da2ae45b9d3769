"""`lint-exitstack check`: what it prints, writes and returns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from client_samples import CLEAN, HELD, MERGED, NEST


def test_clean(run, project):
    (project / "a.py").write_text(CLEAN)
    assert run("check") == run("check", "a.py")
    ran = run("check")
    assert (ran.status, ran.out, ran.err) == (0, "All checks passed.\n", "")


def test_findings(run, project):
    (project / "a.py").write_text(NEST)
    ran = run("check", "--output-format", "concise")
    assert ran.status == 1
    assert ran.out == (
        "a.py:1:1: XIT101 [*] 2 nested `with` statements can be one\n"
        "Found 1 problem. [*] 1 fixable with `--fix`.\n"
    )
    assert ran.err == ""


def test_a_missing_path_costs_nothing_but_the_exit_code(run, project):
    (project / "a.py").write_text(NEST)
    ran = run("check", "gone.py", "a.py")
    assert ran.status == 2
    assert ran.err == "error: gone.py: there is no such file or folder\n"
    assert "a.py:1:1: XIT101" in ran.out


def test_files_that_cant_be_checked_are_findings(run, project):
    (project / "a.py").write_text("with a\n")
    (project / "b.py").write_bytes(b"\0")
    (project / "c.py").write_text(NEST)
    ran = run("check", "--output-format", "concise")
    assert ran.status == 1
    assert [line.split(": ")[1].split()[0] for line in ran.out.splitlines()[:3]] == [
        "XIT901",
        "XIT902",
        "XIT101",
    ]


def test_fixing(run, project):
    path = project / "a.py"
    path.write_text(NEST)
    ran = run("check", "--fix")
    assert (ran.status, path.read_text()) == (0, MERGED)
    assert ran.out == "Found 1 problem (1 fixed, 0 remaining).\n"
    assert run("check", "--fix").out == "All checks passed.\n"


def test_what_remains_after_fixing_counts(run, project):
    path = project / "a.py"
    path.write_text(HELD + NEST)
    ran = run("check", "--fix", "--output-format", "concise")
    assert (ran.status, path.read_text()) == (1, HELD + MERGED)
    assert ran.out == (
        "a.py:3:1: XIT301 this `try` only ignores exceptions\n"
        "Found 2 problems (1 fixed, 1 remaining). 1 more with `--unsafe-fixes`.\n"
    )
    ran = run("check", "--fix", "--unsafe-fixes")
    assert ran.status == 0
    assert "suppress" in path.read_text()


def test_unsafe_fixes_count_as_fixable_when_they_are_asked_for(run, project):
    (project / "a.py").write_text(HELD)
    ran = run("check", "--unsafe-fixes", "--output-format", "concise")
    assert "XIT301 [*]" in ran.out
    assert "[*] 1 fixable with `--fix --unsafe-fixes`" in ran.out
    assert "XIT301 [*]" not in run("check", "--output-format", "concise").out


def test_a_diff(run, project):
    path = project / "a.py"
    path.write_text(NEST)
    ran = run("check", "--diff")
    assert (ran.status, path.read_text()) == (1, NEST)
    assert ran.out.startswith("--- a.py\n+++ a.py\n@@ ")
    assert ran.err == "Would fix 1 problem in 1 file.\n"
    path.write_text(HELD)
    assert run("check", "--diff").status == 0
    assert run("check", "--diff", "--unsafe-fixes").status == 1
    assert run("check", "--diff", "--unsafe-fixes", "--exit-zero").status == 0
    assert path.read_text() == HELD


def test_a_diff_can_be_applied(run, project):
    path = project / "a.py"
    path.write_text(HELD + NEST + "y = 1")
    patch = run("check", "--diff", "--unsafe-fixes").out
    command = ["git", "apply", "--unsafe-paths", "-p0", "-"]
    subprocess.run(command, input=patch.encode(), cwd=project, check=True)
    applied = path.read_text()
    path.write_text(HELD + NEST + "y = 1")
    run("check", "--fix", "--unsafe-fixes")
    assert path.read_text() == applied


def test_exit_codes_on_request(run, project):
    path = project / "a.py"
    path.write_text(NEST)
    assert run("check", "--exit-zero").status == 0
    assert run("check", "--fix", "--exit-non-zero-on-fix").status == 1
    assert run("check", "--fix", "--exit-non-zero-on-fix").status == 0
    path.write_text(HELD + NEST)
    ran = run("check", "--fix-only")
    assert (ran.status, ran.out, ran.err) == (0, "", "Fixed 1 problem in 1 file.\n")
    assert path.read_text() == HELD + MERGED


@pytest.mark.parametrize(
    ("table", "options", "fixed"),
    [
        ("", [], {"XIT101", "XIT301"}),
        ("", ["--fixable", "XIT1"], {"XIT101"}),
        ("", ["--unfixable", "collapsible-with"], {"XIT301"}),
        ("", ["--fixable", "XIT1", "--extend-fixable", "suppressible"], {"XIT101", "XIT301"}),
        ("", ["--fixable", "ALL", "--unfixable", "XIT"], set()),
        ("", ["--unfixable", "XIT", "--fixable", "XIT101"], {"XIT101"}),
        ('fixable = ["XIT3"]', [], {"XIT301"}),
        ('fixable = ["XIT3"]', ["--fixable", "XIT1"], {"XIT101"}),
        ('fixable = ["XIT3"]', ["--extend-fixable", "XIT1"], {"XIT101", "XIT301"}),
        ('fixable = ["XIT3"]', ["--unfixable", "XIT3"], set()),
        ('unfixable = ["XIT3"]', [], {"XIT101"}),
        ('unfixable = ["XIT3"]', ["--extend-fixable", "XIT3"], {"XIT101", "XIT301"}),
        ('unfixable = ["XIT3"]', ["--fixable", "ALL"], {"XIT101", "XIT301"}),
        ('unfixable = ["XIT3"]\nextend-fixable = ["XIT301"]', [], {"XIT101", "XIT301"}),
    ],
)
def test_what_is_fixed_can_be_chosen(run, project, table, options, fixed):
    (project / "a.py").write_text(HELD + NEST)
    (project / "pyproject.toml").write_text(f"[tool.lint-exitstack]\n{table}\n")
    shown = json.loads(run("check", "--unsafe-fixes", "--output-format", "json", *options).out)
    assert {row["code"] for row in shown} == {"XIT101", "XIT301"}
    assert {row["code"] for row in shown if row["fix"]} == fixed
    ran = run("check", "--fix", "--unsafe-fixes", "--output-format", "json", *options)
    assert {row["code"] for row in json.loads(ran.out)} == {"XIT101", "XIT301"} - fixed


def test_a_finding_that_is_not_to_be_fixed_looks_like_one_without_a_fix(run, project):
    (project / "a.py").write_text(HELD)
    ran = run("check", "--unfixable", "XIT301", "--unsafe-fixes")
    assert "unsafe because" not in ran.out
    assert ran.out.endswith("\nFound 1 problem.\n")


@pytest.mark.parametrize("option", ["--ignore-noqa", "--disable-noqa"])
def test_comments_that_suppress_can_be_ignored(run, project, option):
    path = project / "a.py"
    text = NEST.replace(":", ":  # noqa: XIT101, XIT301", 1)
    path.write_text(text)
    assert run("check", "--ignore", "XIT001").status == 0
    ran = run("check", option, "--output-format", "concise")
    assert [line.split()[1] for line in ran.out.splitlines()] == ["XIT101", "1"]
    assert run("check", option, "--fix").status == 0
    merged = "with (\n    a,  # noqa: XIT101, XIT301\n    b,\n):\n    pass\n"
    assert path.read_text() == merged
    assert run("check", option, "--add-ignore").status == 2


def test_fixes_are_listed_on_request(run, project):
    (project / "a.py").write_text(NEST + NEST)
    (project / "b.py").write_text(CLEAN)
    ran = run("check", "--fix", "--show-fixes")
    assert "Fixed in a.py:\n  2 x XIT101 (collapsible-with)\n" in ran.out
    assert "b.py" not in ran.out


def test_statistics(run, project):
    (project / "a.py").write_text(NEST + NEST + HELD)
    ran = run("check", "--statistics")
    assert ran.status == 1
    assert ran.out.splitlines() == [
        "2  XIT101  [*]  collapsible-with",
        "1  XIT301  [ ]  suppressible",
        "[*] fixable with `--fix`; [-] some of them",
        "Found 3 problems. [*] 2 fixable with `--fix`. 1 more with `--unsafe-fixes`.",
    ]
    counts = json.loads(run("check", "--statistics", "--output-format", "json").out)
    assert [(row["code"], row["count"], row["fixable_count"]) for row in counts] == [
        ("XIT101", 2, 2),
        ("XIT301", 1, 0),
    ]


def test_quiet_and_silent(run, project):
    (project / "a.py").write_text(NEST)
    quiet = run("check", "-q", "--output-format", "concise")
    assert (quiet.status, quiet.out.count("\n")) == (1, 1)
    silent = run("check", "--silent", "gone.py", "a.py")
    assert (silent.status, silent.out) == (2, "")
    assert "gone.py" in silent.err


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ([], {"XIT101", "XIT301"}),
        (["--select", "XIT1"], {"XIT101"}),
        (["--select", "suppressible,XIT102"], {"XIT301"}),
        (["--ignore", "XIT101"], {"XIT301"}),
        (["--extend-ignore", "collapsible-with"], {"XIT301"}),
        (["--ignore", "XIT1", "--ignore", "XIT3"], set()),
        (["--select", "XIT102", "--extend-select", "collapsible-with"], {"XIT101"}),
        (["--per-file-ignores", "a.py:XIT1"], {"XIT301"}),
        (["--per-file-ignores", "a.py:XIT1 *.py:XIT301"], set()),
        (["--extend-per-file-ignores", "b.py:XIT1"], {"XIT101", "XIT301"}),
        (["--config", 'select = ["XIT3"]'], {"XIT301"}),
        (["--config", "other.toml"], {"XIT101"}),
        (["--config", 'select = ["XIT3"]', "--select", "XIT1"], {"XIT101"}),
        (["--no-cache"], {"XIT101", "XIT301"}),
        (["-j", "2"], {"XIT101", "XIT301"}),
    ],
)
def test_rules_are_selected(run, project, options, codes):
    (project / "a.py").write_text(NEST + HELD)
    (project / "other.toml").write_text('[tool.lint-exitstack]\nselect = ["XIT1"]\n')
    found = json.loads(run("check", "--output-format", "json", *options).out)
    assert {record["code"] for record in found} == codes


def test_the_nearest_configuration_counts_unless_isolated(run, project):
    (project / "a.py").write_text(NEST + HELD)
    (project / "pyproject.toml").write_text('[tool.lint-exitstack]\nselect = ["XIT1"]\n')
    assert "XIT301" not in run("check").out
    assert "XIT301" in run("check", "--isolated").out
    assert "XIT301" in run("check", "--select", "ALL").out


def test_the_target_version_counts(run, project):
    long = "a" * 50
    (project / "a.py").write_text(f"with {long}:\n    with {long}:\n        pass\n")
    assert run("check", "--target-version", "3.8").status == 0
    assert run("check", "--target-version", "py310").status == 1
    assert run("check", "--target-version", "3.8", "--line-length", "200").status == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--select", "XIT77"], '--select: "XIT77" is neither a code'),
        (["--line-length", "5"], "--line-length: line-length must be a whole number"),
        (["--target-version", "2.7"], "--target-version: target-version must be a version"),
        (["--per-file-ignores", "nonsense"], 'must look like "tests/*:XIT1,XIT301"'),
        (["--config", "gone.toml"], "gone.toml: can't be read"),
        (["--config", "a: b"], "neither a file nor"),
        (["--config", "o.toml", "--config", "p.toml"], "only one file"),
        (["--config", "o.toml", "--isolated"], "contradicts"),
        (["--add-ignore", "--fix"], "can't be combined"),
        (["-", "a.py"], "together with other paths"),
        (["--stdin-filename", "a.py"], "without the path -"),
        (["-j", "-1"], "--jobs: must be"),
        (["--output-format", "xml"], 'there is no format "xml"'),
        (["--sel", "XIT1"], "unrecognized arguments"),
    ],
)
def test_mistakes_in_the_call(run, project, options, said):
    (project / "a.py").write_text(NEST)
    ran = run("check", *options)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_mistake_in_the_configuration(run, project):
    (project / "a.py").write_text(NEST)
    (project / "pyproject.toml").write_text("[tool.lint-exitstack]\nselct = []\n")
    ran = run("check")
    assert ran.status == 2
    place = project / "pyproject.toml"
    assert ran.err == (
        f'error: {place}:2: tool.lint-exitstack: unknown key "selct"; did you mean "select"?\n'
    )


def test_a_file_that_cant_be_written(run, project):
    for name in "abc":
        (project / f"{name}.py").write_text(NEST)
    (project / "b.py").chmod(0o444)
    ran = run("check", "--fix", "--output-format", "concise")
    assert ran.status == 2
    assert ran.err == "error: b.py: is read-only; nothing was changed\n"
    assert [(project / f"{name}.py").read_text() for name in "abc"] == [MERGED, NEST, MERGED]
    assert "b.py:1:1: XIT101" in ran.out


def test_nothing_to_check_is_said(run, project):
    ran = run("check")
    assert (ran.status, ran.err) == (
        0,
        "warning: no Python files were found below the given paths\n",
    )


def test_the_files_can_be_listed(run, project):
    for name in ("b.py", "a.py", "c.txt"):
        (project / name).write_text(NEST)
    ran = run("check", "--show-files", "--extend-exclude", "b.py")
    assert (ran.status, ran.out) == (0, "a.py\n")


def test_excluded_files(run, project):
    (project / "gen").mkdir()
    (project / "gen" / "a.py").write_text(NEST)
    assert run("check", "--exclude", "gen").status == 0
    assert run("check", "--exclude", "gen", "gen/a.py").status == 1
    assert run("check", "--exclude", "gen", "--force-exclude", "gen/a.py").status == 0


def test_settings_can_be_shown(run, project):
    (project / "a.py").write_text(NEST)
    (project / "pyproject.toml").write_text(
        '[project]\nrequires-python = ">=3.9"\n[tool.lint-exitstack]\nline-length = 99\n'
    )
    lines = run("check", "--show-settings", "--select", "XIT1").out.splitlines()
    assert lines[:2] == ["# for a.py", f"# from {project / 'pyproject.toml'}"]
    assert {'select = ["XIT1"]', "line-length = 99", 'target-version = "3.9"'} <= set(lines)


def test_suppressions_are_added(run, project):
    path = project / "a.py"
    path.write_text(NEST)
    ran = run("check", "--add-ignore=not yet", "a.py")
    assert (ran.status, ran.err) == (0, "Added comments for 1 finding.\n")
    assert path.read_text().startswith("with a:  # exitstack: ignore[XIT101] not yet\n")
    assert run("check", "--add-ignore", "a.py").err == "Added comments for 0 findings.\n"
    assert run("check").status == 0


def test_colour_on_request_only(run, project, monkeypatch):
    (project / "a.py").write_text(NEST)
    assert "\x1b[" not in run("check").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("check").out
    assert "\x1b[" in run("check", "gone.py").err
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("check").out


def test_the_program_as_a_module(project):
    (project / "a.py").write_text(NEST)
    command = [sys.executable, "-m", "lint_exitstack", "check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=project)
    assert (done.returncode, done.stderr) == (1, "")
    assert "XIT101" in done.stdout
    script = Path(sys.executable).with_name("lint-exitstack")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("lint-exitstack 0.")


def test_a_reader_who_has_seen_enough(project):
    # More than a pipe holds.
    (project / f"{'a' * 200}.py").write_text(NEST * 400)
    command = f"{sys.executable} -m lint_exitstack check --output-format concise | head -n 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_an_odd_name_can_be_printed(project):
    name = os.fsdecode(b"caf\xe9.py")
    (project / name).write_text(NEST)
    command = [sys.executable, "-m", "lint_exitstack", "check", "--output-format", "concise"]
    done = subprocess.run(command, capture_output=True, check=False, cwd=project)
    assert done.returncode == 1
    assert done.stdout.startswith(b"caf\\udce9.py:1:1: XIT101")
