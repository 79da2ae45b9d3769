"""Runs of the real program with a cache, and caches that were tampered with to show their use."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from lint_exitstack.project.cache.cache import NAME

POISON = "what only the cache says"
# The findings of a row stand behind its digest and its day, the texts of each in front.
FINDINGS, TEXTS, MESSAGE = 2, 0, 2


def program(
    cwd: Path,
    *arguments: str,
    python: tuple[str, ...] = (),
    prefix: tuple[str, ...] = (),
    **more: object,
):
    """Run the program in a process of its own."""
    command = [*prefix, sys.executable, *(python or ("-m", "lint_exitstack")), "check", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, **more)


def shelf(folder: Path) -> Path:
    """Return the only file of the cache below `folder`."""
    [path] = (folder / NAME).glob("*.json")
    return path


def poison(folder: Path) -> None:
    """Let all findings that the cache knows say something else."""
    document = json.loads(shelf(folder).read_bytes())
    findings = [finding for row in document["rows"].values() for finding in row[FINDINGS]]
    assert findings
    for finding in findings:
        finding[TEXTS][MESSAGE] = POISON
    shelf(folder).write_text(json.dumps(document))


def whitewash(folder: Path) -> None:
    """Let the cache say that nothing was found in any file."""
    document = json.loads(shelf(folder).read_bytes())
    for row in document["rows"].values():
        row[FINDINGS] = []
    shelf(folder).write_text(json.dumps(document))
