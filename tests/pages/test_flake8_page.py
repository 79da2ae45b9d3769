"""docs/flake8.md: its settings and commands, run by flake8 itself."""

from __future__ import annotations

import subprocess
import sys

import page_reading
import pytest

PAGE = page_reading.page("flake8.md")
NESTED = "def f(a, b):\n    with a:\n        with b:\n            pass\n"
LOOP = (
    "def f(d, ks):\n    for k in ks:\n        try:\n            del d[k]\n"
    "        except KeyError:\n            pass\n"
)


@pytest.fixture
def project(tmp_path):
    [settings] = page_reading.blocks(PAGE, "ini")
    (tmp_path / "setup.cfg").write_text(settings.text)
    for name in ("src", "tests"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "nested.py").write_text(NESTED)
        (tmp_path / name / "loop.py").write_text(LOOP)
    return tmp_path


def flake8(folder, *arguments: str) -> list[str]:
    command = [sys.executable, "-m", "flake8", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode < 2, done.stderr
    assert not done.stderr
    return [" ".join(line.split()[:2]) for line in done.stdout.splitlines()]


def test_the_settings_are_understood(project):
    assert sorted(flake8(project)) == [
        "./src/loop.py:3:9: XIT302",
        "./src/nested.py:2:5: XIT101",
        "./tests/loop.py:3:9: XIT302",
    ]


def test_the_command_runs_only_ours(project):
    [_, command] = page_reading.blocks(PAGE, "sh")[0].text.splitlines()
    assert "src/nested.py:2:5: XIT101" in flake8(project, *command.split()[1:])


def test_selecting_others_leaves_ours_out(project):
    assert flake8(project, "--isolated", "--select", "E,F,W", "src") == []


@pytest.mark.parametrize("comment", ["noqa: XIT101", "exitstack: ignore[XIT101] reason"])
def test_comments(comment, project):
    path = project / "src" / "nested.py"
    path.write_text(NESTED.replace("with a:", f"with a:  # {comment}"))
    assert not flake8(project, "--select", "XIT", str(path))


def test_the_hook_is_valid(tmp_path):
    [snippet] = page_reading.blocks(PAGE, "yaml")
    path = tmp_path / ".pre-commit-config.yaml"
    path.write_text(snippet.text)
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
