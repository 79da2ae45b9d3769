"""What XIT401 and XIT402 write is what type checkers take; an `if` statement wouldn't be."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lint_exitstack.fixing import fix
from lint_exitstack.model.source import Source
from lint_exitstack.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = """
import sys
import threading


def read(path: str) -> str:
    source = open(path) if path != "-" else sys.stdin
    try:
        return source.read()
    finally:
        if path != "-":
            source.close()


def write(text: str, lock: threading.Lock | None) -> None:
    if lock is None:
        print(text)
        print("end")
    else:
        with lock:
            print(text)
            print("end")
"""
STATEMENT = """
import sys
from contextlib import nullcontext


def read(path: str) -> str:
    if path != "-":
        manager = open(path)
    else:
        manager = nullcontext(sys.stdin)
    with manager as source:
        return source.read()
"""


def checked(text: str, folder: Path) -> tuple[int, str]:
    path = folder / "sample.py"
    path.write_text(text, "utf-8")
    mypy = [sys.executable, "-m", "mypy", "--strict", "--no-site-packages"]
    command = [*mypy, "--python-version", "3.11", "--cache-dir", str(folder), str(path)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=300, cwd=folder
    )
    return done.returncode, done.stdout + done.stderr


def test_the_choice_is_an_expression_because_of_types(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    settings = Settings(select=("XIT401", "XIT402"))
    after = fix(Source(BEFORE.encode(), "sample.py"), settings, unsafe=False).source.text
    assert after.count("nullcontext(") == 2
    status, said = checked(after, tmp_path)
    assert status == 0, said
    status, said = checked(STATEMENT, tmp_path)
    assert status == 1, said
    assert "Incompatible types in assignment" in said
