"""Ctrl-C and its kin, sent to the real program while it rewrites files."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest
from client_samples import MERGED, NEST

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")

FILES = 300
SAID = "error: interrupted; each file is either as it was or wholly rewritten\n"
# Generous: nothing here depends on how fast a machine is.
BOUND_S = 60


@pytest.fixture
def paths(project):
    found = [project / f"a{number:03}.py" for number in range(FILES)]
    for path in found:
        path.write_text(NEST)
    return found


def rewriting(paths, jobs: int, rewritten: int) -> subprocess.Popen[str]:
    """Start the program, and return it when so many files are rewritten."""
    command = [sys.executable, "-m", "lint_exitstack", "check", "--fix", "-j", str(jobs)]
    running = subprocess.Popen(
        command, cwd=paths[0].parent, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while rewritten and paths[rewritten - 1].read_text() == NEST:
        assert running.poll() is None
        time.sleep(0.001)
    return running


def assert_gone(group: int) -> None:
    """Wait until no process of the group is left."""
    until = time.monotonic() + BOUND_S
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < until:
            os.killpg(group, 0)
            time.sleep(0.01)
        os.killpg(group, signal.SIGKILL)
        pytest.fail("processes are left over")


@pytest.mark.parametrize(
    ("number", "jobs", "rewritten"),
    [
        (signal.SIGINT, 1, 1),
        (signal.SIGINT, 1, 40),
        (signal.SIGINT, 2, 1),
        (signal.SIGINT, 2, 40),
        (signal.SIGTERM, 1, 20),
        (signal.SIGTERM, 2, 20),
        (signal.SIGHUP, 2, 20),
    ],
)
def test_each_file_is_old_or_new(paths, number, jobs, rewritten):
    running = rewriting(paths, jobs, rewritten)
    # As from a terminal: all processes get it.
    os.killpg(running.pid, number)
    _, said = running.communicate(timeout=BOUND_S)
    assert (running.returncode, said) == (128 + number, SAID)
    assert {path.read_text() for path in paths} == {NEST, MERGED}
    assert sorted(paths[0].parent.iterdir()) == paths
    assert_gone(running.pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_workers_end_with_a_parent_that_was_told_alone(paths, number):
    running = rewriting(paths, 2, 20)
    running.send_signal(number)
    _, said = running.communicate(timeout=BOUND_S)
    assert (running.returncode, said) == (128 + number, SAID)
    assert_gone(running.pid)
    assert {path.read_text() for path in paths} == {NEST, MERGED}
    assert sorted(paths[0].parent.iterdir()) == paths


def test_the_workers_end_when_their_parent_is_no_more(paths):
    running = rewriting(paths, 2, 20)
    running.kill()
    running.communicate(timeout=BOUND_S)
    assert_gone(running.pid)
    assert {path.read_text() for path in paths} == {NEST, MERGED}
    assert sorted(paths[0].parent.iterdir()) == paths


def test_who_is_told_to_ignore_interrupts_ignores_them(paths):
    for path in paths[40:]:
        path.unlink()
    # This is how `nohup` and shells start what shall outlive them.
    program = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    program += "os.execv(sys.executable, [sys.executable, '-m', *sys.argv[1:]])"
    command = [sys.executable, "-c", program, "lint_exitstack", "check", "--fix", "-q"]
    running = subprocess.Popen(command, cwd=paths[0].parent, start_new_session=True)
    while paths[0].read_text() == NEST:
        time.sleep(0.001)
    os.killpg(running.pid, signal.SIGINT)
    assert running.wait(timeout=BOUND_S) == 0
    assert {path.read_text() for path in paths[:40]} == {MERGED}
