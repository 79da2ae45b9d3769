"""Schemas and validators of others, fetched once by their ordinary clients and then kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest

MULTITOOL = "@microsoft/sarif-multitool-linux@5.7.0"
PYTEST = "pytest==8.3.5"


def run(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, timeout=300
    )


def unpacked(folder: Path, name: str, *command: str) -> Path:
    """Return where the archive that `command` downloads is unpacked, or skip the test."""
    home = folder / name
    if home.is_dir():
        return home
    scratch = Path(tempfile.mkdtemp(dir=folder))
    if shutil.which(command[0]) is None:
        scratch.rmdir()
        pytest.skip(f"{command[0]} isn't installed")
    done = run(*command, folder=scratch)
    archives = [*scratch.glob("*.tgz"), *scratch.glob("*.tar.gz")]
    if done.returncode != 0 or not archives:
        shutil.rmtree(scratch)
        pytest.skip(f"{name} can't be fetched: is there a network? {done.stderr[-300:]}")
    with tarfile.open(archives[0]) as archive:
        archive.extractall(scratch, filter="data")
    archives[0].unlink()
    try:
        scratch.rename(home)
    except OSError:  # another worker was faster
        shutil.rmtree(scratch)
    return home


def multitool(folder: Path) -> Path:
    """Microsoft's validator of SARIF; the official schema lies beside it."""
    home = unpacked(folder, "sarif-multitool", "npm", "pack", "--silent", MULTITOOL) / "package"
    (home / "Sarif.Multitool").chmod(0o755)
    return home


def junit_schema(folder: Path) -> Path:
    """The schema of Jenkins, which pytest holds its own reports against."""
    options = ("--no-deps", "--no-binary=:all:", "--quiet")
    pip = (sys.executable, "-m", "pip", "download", *options, PYTEST)
    [schema] = unpacked(folder, "pytest-source", *pip).rglob("junit-10.xsd")
    return schema
