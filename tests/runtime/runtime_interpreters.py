"""The interpreters that the suites run under: those of this machine that the runtime supports."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from behaviour.interpreters import find_interpreter

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ("3.11", "3.12", "3.13")


@functools.cache
def find(version):
    """Return the path of a working interpreter of that version, or None."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    return find_interpreter(version)


def run(version, script, *arguments, timeout=300):
    """Run a script of this folder under an interpreter; return what it printed as JSON."""
    path = find(version)
    if path is None:
        pytest.skip(f"no working python{version} on PATH or kept by pyenv")
    done = subprocess.run(
        [path, "-W", "error::SyntaxWarning", str(Path(__file__).with_name(script)), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
