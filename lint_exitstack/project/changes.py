"""What changed since a revision, as git sees it: which files, and which of their lines."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from lint_exitstack.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lint_exitstack.project.discovery import Target

# By resolved path; None stands for all lines of a file.
Changes: TypeAlias = "dict[str, tuple[range, ...] | None]"

_DIFF = ("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--ignore-submodules", "-M")
_HUNK = re.compile(rb"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")


def changes_since(revision: str, folder: Path) -> Changes:
    """Return what the working tree has that the branch point of `revision` and HEAD had not.

    Files that git doesn't know yet count as changed, those that it ignores don't.
    Raises UsageError.
    """
    root = os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").rstrip(b"\n"))
    base = _base(revision, folder)
    names = _names(_git(root, *_DIFF, "--name-only", "-z", "--diff-filter=d", base))
    patch = _git(root, *_DIFF, "-U0", "--diff-filter=d", base)
    sections = re.split(rb"^diff --git ", patch, flags=re.MULTILINE)[1:]
    lines: list[tuple[range, ...] | None] = [_lines(section) for section in sections]
    if len(lines) != len(names):
        # An unmerged file is listed twice: better to say too much than too little.
        lines = [None] * len(names)
    untracked = _names(_git(root, "ls-files", "--others", "--exclude-standard", "-z"))
    found = dict(zip(names, lines, strict=True)) | dict.fromkeys(untracked)
    return {os.path.realpath(Path(root, name)): what for name, what in found.items()}


def narrowed(targets: Iterable[Target], changes: Changes) -> tuple[Target, ...]:
    """Return those of the targets that changed."""
    return tuple(target for target in targets if os.path.realpath(target.path) in changes)


def _base(revision: str, folder: Path) -> str:
    if revision.startswith("-"):
        raise UsageError(f'--changed-since: "{revision}" is no revision')
    try:
        commit = _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except UsageError as error:
        raise UsageError(
            f'--changed-since: git knows no revision "{revision}" here; '
            "a shallow clone must fetch it first"
        ) from error
    name = commit.decode().strip()
    try:
        return _git(folder, "merge-base", name, "HEAD").decode().split()[0]
    except UsageError:
        # Histories without a common commit, or no commit at all yet.
        return name


def _git(folder: Path | str, *arguments: str) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell
    except OSError as error:
        raise UsageError(f"--changed-since: git can't be run ({error.strerror})") from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
        raise UsageError(f"--changed-since: git says: {said}")
    return done.stdout


def _names(listing: bytes) -> list[str]:
    return [os.fsdecode(name) for name in listing.split(b"\0") if name]


def _lines(section: bytes) -> tuple[range, ...]:
    found = []
    for line in section.split(b"\n"):
        if hunk := _HUNK.match(line):
            start, count = int(hunk[1]), int(hunk[2] or 1)
            # Where lines only went, their neighbours are what is new to each other.
            found.append(range(start, start + count) if count else range(start, start + 2))
    return tuple(found)
