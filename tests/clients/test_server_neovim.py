"""A real Neovim, headless: it opens a file, shows our finding, and applies the fix."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from server_client import COMMAND

SCRIPT = Path(__file__).with_name("neovim_session.lua")
NVIM = shutil.which("nvim")
# Characters that Neovim, the protocol and Python count differently stand before the finding.
BEFORE = 's = "𝄞é"\nwith a as é, b as c: s = "𝄞"; print(é)\n\n\ndef f(path):\n'
NESTED = "    with open(path) as file:  # 𝄞\n        with lock:\n            print(file, lock)\n"
FIXED = (
    "    with (\n        open(path) as file,  # 𝄞\n        lock,\n    ):\n"
    "        print(file, lock)\n"
)


@pytest.mark.skipif(NVIM is None, reason="Neovim isn't installed (Debian: apt-get install neovim)")
def test_neovim_applies_our_fix(tmp_path):
    path, transcript = tmp_path / "a.py", tmp_path / "transcript"
    path.write_text(BEFORE + NESTED)
    environment = os.environ | {
        "FILE": str(path),
        "LINE": "6",
        "LEFT": "0",
        "SERVER": "\n".join(COMMAND),
        "TRANSCRIPT": str(transcript),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }
    command = [NVIM, "--headless", "--clean", "-c", f"luafile {SCRIPT}"]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=200
    )
    seen = transcript.read_text()
    sys.stdout.write(seen)
    assert done.returncode == 0, done.stderr
    said = seen.splitlines()
    assert said[0].startswith("diagnostic: 6:5 lint-exitstack XIT101 2 nested `with`")
    assert said[1] == "action: XIT101: with open(path) as file, lock:"
    assert said[3] == "action: Ignore XIT101 (collapsible-with) here"
    assert [line for line in said if line.startswith("diagnostic: ")] == said[:1]
    assert path.read_text() == BEFORE + FIXED
