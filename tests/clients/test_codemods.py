"""The commands in the real `libcst.tool`."""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from client_samples import HELD, MERGED, NEST
from libcst.codemod import (
    CodemodContext,
    TransformFailure,
    TransformSkip,
    TransformSuccess,
    transform_module,
)

import lint_exitstack.codemods
from lint_exitstack.codemods.all_families import Cleanup
from lint_exitstack.codemods.nested_with import NestedWith
from lint_exitstack.codemods.suppressing import Suppressing

COMMANDS = {
    "all_families.Cleanup",
    "definitions.Definitions",
    "exit_stacks.ExitStacks",
    "lifetimes.Lifetimes",
    "nested_with.NestedWith",
    "optional_contexts.OptionalContexts",
    "suppressing.Suppressing",
    "try_finally.TryFinally",
}


@pytest.fixture
def tool(project):
    (project / ".libcst.codemod.yaml").write_text("modules:\n  - lint_exitstack.codemods\n")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "libcst.tool", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=project)

    return run


def test_every_command_is_listed_with_a_description(tool):
    done = tool("list")
    assert done.returncode == 0
    listed = dict(line.split(" - ", 1) for line in done.stdout.splitlines())
    assert set(listed) == COMMANDS
    assert all(len(text) > 20 and text.endswith(".") for text in listed.values())
    assert len(set(listed.values())) == len(listed)


def test_every_family_has_its_command():
    package = Path(lint_exitstack.codemods.__file__).parent
    rules = package.with_name("rules")
    families = {path.name for path in rules.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert families - {"the_file"} <= {path.stem for path in package.glob("*.py")}


def test_a_command_without_arguments(tool, project):
    path = project / "a.py"
    path.write_text(HELD + NEST)
    done = tool("codemod", "nested_with.NestedWith", "--no-format", "a.py")
    assert done.returncode == 0, done.stderr
    assert path.read_text() == HELD + MERGED


def test_a_command_by_its_whole_name(tool, project):
    path = project / "a.py"
    path.write_text(NEST)
    (project / ".libcst.codemod.yaml").unlink()
    name = "lint_exitstack.codemods.nested_with.NestedWith"
    done = tool("codemod", "-x", name, "--no-format", "-j", "2", ".")
    assert done.returncode == 0, done.stderr
    assert path.read_text() == MERGED


@pytest.fixture
def package(project):
    """More files than processes, in a project that lists our module and nothing else."""
    (project / "package").mkdir()
    for name in "abcde":
        (project / "package" / f"{name}.py").write_text(NEST.replace("with a", f"with {name}"))
    (project / "package" / "clean.py").write_text("x = 1\n")
    return project / "package"


def test_two_processes_for_many_files(tool, package):
    done = tool("codemod", "nested_with.NestedWith", "--no-format", "-j", "2", "package")
    assert done.returncode == 0, done.stderr
    assert "Transformed 6 files successfully" in done.stderr
    assert "0 warnings" in done.stderr
    for name in "abcde":
        assert (package / f"{name}.py").read_text() == MERGED.replace("a,", f"{name},")
    assert (package / "clean.py").read_text() == "x = 1\n"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_diff_writes_nothing(tool, package, jobs):
    options = ("--unified-diff", "--no-format", "-j", jobs)
    done = tool("codemod", "nested_with.NestedWith", *options, "package")
    assert done.returncode == 0, done.stderr
    removed = re.findall(r"^-(with .*)$", done.stdout, re.MULTILINE)
    added = re.findall(r"^\+(with .*)$", done.stdout, re.MULTILINE)
    assert sorted(removed) == [f"with {name}:" for name in "abcde"]
    assert sorted(added) == [f"with {name}, b:" for name in "abcde"]
    for name in "abcde":
        assert (package / f"{name}.py").read_text() == NEST.replace("with a", f"with {name}")


def test_arguments(tool, project):
    path = project / "a.py"
    path.write_text(HELD + NEST)
    name = "all_families.Cleanup"
    options = ["--no-format", "--unsafe-fixes", "--select", "XIT3", "--target-version", "3.9"]
    done = tool("codemod", name, *options, "a.py")
    assert done.returncode == 0, done.stderr
    assert "with suppress(ValueError):" in path.read_text()
    assert path.read_text().endswith(NEST)


def test_mistakes_in_arguments(tool, project):
    (project / "a.py").write_text(NEST)
    name = "all_families.Cleanup"
    for option, value, said in (
        ("--select", "XIT77", "neither a code"),
        ("--target-version", "2.7", "must be a version"),
    ):
        done = tool("codemod", name, option, value, "a.py")
        assert done.returncode == 2
        assert said in done.stderr


def run(command, text: str, **about):
    return transform_module(
        command(CodemodContext(filename=about.pop("filename", None)), **about), text
    )


def test_families_keep_to_themselves():
    both = HELD + NEST
    assert run(NestedWith, both).code == HELD + MERGED
    assert run(Suppressing, both, unsafe_fixes=True).code.endswith(NEST)
    assert run(NestedWith, both, select=("XIT3",)).code == both
    changed = run(Cleanup, both, unsafe_fixes=True)
    assert isinstance(changed, TransformSuccess)
    assert changed.code.endswith(MERGED)
    ast.parse(changed.code)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_and_the_missing_one_are_kept(newline):
    text = (HELD + NEST).replace("\n", newline)[: -len(newline)]
    expected = (HELD + MERGED).replace("\n", newline)[: -len(newline)]
    assert run(NestedWith, text).code == expected


def test_the_projects_settings_count(project):
    path = project / "a.py"
    path.write_text(NEST)
    assert run(Cleanup, NEST, filename=str(path)).code == MERGED
    lint_exitstack.codemods._command._configuration.cache_clear()
    (project / "pyproject.toml").write_text('[tool.lint-exitstack]\nignore = ["XIT1"]\n')
    assert run(Cleanup, NEST, filename=str(path)).code == NEST


def test_a_mistake_in_the_settings_skips_the_file(project):
    lint_exitstack.codemods._command._configuration.cache_clear()
    (project / "pyproject.toml").write_text("[tool.lint-exitstack]\nselct = []\n")
    skipped = run(Cleanup, NEST, filename=str(project / "a.py"))
    assert isinstance(skipped, TransformSkip)
    assert 'did you mean "select"?' in skipped.skip_description


def test_what_libcst_cant_parse_is_its_failure():
    assert isinstance(run(Cleanup, "with a\n"), TransformFailure)


def test_arguments_are_checked_where_they_are_read():
    parser = argparse.ArgumentParser(exit_on_error=False)
    Cleanup.add_args(parser)
    given = parser.parse_args(["--select", "XIT1, suppressible", "--target-version", "py311"])
    assert (given.select, given.target_version) == (("XIT1", "suppressible"), "py311")
    assert given.unsafe_fixes is False
    for wrong in (["--select", "XIT77"], ["--target-version", "2.7"]):
        with pytest.raises(argparse.ArgumentError):
            parser.parse_args(wrong)


def test_what_python_cant_parse_is_skipped():
    # LibCST takes what the interpreter's own parser refuses.
    skipped = run(Cleanup, NEST + "x = " + "(" * 250 + ")" * 250 + "\n")
    assert isinstance(skipped, TransformSkip)
    assert "too many nested parentheses" in skipped.skip_description
