"""A real Emacs with eglot, in batch mode: the same session as in Neovim."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from server_client import COMMAND

SCRIPT = Path(__file__).with_name("eglot_session.el")
EMACS = shutil.which("emacs")
NESTED = "def f(path):\n    with open(path) as file:\n        with lock:\n            print('𝄞')\n"
FIXED = "def f(path):\n    with open(path) as file, lock:\n        print('𝄞')\n"


@functools.cache
def has_eglot():
    if EMACS is None:
        return False
    command = [EMACS, "--batch", "--eval", "(require 'eglot)"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_eglot_applies_our_fix(tmp_path):
    if not has_eglot():
        pytest.skip("no Emacs with eglot (Debian: apt-get install emacs-nox elpa-eglot)")
    path, transcript = tmp_path / "a.py", tmp_path / "transcript"
    path.write_text(NESTED)
    environment = os.environ | {
        "FILE": str(path),
        "SERVER": "\n".join(COMMAND),
        "TRANSCRIPT": str(transcript),
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
    }
    command = [EMACS, "--batch", "--load", str(SCRIPT)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=200
    )
    seen = transcript.read_text()
    sys.stdout.write(seen)
    assert done.returncode == 0, done.stderr
    assert seen.splitlines() == [
        (
            "diagnostic: 2 lint-exitstack [XIT101]: 2 nested `with` statements can be one "
            "[collapsible-with]"
        ),
        "action: XIT101: with open(path) as file, lock:",
        "action: Ignore XIT101 (collapsible-with) here",
    ]
    assert path.read_text() == FIXED
