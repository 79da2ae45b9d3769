"""mypy and pyright on the runtime and on the statements of typing_cases.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import runtime_interpreters as interpreters

CASES = Path(__file__).with_name("typing_cases.py")
RUNTIME = interpreters.ROOT / "lint_exitstack" / "runtime"


def run(*command):
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=300, cwd=interpreters.ROOT
    )


@pytest.mark.parametrize("version", ["3.11", "3.13"])
def test_mypy(version, tmp_path):
    done = run(
        sys.executable, "-m", "mypy", "--strict", "--warn-unreachable", "--python-version", version,
        "--cache-dir", str(tmp_path), str(RUNTIME), str(CASES),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("version", ["3.11", "3.13"])
def test_pyright(version, tmp_path):
    settings = {
        "include": [str(RUNTIME), str(CASES)],
        "typeCheckingMode": "strict",
        "pythonVersion": version,
        "reportUnnecessaryTypeIgnoreComment": False,
        "extraPaths": [str(interpreters.ROOT)],
    }
    for name, paths, unnecessary in (("runtime", RUNTIME, False), ("cases", CASES, True)):
        settings["include"] = [str(paths)]
        settings["reportUnnecessaryTypeIgnoreComment"] = unnecessary
        project = tmp_path / f"{name}.json"
        project.write_text(json.dumps(settings))
        done = run(sys.executable, "-m", "pyright", "--project", str(project))
        if "error: could not" in done.stderr.lower():
            pytest.skip(f"pyright can't start: {done.stderr[-200:]}")
        assert done.returncode == 0, done.stdout + done.stderr
