"""`check --watch`, run for real while files change."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
import terminals
from cache_runs import POISON, poison, program as cached_program
from client_samples import CLEAN, HELD, MERGED, NEST

pexpect = pytest.importorskip("pexpect")
popen_spawn = pytest.importorskip("pexpect.popen_spawn")
pyte = pytest.importorskip("pyte")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals and terminals of POSIX")

PROGRAM = (sys.executable, "-m", "lint_exitstack", "check", "--watch")
BOUND_S = 60


class Watching:
    """A running program, and what it says."""

    def __init__(self, folder, *arguments: str) -> None:
        self.child = popen_spawn.PopenSpawn(
            [*PROGRAM, "--output-format", "concise", *arguments],
            cwd=str(folder),
            encoding="utf-8",
            timeout=BOUND_S,
            preexec_fn=lambda: os.dup2(1, 2),
        )

    def look(self) -> tuple[str, str]:
        """Return what the next look shows: the report, and how many files it examined."""
        self.child.expect(r"\[\d\d:\d\d:\d\d\] Looked at (\d+ of \d+ files?) in [\d.]+ s\. .*\n")
        return self.child.before, self.child.match[1]

    def end(self) -> tuple[int, str]:
        self.child.kill(2)
        self.child.expect(pexpect.EOF)
        return self.child.wait(), self.child.before


@pytest.fixture
def watching(project):
    """Start the program in the project; it is ended behind the test."""
    started = []

    def start(*arguments: str) -> Watching:
        started.append(Watching(project, *arguments))
        return started[-1]

    yield start
    for each in started:
        if each.child.proc.poll() is None:
            each.end()
        each.child.proc.stdin.close()
        each.child.proc.stdout.close()


def put(path, text: str) -> None:
    """Write a file in one step, as editors do: half of it would be a change of its own."""
    path.with_name("half.tmp").write_text(text)
    path.with_name("half.tmp").replace(path)


def places(report: str) -> list[str]:
    return re.findall(r"^(\S+\.py):\d+:\d+: XIT", report, re.MULTILINE)


def test_what_changes_is_examined_again(project, watching):
    put(project / "a.py", NEST)
    put(project / "b.py", NEST)
    program = watching()
    report, examined = program.look()
    assert (places(report), examined) == (["a.py", "b.py"], "2 of 2 files")
    put(project / "a.py", CLEAN)
    report, examined = program.look()
    assert (places(report), examined) == (["b.py"], "1 of 2 files")
    assert "Found 1 problem." in report
    assert "\x1b" not in report
    assert program.end() == (130, "\nStopped watching.\n")


def test_files_come_and_go(project, watching):
    (project / ".git").mkdir()
    put(project / ".gitignore", "made_*.py\n")
    put(project / "a.py", NEST)
    program = watching()
    program.look()
    put(project / "made_by_machine.py", NEST)
    put(project / "notes.txt", "nothing of interest")
    put(project / "b.py", NEST)
    report, examined = program.look()
    assert (places(report), examined) == (["a.py", "b.py"], "1 of 2 files")
    (project / "b.py").rename(project / "c.py")
    report, examined = program.look()
    assert (places(report), examined) == (["a.py", "c.py"], "1 of 2 files")
    (project / "a.py").unlink()
    report, examined = program.look()
    assert (places(report), examined) == (["c.py"], "0 of 1 file")
    put(project / ".gitignore", "")
    report, examined = program.look()
    assert (places(report), examined) == (["c.py", "made_by_machine.py"], "1 of 2 files")


def test_folders_come_and_go(project, watching):
    (project / "old.d").mkdir()
    put(project / "old.d" / "a.py", NEST)
    (project / "build").mkdir()
    program = watching()
    assert places(program.look()[0]) == ["old.d/a.py"]
    (project / "old.d").rename(project / "new.d")
    report, examined = program.look()
    assert (places(report), examined) == (["new.d/a.py"], "1 of 1 file")
    (project / "new.d").rename(project / "build" / "new.d")
    assert program.look()[1] == "0 of 0 files"


def test_another_configuration_counts_for_all(project, watching):
    put(project / "a.py", NEST)
    put(project / "b.py", HELD)
    program = watching()
    assert places(program.look()[0]) == ["a.py", "b.py"]
    settings = project / "pyproject.toml"
    put(settings, '[tool.lint-exitstack]\nselect = ["XIT1"]\n')
    report, examined = program.look()
    assert (places(report), examined) == (["a.py"], "2 of 2 files")
    put(settings, '[tool.lint-exitstack]\nselct = ["XIT1"]\n')
    report, _ = program.look()
    assert 'unknown key "selct"' in report
    assert "All checks passed" not in report
    settings.unlink()
    assert places(program.look()[0]) == ["a.py", "b.py"]


def test_configuration_above_what_is_watched(project, watching):
    (project / "src").mkdir()
    put(project / "src" / "a.py", NEST)
    program = watching("src")
    assert places(program.look()[0]) == ["src/a.py"]
    put(project / "pyproject.toml", '[tool.lint-exitstack]\nignore = ["XIT101"]\n')
    assert places(program.look()[0]) == []
    put(project / "lint-exitstack.toml", "ignore = []\n")
    assert places(program.look()[0]) == ["src/a.py"]


def test_editors_that_replace_a_named_file(project, watching):
    put(project / "tool", NEST)
    program = watching("tool")
    assert "tool:1:1: XIT101" in program.look()[0]
    put(project / "swap", CLEAN)
    (project / "swap").replace(project / "tool")
    report, examined = program.look()
    assert (report, examined) == ("All checks passed.\n", "1 of 1 file")


def test_fixes_are_no_news(project, watching):
    put(project / "a.py", NEST)
    put(project / "b.py", HELD)
    program = watching("--fix")
    report, _ = program.look()
    assert "Found 2 problems (1 fixed, 1 remaining)." in report
    assert (project / "a.py").read_text() == MERGED
    put(project / "b.py", NEST)
    # The very next look is due to this change, and not to what was written before.
    report, examined = program.look()
    assert (report, examined) == ("Found 1 problem (1 fixed, 0 remaining).\n", "1 of 2 files")
    assert (project / "b.py").read_text() == MERGED
    put(project / "c.py", CLEAN)
    assert program.look() == ("All checks passed.\n", "1 of 3 files")


def test_a_report_in_a_file_is_kept_up_to_date(project, watching):
    put(project / "a.py", NEST)
    program = watching("-o", "report.txt")
    program.look()
    assert places((project / "report.txt").read_text()) == ["a.py"]
    put(project / "a.py", CLEAN)
    program.look()
    assert places((project / "report.txt").read_text()) == []


def test_a_terminal_shows_the_last_look(project):
    put(project / "a.py", NEST)
    put(project / "b.py", NEST)
    screen = pyte.Screen(100, 30)
    stream = pyte.Stream(screen)
    command, *arguments = [*PROGRAM, "--output-format", "concise"]
    child = pexpect.spawn(
        command,
        arguments,
        cwd=str(project),
        env=terminals.environment(COLUMNS="100"),
        dimensions=(30, 100),
        encoding="utf-8",
        timeout=BOUND_S,
    )
    child.expect("Ctrl-C ends it.")
    stream.feed(child.before + child.after)
    assert any("a.py:1:1: XIT101" in line for line in screen.display)
    put(project / "a.py", CLEAN)
    child.expect("Ctrl-C ends it.")
    stream.feed(child.before + child.after)
    shown = [line.rstrip() for line in screen.display if line.strip()]
    assert shown[0].startswith("b.py:1:1: XIT101")
    assert shown[1].startswith("Found 1 problem.")
    assert "Looked at 1 of 2 files" in shown[2]
    child.sendintr()
    child.expect("Stopped watching.")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-"], "stdin is read once"),
        (["--add-ignore"], "can't be combined with --add-ignore"),
        (["--show-files"], "can't be combined with --show-files"),
        (["--baseline", "write"], "can't be combined with --baseline write"),
        (["gone/a.py"], "there is no such file or folder"),
    ],
)
def test_what_cant_be_watched(run, arguments, said):
    ran = run("check", "--watch", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


def test_without_watchfiles_the_way_to_it_is_named(tmp_path):
    (tmp_path / "hidden.py").write_text(
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        "def without(name, *rest):\n"
        "    return None if name == 'watchfiles' else find(name, *rest)\n"
        "importlib.util.find_spec = without\n"
        "from lint_exitstack.clients.cli import main\n"
        "sys.exit(main(['check', '--watch']))\n"
    )
    command = [sys.executable, str(tmp_path / "hidden.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert 'pip install "lint-exitstack[watch]"' in done.stderr


def test_what_earlier_runs_found_is_told_again(project, watching):
    put(project / "a.py", NEST)
    put(project / "b.py", HELD)
    assert cached_program(project).returncode == 1
    poison(project)
    program = watching()
    report, examined = program.look()
    assert (report.count(POISON), examined) == (2, "2 of 2 files")
    put(project / "a.py", NEST + HELD)
    report, examined = program.look()
    assert (places(report), examined) == (["a.py", "a.py", "b.py"], "1 of 2 files")
    assert report.count(POISON) == 1
    program.end()
    assert cached_program(project, "--output-format", "concise").stdout.count(POISON) == 1


def test_watching_without_a_cache(project, watching):
    put(project / "a.py", NEST)
    assert cached_program(project).returncode == 1
    poison(project)
    report, _ = watching("--no-cache").look()
    assert (places(report), report.count(POISON)) == (["a.py"], 0)
