"""What the program shows on a terminal, and only there."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest
import terminals
from client_samples import HELD, NEST

pty = pytest.importorskip("pty")
pexpect = pytest.importorskip("pexpect")
pyte = pytest.importorskip("pyte")


PROGRAM = (sys.executable, "-m", "lint_exitstack", "check")


def on_a_terminal(project, *arguments: str, program=PROGRAM, **environment: str) -> str:
    ours, theirs = pty.openpty()
    variables = terminals.environment(**environment)
    command = [*program, *arguments]
    running = subprocess.Popen(command, cwd=project, stdout=theirs, stderr=theirs, env=variables)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how Linux says that nobody has the other end open any more
            break
        if not part:
            break
        shown += part
    os.close(ours)
    running.wait(timeout=60)
    return shown.decode()


def test_colours(project):
    (project / "a.py").write_text(NEST)
    shown = on_a_terminal(project)
    assert "\x1b[1;31mXIT101\x1b[0m" in shown
    assert "Checking" not in shown  # a single file is no long run
    assert "\x1b[" not in on_a_terminal(project, NO_COLOR="1")
    assert "\x1b[" not in on_a_terminal(project, TERM="dumb")


# A run that is as long as it takes to show the bar: who waits that long in a test?
EARLY = """
import functools, sys
from lint_exitstack.clients import check_command, cli, progress
check_command.watched = functools.partial(progress.watched, patience=0)
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.fixture
def long_run(project, tmp_path_factory):
    for number in range(220):
        (project / f"a{number}.py").write_text(NEST)
    script = tmp_path_factory.mktemp("script") / "early.py"
    script.write_text(EARLY)
    return [sys.executable, str(script), "check"]


def test_a_bar_for_a_long_run(project, long_run):
    shown = on_a_terminal(project, "-q", "--statistics", "--output-format=json", program=long_run)
    assert "Checking" not in shown
    shown = on_a_terminal(project, "--statistics", "--output-format=json", program=long_run)
    assert "Checking" in shown
    assert "/220" in shown
    # It is gone when the report comes, and so is all that hid the cursor.
    assert shown.rindex("\x1b[?25h") < shown.index('"XIT101"')
    assert "Checking" not in on_a_terminal(project, "--statistics", program=long_run, CI="true")
    assert "Checking" not in on_a_terminal(project, "--statistics", program=long_run, TERM="dumb")


def test_no_bar_in_a_pipe(project, long_run):
    command = [*long_run, "--statistics"]
    piped = subprocess.run(command, capture_output=True, text=True, check=False, cwd=project)
    assert piped.stdout.startswith("220  XIT101")
    assert piped.stderr == ""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_leaves_a_terminal_to_work_on(project, long_run, jobs):
    arguments = [*long_run[1:], "--fix", "-j", jobs]
    child = pexpect.spawn(
        long_run[0],
        arguments,
        cwd=str(project),
        env=terminals.environment(),
        dimensions=(24, 80),
        timeout=60,
    )
    child.logfile_read = io.BytesIO()
    child.expect("Checking")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, child.signalstatus) == (130, None)
    screen = pyte.Screen(80, 24)
    pyte.ByteStream(screen).feed(child.logfile_read.getvalue())
    said = "error: interrupted; each file is either as it was or wholly rewritten"
    assert [line.rstrip() for line in screen.display if line.strip() not in ("", "^C")] == [said]
    assert not screen.cursor.hidden


def test_many_findings_end_with_what_to_know_of_them(project):
    for number in range(40):
        (project / f"a{number}.py").write_text(NEST if number else NEST * 9 + HELD)
    screen = pyte.Screen(80, 24)
    pyte.Stream(screen).feed(on_a_terminal(project))
    shown = [line.rstrip() for line in screen.display if line.strip()]
    assert shown[-6:] == [
        "48  XIT101  collapsible-with  48 [*]",
        " 1  XIT301  suppressible      1 unsafe",
        "In 40 of 40 files, most in a0.py (10), a1.py (1), a10.py (1).",
        "Found 49 problems. [*] 48 fixable with `--fix`. 1 more with `--unsafe-fixes`.",
        "Next: `--diff` shows the fixes; `--select XIT101` takes one rule at a time;",
        "      `--baseline write` leaves all this and reports only what comes later.",
    ]
