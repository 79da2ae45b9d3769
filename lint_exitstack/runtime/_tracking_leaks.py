"""Leaks that no wrapper sees: descriptors left open, and the interpreter's ResourceWarnings."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import sys
import tracemalloc
import warnings
from typing import TYPE_CHECKING

from ._tracking_records import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

_FRAMES = 16
_LISTINGS = ("/proc/self/fd", "/dev/fd")
_MACHINERY = tuple(file.rpartition(os.sep)[0] for file in (contextlib.__file__, __file__))


def open_descriptors() -> dict[int, str]:
    """List this process's open descriptors with what each leads to."""
    for folder in _LISTINGS:
        with contextlib.suppress(OSError):
            return dict(_listed(folder))
    return dict(_probed())


def _listed(folder: str) -> Iterator[tuple[int, str]]:
    for entry in os.listdir(folder):  # noqa: PTH208 - pathlib is slow to import
        with contextlib.suppress(OSError):  # the descriptor of the listing itself is gone
            os.fstat(int(entry))
            yield int(entry), _target(f"{folder}/{entry}")


def _target(entry: str) -> str:
    try:
        return os.readlink(entry)  # noqa: PTH115 - pathlib is slow to import
    except OSError:  # a system whose listing holds no links
        return "unknown"


def _probed() -> Iterator[tuple[int, str]]:
    """Ask for each descriptor in turn, where the system has no listing."""
    for number in range(256):
        with contextlib.suppress(OSError):
            os.fstat(number)
            yield number, "unknown"


class LeakWatch:
    """Compares what's open at the end of its block with what was open at the start.

    With `resource_warnings` it records them instead of letting them out; other warnings go where
    they would have gone. While it watches, tracemalloc runs, so that it can tell where a leaked
    object was made: that makes the block slower by a factor.
    """

    __slots__ = ("_before", "_recorder", "_tracing", "descriptors", "problems", "resource_warnings")

    def __init__(self, *, descriptors: bool = True, resource_warnings: bool = True) -> None:
        """Choose what to look for."""
        self.descriptors = descriptors
        self.resource_warnings = resource_warnings
        self.problems: tuple[Problem, ...] = ()
        self._before: dict[int, str] = {}
        self._recorder: _Recorder | None = None
        self._tracing = False

    def __enter__(self) -> Self:
        """Note what's open now."""
        self._tracing = not tracemalloc.is_tracing()
        if self._tracing:
            tracemalloc.start(_FRAMES)
        if self.descriptors:
            self._before = open_descriptors()
        if self.resource_warnings:
            self._recorder = _Recorder()
        return self

    def __exit__(self, *_: object) -> None:
        """Find out what leaked: see `problems`."""
        # First of all, so that only what is truly held counts, and the rest warns.
        gc.collect()
        found: list[Problem] = []
        if self._recorder is not None:
            found += self._recorder.finish()
        if self.descriptors:
            now = open_descriptors()
            leaked = {fd: to for fd, to in now.items() if self._before.get(fd) != to}
            found += _descriptor_problems(leaked)
        if self._tracing:
            tracemalloc.stop()
        self.problems = tuple(found)


class _Recorder:
    """Keeps ResourceWarnings apart."""

    __slots__ = ("_catching", "_log")

    def __init__(self) -> None:
        self._catching = warnings.catch_warnings(record=True)
        self._log = self._catching.__enter__()
        warnings.simplefilter("always", ResourceWarning)

    def finish(self) -> Iterator[Problem]:
        self._catching.__exit__(None, None, None)
        for one in self._log or ():
            if issubclass(one.category, ResourceWarning):
                yield _warning_problem(one)
            else:
                warnings.warn_explicit(
                    one.message, one.category, one.filename, one.lineno, source=one.source
                )


def _warning_problem(one: warnings.WarningMessage) -> Problem:
    made = _made_at(one.source) if one.source is not None else None
    where = f"opened at {made}" if made else f"noticed at {one.filename}:{one.lineno}"
    name = type(one.source).__name__ if one.source is not None else "resource"
    return Problem("resource-warning", name, f"ResourceWarning: {one.message}: {where}")


def _descriptor_problems(leaked: dict[int, str]) -> Iterator[Problem]:
    owners = _owners(leaked) if leaked else {}
    for number, to in sorted(leaked.items()):
        made = _made_at(owners[number]) if number in owners else None
        where = f"opened at {made}" if made else "opened where no Python object tells"
        yield Problem("descriptor", to, f"descriptor {number} ({to}) left open: {where}")


def _owners(leaked: dict[int, str]) -> dict[int, object]:
    """Find the files and sockets that hold these descriptors."""
    sockets = getattr(sys.modules.get("_socket"), "socket", io.FileIO)
    owners: dict[int, object] = {}
    for candidate in gc.get_objects():
        # By type, not isinstance: asking a stranger for its class may run its code.
        if not issubclass(type(candidate), (io.FileIO, sockets)):
            continue
        with contextlib.suppress(ValueError, OSError):
            number = candidate.fileno()
            if number in leaked:
                owners[number] = candidate
    return owners


def _made_at(thing: object) -> str | None:
    """Say where an object was made: the innermost line outside the standard library."""
    trace = tracemalloc.get_object_traceback(thing)
    if trace is None:
        return None
    # Oldest first. Installed packages live below the library's folder but aren't of it.
    for frame in reversed(trace):
        if "site-packages" in frame.filename or not frame.filename.startswith(_MACHINERY):
            return f"{frame.filename}:{frame.lineno}"
    return f"{trace[-1].filename}:{trace[-1].lineno}"
