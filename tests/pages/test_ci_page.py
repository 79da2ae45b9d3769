"""What docs/ci.md says: snippets that the services accept, commands that exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from lint_exitstack.clients.arguments import parse
from lint_exitstack.clients.outputs import outputs

PAGE = (Path(__file__).parents[2] / "docs" / "ci.md").read_text("utf-8")
SNIPPETS = re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE, re.DOTALL)
SCHEMAS = {
    ".github/workflows/exitstack.yml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
}


def commands() -> list[str]:
    found = re.findall(
        r"(?:^    |run: |- )(lint-exitstack check.*?)(?:  +#.*)?$", PAGE, re.MULTILINE
    )
    assert len(found) >= 6
    return found


@pytest.mark.parametrize("command", commands())
def test_commands_are_understood(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outputs(parse(shlex.split(command)[1:]))


@pytest.mark.parametrize(("name", "text"), SNIPPETS, ids=[name for name, _ in SNIPPETS])
def test_snippets_are_what_the_services_take(name, text, tmp_path):
    path = tmp_path / Path(name).name
    path.write_text(text)
    if name in SCHEMAS:
        command = ["check_jsonschema", "--builtin-schema", SCHEMAS[name]]
    else:
        command = ["pre_commit", "validate-config"]
    done = subprocess.run(
        [sys.executable, "-m", *command, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
