"""What the program shows on a terminal, and only there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from client_samples import NEST

pty = pytest.importorskip("pty")


def on_a_terminal(project, *arguments: str, **environment: str) -> str:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "lint_exitstack", "check", *arguments]
    variables = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **environment}
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


def test_a_bar_for_a_long_run(project):
    for number in range(220):
        (project / f"a{number}.py").write_text("x = 1\n")
    shown = on_a_terminal(project)
    assert "Checking" in shown
    assert "All checks passed." in shown
    assert "Checking" not in on_a_terminal(project, "--quiet")
    command = [sys.executable, "-m", "lint_exitstack", "check"]
    piped = subprocess.run(command, capture_output=True, text=True, check=True, cwd=project)
    assert (piped.stdout, piped.stderr) == ("All checks passed.\n", "")
