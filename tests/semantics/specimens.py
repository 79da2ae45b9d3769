"""How to open the real thing behind a catalogue row, and how to see whether it's released."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


class Boom(Exception):
    """Leaves the body of a tried block."""


@dataclass
class Lab:
    """Where a specimen lives: a folder, and a stack for whatever must go afterwards."""

    folder: Path
    stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def later(self, function, *args):
        self.stack.callback(function, *args)

    def file(self, name="file", content=b"one\ntwo\nthree\n"):
        path = self.folder / name
        path.write_bytes(content)
        return path


def closed(thing):
    return thing.closed


def fails(operation: Callable):
    """Released means that this operation raises."""

    def released(thing):
        try:
            operation(thing)
        except Exception:
            return True
        return False

    return released


def unreachable(attribute):
    """Released means that the attribute holds nothing any more."""
    return lambda thing: getattr(thing, attribute) is None


def no_descriptor(thing):
    return thing.fileno() == -1


def opened_paths():
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            found.append(str(entry.readlink()))
    return found


@dataclass(frozen=True)
class Specimen:
    """Opens the thing; `during` is what its body does; `effect` is what closing left behind."""

    opens: Callable
    released: Callable = closed
    during: Callable = lambda thing: None
    effect: Callable = lambda thing: None


def in_thread(lab, function, *args):
    thread = threading.Thread(target=function, args=args, daemon=True)
    thread.start()
    lab.later(thread.join, 5)
    return thread
