"""Time the runtime against contextlib, contextlib2 and asyncstdlib, in one run.

    python benchmarks/runtime.py [--rounds 15] [--filter TEXT]

Every round times each library in turn for every case, so that a slow moment of the machine hits
all of them. Shown are medians of nanoseconds for a block, and medians of the ratios that the
rounds gave, next to the target.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import platform
import statistics
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lint_exitstack import runtime
from lint_exitstack.runtime import aio


class Manager:
    def __enter__(self):
        return self

    def __exit__(self, kind, exc, traceback):
        return None


class Inheriting(Manager):
    pass


class Swallowing(Manager):
    def __exit__(self, kind, exc, traceback):
        return True


class AsyncManager:
    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, exc, traceback):
        return None


class Thing:
    def close(self):
        pass

    async def aclose(self):
        pass


def function(*args):
    pass


async def coroutine_function(*args):
    pass


def failing():
    raise ValueError


def generator():
    yield


async def async_generator():
    yield


SHARED = {
    "manager": Manager(),
    "inheriting": Inheriting(),
    "swallowing": Swallowing(),
    "async_manager": AsyncManager(),
    "lock": threading.Lock(),
    "thing": Thing(),
    "function": function,
    "coroutine_function": coroutine_function,
    "failing": failing,
    "ten": range(10),
}

ENTER = "stack.enter_context(manager)"
RAISE = "raise ValueError"


def caught(block):
    """Put a block that raises ValueError into a try statement."""
    lines = "\n".join("    " + line for line in block.splitlines())
    return f"try:\n{lines}\nexcept ValueError:\n    pass"


# name, target against contextlib, code; L is the library
SYNC = [
    ("ExitStack, nothing in it", 1.0, "with L.ExitStack(): pass"),
    ("ExitStack, 1 manager", 1.5, f"with L.ExitStack() as stack: {ENTER}"),
    ("ExitStack, 3 managers", 1.5, f"with L.ExitStack() as stack: {ENTER}; {ENTER}; {ENTER}"),
    ("ExitStack, 10 managers", 1.5, f"with L.ExitStack() as stack:\n    for _ in ten: {ENTER}"),
    (
        "ExitStack, 3 with inherited methods",
        1.5,
        "with L.ExitStack() as stack:\n    " + "; ".join(["stack.enter_context(inheriting)"] * 3),
    ),
    ("ExitStack, a lock", 1.0, "with L.ExitStack() as stack: stack.enter_context(lock)"),
    ("ExitStack, 1 callback", 1.0, "with L.ExitStack() as stack: stack.callback(function)"),
    (
        "ExitStack, 3 callbacks",
        1.0,
        "with L.ExitStack() as stack:\n    " + "; ".join(["stack.callback(function, 1, 2)"] * 3),
    ),
    ("ExitStack, pushed function", 1.0, "with L.ExitStack() as stack: stack.push(function)"),
    (
        "ExitStack, pop_all and close",
        1.0,
        f"with L.ExitStack() as stack:\n    {ENTER}\n    kept = stack.pop_all()\nkept.close()",
    ),
    (
        "ExitStack, 3 managers, body raises",
        1.0,
        caught(f"with L.ExitStack() as stack:\n    {ENTER}; {ENTER}; {ENTER}\n    {RAISE}"),
    ),
    (
        "ExitStack, 3 managers, one swallows",
        1.0,
        (
            f"with L.ExitStack() as stack:\n"
            f"    {ENTER}; stack.enter_context(swallowing); {ENTER}\n"
            f"    {RAISE}"
        ),
    ),
    (
        "ExitStack, an exit raises",
        1.0,
        caught(f"with L.ExitStack() as stack:\n    {ENTER}; stack.callback(failing); {ENTER}"),
    ),
    ("suppress, no error", 1.2, "with L.suppress(ValueError): pass"),
    ("suppress, hit", 1.0, f"with L.suppress(ValueError): {RAISE}"),
    ("suppress, miss", 1.0, caught(f"with L.suppress(KeyError): {RAISE}")),
    ("contextmanager", 1.2, "with made(): pass"),
    ("contextmanager, body raises", 1.0, caught(f"with made(): {RAISE}")),
    ("contextmanager as decorator", 1.0, "decorated()"),
    ("closing", 1.0, "with L.closing(thing): pass"),
    ("nullcontext", 1.0, "with L.nullcontext(): pass"),
    ("redirect_stdout", 1.0, "with L.redirect_stdout(thing): pass"),
]
A_ENTER = "await stack.enter_async_context(async_manager)"
ASYNC = [
    ("AsyncExitStack, nothing in it", 1.0, "async with L.AsyncExitStack(): pass"),
    ("AsyncExitStack, 1 manager", 1.5, f"async with L.AsyncExitStack() as stack: {A_ENTER}"),
    (
        "AsyncExitStack, 3 managers",
        1.5,
        f"async with L.AsyncExitStack() as stack: {A_ENTER}; {A_ENTER}; {A_ENTER}",
    ),
    (
        "AsyncExitStack, 10 managers",
        1.5,
        f"async with L.AsyncExitStack() as stack:\n    for _ in ten: {A_ENTER}",
    ),
    (
        "AsyncExitStack, 3 sync managers",
        1.0,
        f"async with L.AsyncExitStack() as stack: {ENTER}; {ENTER}; {ENTER}",
    ),
    (
        "AsyncExitStack, 1 callback",
        1.0,
        "async with L.AsyncExitStack() as stack: stack.push_async_callback(coroutine_function)",
    ),
    (
        "AsyncExitStack, 3 managers, body raises",
        1.0,
        caught(
            "async with L.AsyncExitStack() as stack:\n"
            f"    {A_ENTER}; {A_ENTER}; {A_ENTER}\n"
            f"    {RAISE}"
        ),
    ),
    ("asynccontextmanager", 1.2, "async with made(): pass"),
    ("asynccontextmanager, body raises", 1.0, caught(f"async with made(): {RAISE}")),
    ("aclosing", 1.0, "async with L.aclosing(thing): pass"),
    ("async nullcontext", 1.0, "async with L.nullcontext(): pass"),
]
N_ENTER = "await stack.enter_context(async_manager)"
NEUTRAL = [
    ("aio.ExitStack, nothing in it", 2.0, "async with L.ExitStack(): pass"),
    ("aio.ExitStack, 1 async manager", 2.0, f"async with L.ExitStack() as stack: {N_ENTER}"),
    (
        "aio.ExitStack, 3 async managers",
        2.0,
        f"async with L.ExitStack() as stack: {N_ENTER}; {N_ENTER}; {N_ENTER}",
    ),
    (
        "aio.ExitStack, 10 async managers",
        2.0,
        f"async with L.ExitStack() as stack:\n    for _ in ten: {N_ENTER}",
    ),
    (
        "aio.ExitStack, 3 sync managers",
        2.0,
        "async with L.ExitStack() as stack: "
        + "; ".join(["await stack.enter_context(manager)"] * 3),
    ),
    (
        "aio.ExitStack, 3 async callbacks",
        2.0,
        "async with L.ExitStack() as stack: "
        + "; ".join(["stack.callback(coroutine_function, 1)"] * 3),
    ),
    (
        "aio.ExitStack, 3 sync callbacks",
        2.0,
        "async with L.ExitStack() as stack: " + "; ".join(["stack.callback(function, 1)"] * 3),
    ),
    (
        "aio.ExitStack, 3 managers, body raises",
        2.0,
        caught(
            f"async with L.ExitStack() as stack:\n    {N_ENTER}; {N_ENTER}; {N_ENTER}\n    {RAISE}"
        ),
    ),
    ("aio.contextmanager", 2.0, "async with made(): pass"),
    ("aio.contextmanager, body raises", 2.0, caught(f"async with made(): {RAISE}")),
    ("aio.closing", 2.0, "async with L.closing(thing): pass"),
    ("aio.nullcontext", 2.0, "async with L.nullcontext(): pass"),
    (
        "aio.scoped_iter",
        2.0,
        "async with L.scoped_iter(numbers()) as items:\n    async for item in items: pass",
    ),
]
# What no library can save: the statements themselves, with managers that do nothing.
FLOORS = [
    ("with, 1 manager", "with manager: pass", False),
    ("with, 3 managers", "with manager, manager, manager: pass", False),
    ("async with, 1 manager", "async with async_manager: pass", True),
    (
        "async with, 3 managers",
        "async with async_manager, async_manager, async_manager: pass",
        True,
    ),
]


async def numbers():
    for number in range(10):
        yield number


SHARED["numbers"] = numbers


def optional(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def compile_case(code, library, is_async, number):
    """Return a function that runs the block `number` times and gives the nanoseconds of one."""
    made = None
    if is_async:
        maker = getattr(library, "asynccontextmanager", None) or library.contextmanager
        made = maker(async_generator)
    else:
        made = library.contextmanager(generator)
    namespace = {**SHARED, "L": library, "made": made, "decorated": None}
    if not is_async:
        namespace["decorated"] = made()(function)
    body = "\n".join("        " + line for line in code.splitlines())
    prefix = "async " if is_async else ""
    exec(f"{prefix}def run(loops):\n    for _ in loops:\n{body}", namespace)
    run = namespace["run"]

    def timed():
        loops = range(number)
        if not is_async:
            begin = time.perf_counter_ns()
            run(loops)
            return (time.perf_counter_ns() - begin) / number
        coroutine = run(loops)
        begin = time.perf_counter_ns()
        try:
            coroutine.send(None)
        except StopIteration:
            return (time.perf_counter_ns() - begin) / number
        raise AssertionError("the block waited for something")

    return timed


def usable(code, library, is_async):
    if library is None:
        return None
    try:
        timed = compile_case(code, library, is_async, 300)
        timed()
    except (AttributeError, TypeError):
        return None
    return timed


def measure(code, libraries, is_async, rounds):
    """Return a list of nanoseconds per library, None where it lacks the thing."""
    runs = [usable(code, library, is_async) for library in libraries]
    for run in runs:
        if run:
            run()
    times = [[] for _ in libraries]
    for _ in range(rounds):
        for run, into in zip(runs, times, strict=True):
            if run:
                # The best of three short ones: what the machine does besides is not of interest.
                into.append(min(run() for _ in range(3)))
    return [into or None for into in times]


def table(title, cases, libraries, names, is_async, options):
    """Print a table; return the rows whose target isn't reached."""
    print(f"\n### {title}\n")
    others = [name for name, library in zip(names[1:], libraries[1:], strict=True) if library]
    print("| block | ours | " + " | ".join(f"{n} | ratio" for n in others) + " | target |")
    print("|---|--:|" + "--:|--:|" * len(others) + "--:|")
    short = []
    for name, target, code in cases:
        if options.filter and options.filter not in name:
            continue
        ours, *rest = measure(code, libraries, is_async, options.rounds)
        cells = [name, f"{statistics.median(ours):.0f} ns"]
        ratio = None
        for library, theirs in zip(libraries[1:], rest, strict=True):
            if library is None:
                continue
            if theirs is None:
                cells += ["-", "-"]
                continue
            quotient = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
            ratio = ratio or quotient
            cells += [f"{statistics.median(theirs):.0f} ns", f"{quotient:.2f}"]
        cells.append(f"≥ {target}")
        print("| " + " | ".join(cells) + " |", flush=True)
        if ratio and ratio < target:
            short.append((name, target, ratio, statistics.median(ours)))
    return short


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--filter", default="")
    options = parser.parse_args()
    contextlib2, asyncstdlib = optional("contextlib2"), optional("asyncstdlib")
    print(f"Python {platform.python_version()}, median of {options.rounds} rounds")
    names = ["ours", "contextlib", "contextlib2"]
    libraries = [runtime, contextlib, contextlib2]
    short = table("Synchronous", SYNC, libraries, names, False, options)
    short += table("Asynchronous", ASYNC, libraries, names, True, options)
    if asyncstdlib:
        short += table(
            "Async-neutral", NEUTRAL, [aio, asyncstdlib], ["ours", "asyncstdlib"], True, options
        )
    print("\n### The statements alone\n\n| block | time |\n|---|--:|")
    for name, code, is_async in FLOORS:
        floor = statistics.median(measure(code, [runtime], is_async, options.rounds)[0])
        print(f"| {name} | {floor:.0f} ns |")
    print()
    for name, target, ratio, ours in short:
        print(f"target missed: {name}: {ratio:.2f} instead of {target} ({ours:.0f} ns)")


if __name__ == "__main__":
    main()
