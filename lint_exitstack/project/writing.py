"""Files replaced in one step: whatever happens, each is either the old one or the new one."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from lint_exitstack.model.errors import LintExitstackError
from lint_exitstack.project.signals import held_back


class WriteError(LintExitstackError):
    """A file was left as it is; the text says why."""


def replace_file(path: Path, old: bytes, new: bytes) -> None:
    """Give the file at `path`, which holds `old`, the content `new`; raises WriteError.

    A symlink stays one: what it points to is replaced. Mode and, where allowed, owner are kept.
    """
    try:
        target = path.resolve(strict=True)
        status = target.stat()
        _check(target, status, old)
        with held_back():
            _replace(target, status, old, new)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteError(f"can't be written ({reason}); nothing was changed") from error


def _check(target: Path, status: os.stat_result, old: bytes) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise WriteError("is no regular file; nothing was changed")
    # Replacing a file needs no right to write to it: it's asked for all the same.
    if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(
        target, os.W_OK
    ):
        raise WriteError("is read-only; nothing was changed")
    if target.read_bytes() != old:
        raise WriteError("has changed while it was worked on; it was left alone: run again")


def _replace(target: Path, status: os.stat_result, old: bytes, new: bytes) -> None:
    handle, name = tempfile.mkstemp(
        prefix=f".{target.name[:100]}.", suffix=".new", dir=target.parent
    )
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new)
            file.flush()
            _keep_status(file.fileno(), status)
            os.fsync(file.fileno())
        # The last look before the leap: an editor may have saved meanwhile.
        if target.read_bytes() != old:
            raise WriteError("has changed while it was worked on; it was left alone: run again")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _keep_status(descriptor: int, status: os.stat_result) -> None:
    if hasattr(os, "fchown"):
        with contextlib.suppress(PermissionError):
            os.fchown(descriptor, status.st_uid, status.st_gid)
    if hasattr(os, "fchmod"):  # from Python 3.13 on Windows, too
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode))


def _sync_folder(folder: Path) -> None:
    """Make the new name durable, where the system lets folders be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
