"""docs/getting-started.md and docs/which-tool.md: commands, output and code as they stand there."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import tomllib

import page_reading
import pytest

from lint_exitstack import check_source
from lint_exitstack.rules import all_rules
from lint_exitstack.settings import Settings
from lint_exitstack.settings_keys import read_table

START = page_reading.page("getting-started.md")
CHOICE = page_reading.page("which-tool.md")
COMMANDS = [
    line
    for block in page_reading.blocks(START, "sh")
    for line in block.text.splitlines()
    if line.startswith("lint-exitstack")
]


@pytest.fixture
def in_demo(tmp_path, lint):
    """Run a command in a project of one's own, with the finding of the page."""
    nightly = page_reading.ROOT / "fixtures" / "demo" / "nightly"
    shutil.copytree(nightly, tmp_path, dirs_exist_ok=True)
    return lambda command: lint(*shlex.split(command)[1:])


def test_the_commands_run(in_demo):
    printed = {command: in_demo(command) for command in COMMANDS}
    assert len(printed) >= 9
    assert printed["lint-exitstack check --baseline check"] == "All checks passed.\n"
    assert "# deep-with (XIT102)" in printed["lint-exitstack rule deep-with"]


def test_the_finding_is_shown_as_it_is(in_demo):
    [shown] = page_reading.blocks(START, "text")
    assert shown.text in in_demo("lint-exitstack check --isolated")


def test_the_settings_are_understood():
    [snippet] = page_reading.blocks(START, "toml")
    table = tomllib.loads(snippet.text)["tool"]["lint-exitstack"]
    assert read_table(table, str, ".")["ignore"] == ("XIT104",)


def test_the_suppressed_finding_is_silent_and_would_be_one():
    shown, code = [block.text for block in page_reading.blocks(START, "python")]
    assert not check_source(shown)
    assert [one.code for one in check_source(re.sub("  # exitstack.*", "", shown))] == ["XIT101"]
    exec(compile(code, "getting-started.md", "exec"), {})


@pytest.mark.parametrize("code", [block.text for block in page_reading.blocks(CHOICE, "python")])
def test_what_is_recommended_is_not_reported(code):
    assert ast.parse(code).body
    every = Settings(select=("ALL",), target_version=(3, 11))
    assert not check_source(code, settings=every)


def test_the_table_names_every_family_that_has_a_tool_for_it():
    named = set(re.findall(r"\[(XIT\d+)\]", CHOICE))
    assert named <= {rule.code for rule in all_rules()}
    assert {code[:4] for code in named} == {f"XIT{family}" for family in range(1, 8)}
