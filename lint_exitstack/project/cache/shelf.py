"""The folder of the cache: one file for each build of the program, replaced in one step."""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from lint_exitstack.project.signals import held_back

# Raised whenever the rows change; what has another number is forgotten.
_FORMAT = 1
DAY_S = 86_400
# What nobody asked for in so many days goes: entries, and files of other builds.
KEPT_DAYS = 30
# Other people's files may lie in a folder that the user has named.
_OURS = re.compile(r"[0-9a-f]{32}\.json(\.\w+)?")
_FILES = {
    ".gitignore": "# Made by lint-exitstack.\n*\n",
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This folder is a cache of lint-exitstack: it can be deleted at any time.\n"
    "# See https://bford.info/cachedir/\n",
}


def read(folder: Path, program: str) -> dict[str, Any]:
    """Return the rows that `program` left; none where they can't be read."""
    try:
        document = json.loads((folder / f"{program}.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    match document:
        case {"format": int(number), "rows": dict(rows)} if number == _FORMAT:
            return rows
    return {}


def write(folder: Path, program: str, rows: dict[str, Any]) -> None:
    """Leave `rows` for the next run of `program`; where that can't be done, nothing happens."""
    text = json.dumps({"format": _FORMAT, "rows": rows}, separators=(",", ":"))
    # A signal finds all of it done or nothing.
    with suppress(OSError), held_back():
        _prepare(folder)
        _replace(folder / f"{program}.json", text.encode())
        _tidy(folder)


def _prepare(folder: Path) -> None:
    """Make the folder, and tell git and backups to pass over it, if it is new."""
    folder.mkdir(parents=True, exist_ok=True)
    if _FILES.keys() >= {path.name for path in folder.iterdir()}:
        for name, text in _FILES.items():
            (folder / name).write_text(text, "utf-8", newline="\n")


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _tidy(folder: Path) -> None:
    """Delete what builds of the program left that nobody runs any more."""
    oldest = time.time() - KEPT_DAYS * DAY_S
    for entry in os.scandir(folder):
        if _OURS.fullmatch(entry.name) and entry.stat(follow_symlinks=False).st_mtime < oldest:
            Path(entry).unlink(missing_ok=True)
