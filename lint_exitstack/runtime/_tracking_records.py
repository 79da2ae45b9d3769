"""What a tracker writes down: where something happened, what it was, and what was wrong with it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import FrameType

Action = Literal["open", "close", "use"]
Fault = Literal[
    "left-open",
    "closed-twice",
    "closed-unopened",
    "out-of-order",
    "used-closed",
    "zombie",
    "descriptor",
    "resource-warning",
]

_OURS = __file__.rpartition(os.sep)[0] + os.sep
_STACKS = contextlib.__file__


@dataclass(frozen=True, slots=True)
class Site:
    """A place in the tracked code."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} in {self.function}"


@dataclass(frozen=True, slots=True)
class Event:
    """One operation: what it did to which resource, where, and the exception that ended it."""

    number: int
    action: Action
    name: str
    site: Site
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: its kind, the resource's name, and a message that says where it was opened."""

    fault: Fault
    name: str
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """One opened resource, until it's closed."""

    name: str
    site: Site
    strand: object
    ordered: bool


def require(problems: Collection[Problem]) -> None:
    """Fail with these problems, one a line, if there are any."""
    if not problems:
        return
    lines = [one.message for one in problems]
    many = f"{len(lines)} problems:\n  " if len(lines) > 1 else ""
    raise AssertionError(many + "\n  ".join(lines))


def caller() -> Site:
    """Find the innermost frame that belongs neither to the tracker nor to an exit stack."""
    # Not inspect.stack: that reads source files.
    innermost = sys._getframe(1)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    frame: FrameType | None = innermost
    while frame is not None:
        if not _is_machinery(frame.f_code.co_filename):
            return _site(frame)
        frame = frame.f_back
    return _site(innermost)


def _site(frame: FrameType) -> Site:
    return Site(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_qualname)


def _is_machinery(file: str) -> bool:
    return file == _STACKS or file.startswith(_OURS)


def current_strand() -> object:
    """Name what runs now: the task of asyncio or trio, else the thread.

    Exits must nest within a strand only; those of different strands may interleave. The
    libraries are asked only where they've been imported: without them there's no task.
    """
    for module, path in (("asyncio", "current_task"), ("trio", "lowlevel.current_task")):
        found: object = sys.modules.get(module)
        for part in path.split("."):
            found = getattr(found, part, None)
        if not callable(found):
            continue
        with contextlib.suppress(RuntimeError):  # no loop of this library runs here
            if (task := found()) is not None:
                return task
    return threading.get_ident()
