"""Recording stand-ins for the standard library's resources, found by `import` and by name.

What each does in a `with` follows the real one: the resource catalogue's own tests compare it with
the real thing. Operations named here as plain are known to raise no exception groups.
"""

import builtins
import os
import sys
from types import SimpleNamespace

from .vocabulary import (
    AsyncLock,
    Closing,
    Lock,
    OddLock,
    Quitting,
    Thing,
    make,
    names,
    wait,
)

CURRENT = SimpleNamespace(world=None)
REAL_IMPORT = builtins.__import__
REAL_GETCWD = os.getcwd
REAL_CHDIR = os.chdir


def getcwd():
    """The virtual working directory while a program runs."""
    world = CURRENT.world
    if world is None:
        return REAL_GETCWD()
    world.operate("getcwd", plain=True)
    return world.cwd


def chdir(path):
    """Change the virtual working directory while a program runs."""
    world = CURRENT.world
    if world is None:
        return REAL_CHDIR(path)
    world.operate("chdir", path, plain=True)
    world.cwd = path
    return None


def install():
    """Let contextlib.chdir, which holds the real `os`, meet the virtual directory."""
    os.getcwd, os.chdir = getcwd, chdir


def plainly(world, label):
    """A function of the standard library: it fails, but never with an exception group."""

    def operation(*args, **kwargs):
        world.operate(f"call {label}", *args, *kwargs.values(), plain=True)
        return f"{label} result"

    operation.__name__ = label
    return operation


def maker(world, cls, label):
    """A constructor of the standard library whose objects are recorded."""

    def opener(*args, **kwargs):
        name = world.number(label)
        world.operate(f"make {name}", *args, plain=True)
        return cls(world, name)

    opener.__name__ = label
    return opener


PLAIN = {
    "os": ("remove", "unlink", "rmdir", "mkdir", "makedirs", "rename", "kill", "close", "chmod"),
    "shutil": ("rmtree", "copy", "move"),
    "time": ("sleep",),
    "signal": ("signal", "alarm"),
}

OPENERS = {
    "io": {"open": Closing},
    "os": {"fdopen": Closing},
    "gzip": {"open": Closing},
    "bz2": {"open": Closing},
    "socket": {"socket": Closing, "create_connection": Closing},
    "mmap": {"mmap": Closing},
    "shelve": {"open": Closing},
    "sqlite3": {"connect": Quitting},
    "subprocess": {"Popen": Quitting},
    "smtplib": {"SMTP": Quitting},
    "threading": {"Lock": Lock, "RLock": Lock, "Semaphore": Lock, "Condition": Lock},
    "multiprocessing": {"Lock": Lock, "RLock": Lock, "Pool": OddLock},
    "asyncio": {"Lock": AsyncLock, "Semaphore": AsyncLock},
}


KNOWN = sys.stdlib_module_names | {"oracle", "lint_exitstack"}


class StandIn:
    """A module of the standard library whose resources are recorded, the rest as it is."""

    def __init__(self, world, name):
        self._world = world
        self._name = name
        self._module = sys.modules.get(name) or REAL_IMPORT(name)

    def __getattr__(self, attribute):
        found = self._own(attribute)
        if found is None:
            return getattr(self._module, attribute)
        setattr(self, attribute, found)
        return found

    def _own(self, attribute):
        world, name = self._world, self._name
        if attribute in PLAIN.get(name, ()):
            return plainly(world, f"{name}.{attribute}")
        if attribute in OPENERS.get(name, {}):
            return maker(world, OPENERS[name][attribute], f"{name}.{attribute}")
        if (name, attribute) == ("asyncio", "sleep"):
            return lambda *_: wait(world, "asyncio.sleep()", plain=True)
        return None


def missing(world, name):
    """A module that isn't there, unless the plan finds it; importing may fail in any other way."""
    if world.operate(f"import {name}") != "flip":
        raise ModuleNotFoundError(name)
    return Thing(world, name)


def importer(world):
    """An `__import__` for one program: stand-ins where there are any, else the real module."""
    seen = {}

    def load(name, scope=None, local=None, fromlist=(), level=0):
        if name.split(".")[0] not in KNOWN:
            return missing(world, name)
        if name not in PLAIN and name not in OPENERS and name != "oracle":
            return REAL_IMPORT(name, scope, local, fromlist, level)
        if name not in seen:
            own = name == "oracle"
            seen[name] = SimpleNamespace(**names(world)) if own else StandIn(world, name)
        return seen[name]

    return load


class Stream(Thing):
    """Standard output: what `print` writes to; the streams of this world raise no groups."""

    __slots__ = ()

    def write(self, text):
        self.world.operate(f"{self.label}.write()", text, plain=True)
        return len(text)

    def flush(self):
        self.world.operate(f"{self.label}.flush()", plain=True)


def builtin_names(world):
    """The builtins of one program."""
    given = dict(vars(builtins))
    given["__import__"] = importer(world)
    given["open"] = maker(world, Closing, "open")
    return given


def namespace(world):
    """The globals that a program starts with."""
    given = names(world)
    given["stream"] = lambda label: make(Stream, world, label)
    given["__name__"] = "program"
    given["__builtins__"] = builtin_names(world)
    return given
