"""The hooks, run by the real pre-commit in a repository that takes them from this checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from client_samples import CLEAN, HELD, MERGED, NEST, NOTEBOOK

ROOT = Path(__file__).parents[2]
NO_NETWORK = re.compile(
    r"NameResolution|Temporary failure in name resolution|Network is unreachable|"
    r"NewConnectionError|ConnectTimeout|Could not find a version that satisfies"
)


def environment(home: Path) -> dict[str, str]:
    # A hook's own variables would lead git into the repository that this suite runs for.
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    nothing = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return kept | nothing | {"PRE_COMMIT_HOME": str(home), "PRE_COMMIT_COLOR": "never"}


def run(*command: str, home: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=environment(home),
        timeout=500,
    )


@pytest.fixture(scope="module")
def hooks(tmp_path_factory):
    """Return where pre-commit keeps what it has installed, and the revision of the hooks."""
    home = tmp_path_factory.mktemp("pre-commit")
    head = run("git", "rev-parse", "HEAD", home=home, cwd=ROOT)
    if head.returncode != 0:
        pytest.skip("this is no git checkout: there is nothing to take hooks from")
    return home, head.stdout.strip()


@pytest.fixture
def repository(hooks, tmp_path):
    home, revision = hooks
    assert run("git", "init", "-q", home=home, cwd=tmp_path).returncode == 0
    (tmp_path / ".pre-commit-config.yaml").write_text(
        "repos:\n"
        f"- repo: {ROOT}\n  rev: {revision}\n"
        "  hooks:\n  - id: lint-exitstack-fix\n  - id: lint-exitstack\n"
    )
    (tmp_path / "pyproject.toml").write_text('[tool.lint-exitstack]\nexclude = ["legacy"]\n')
    return tmp_path


def pre_commit(hooks, repository: Path, *only: str) -> tuple[int, str]:
    home, _ = hooks
    assert run("git", "add", ".", home=home, cwd=repository).returncode == 0
    command = (sys.executable, "-m", "pre_commit", "run", *only)
    done = run(*command, home=home, cwd=repository)
    log = home / "pre-commit.log"
    said = done.stdout + done.stderr + (log.read_text() if log.exists() else "")
    if done.returncode != 0 and NO_NETWORK.search(said):
        pytest.skip("the hooks can't be installed: is there a network?")
    return done.returncode, done.stdout


def outcome(said: str, name: str) -> str:
    return re.search(rf"^{re.escape(name)}\.+(?:\(.*\))?(\w+)$", said, re.MULTILINE)[1]


@pytest.mark.slow
def test_both_hooks_do_their_work(hooks, repository):
    (repository / "nest.py").write_text(NEST)
    (repository / "held.py").write_text(HELD)
    (repository / "clean.pyi").write_text(CLEAN)
    (repository / "notes.txt").write_text(NEST)
    (repository / "cells.ipynb").write_text(json.dumps(NOTEBOOK, indent=1))
    (repository / "legacy").mkdir()
    (repository / "legacy" / "old.py").write_text(NEST)

    status, said = pre_commit(hooks, repository)
    assert status == 1
    assert outcome(said, "lint-exitstack --fix") == "Failed"
    assert "files were modified by this hook" in said
    assert (repository / "nest.py").read_text() == MERGED
    [cell] = json.loads((repository / "cells.ipynb").read_text())["cells"]
    assert cell["source"] == MERGED
    # What the settings exclude stays as it is although pre-commit names it; so does what's unsafe.
    assert (repository / "legacy" / "old.py").read_text() == NEST
    assert (repository / "held.py").read_text() == HELD
    assert "held.py:3:1: XIT301" in said
    assert "legacy" not in said

    (repository / "held.py").write_text(CLEAN)
    status, said = pre_commit(hooks, repository)
    assert status == 0
    assert outcome(said, "lint-exitstack --fix") == outcome(said, "lint-exitstack") == "Passed"


@pytest.mark.slow
def test_nothing_to_check_is_skipped(hooks, repository):
    (repository / "notes.txt").write_text("nothing\n")
    status, said = pre_commit(hooks, repository)
    assert status == 0
    assert outcome(said, "lint-exitstack") == "Skipped"


@pytest.mark.slow
@pytest.mark.parametrize("hook", ["lint-exitstack", "lint-exitstack-fix"])
def test_each_hook_passes_over_what_is_excluded(hooks, repository, hook):
    (repository / "legacy").mkdir()
    (repository / "legacy" / "old.py").write_text(NEST)
    status, said = pre_commit(hooks, repository, hook)
    assert (status, (repository / "legacy" / "old.py").read_text()) == (0, NEST)
    assert "Passed" in said
    # It's the settings that make the difference: without them the same file is found.
    (repository / "pyproject.toml").unlink()
    status, said = pre_commit(hooks, repository, hook)
    assert status == 1
    assert "Failed" in said
