"""A whole program: imports, classes, a function of some kind with closures, and its suite."""

from hypothesis import strategies as st

from . import cleanups, handlers, nests, statements
from .writing import Writer

KINDS = ("def", "async", "gen", "agen", "module", "method", "class")
HEADS = {
    "def": "def main()",
    "async": "async def main()",
    "gen": "def main()",
    "agen": "async def main()",
    "method": "def run(self)",
}
FOCUS = {
    "nests": (nests.nested,),
    "stacks": (nests.deep,),
    "passes": (handlers.passing, handlers.passing, handlers.in_loop, handlers.suppressed),
    "cleanups": (cleanups.cleanup,),
    "mixed": (nests.nested, handlers.passing, cleanups.cleanup),
}

# How a program comes by contextlib, and what it calls suppress then.
IMPORTS = {
    (): None,
    ("import contextlib",): "contextlib.suppress",
    ("from contextlib import suppress",): "suppress",
    ("import contextlib as c",): "c.suppress",
    ("from contextlib import ExitStack, suppress as quiet",): "quiet",
}


@st.composite
def programs(draw, focus):
    """The text of one program, most of it about one family of rules."""
    kind = draw(st.sampled_from(KINDS if focus != "cleanups" else KINDS[:4]))
    writer = Writer(draw, "def" if kind == "method" else kind)
    preamble(writer)
    if kind in {"module", "class"}:
        open_scope(writer, kind, focus)
    elif kind == "method":
        method(writer, focus)
    else:
        with writer.block(HEADS[kind]):
            function(writer, focus)
    return writer.text()


def preamble(writer):
    """What every program may use."""
    if writer.chance(6):
        writer.raw("#!/usr/bin/env python3")
    if writer.chance(4):
        writer.raw('"""A program."""')
    if writer.chance(6):
        writer.raw("from __future__ import annotations")
    found = writer.pick(*IMPORTS)
    for line in (*found, "import os", "import sys", "import threading"):
        writer.raw(line + writer.trailing())
    writer.suppress = IMPORTS[found]
    if writer.chance(5):
        writer.names.append(writer.pick("stack", "_stack", "suppress", "ExitStack"))
    if writer.chance(3):
        writer.raw("class Mine(KeyError): pass")
        writer.exceptions.insert(0, "Mine")
    writer.raw("BOTH = (KeyError, ValueError)")
    writer.raw("Alias = KeyError")
    writer.raw('errors = watched("errors")')
    writer.raw('box = thing("box")')


def open_scope(writer, kind, focus):
    """Statements at module level, or in a class body."""
    writer.raw("x = y = z = 0")
    if kind == "class":
        with writer.block("class Scope"):
            writer.raw("x = y = z = 0")
            body(writer, focus)
    else:
        body(writer, focus)


def method(writer, focus):
    """The function as a method, two levels deep."""
    with writer.block("class Holder"), writer.block(HEADS["method"]):
        function(writer, focus)
    writer.raw("def main():")
    writer.raw("    return Holder().run()")


def function(writer, focus):
    """The suite of the function, and the closure that rebinds one of its names."""
    if writer.chance(2):
        writer.raw("x = y = z = 0")
    else:
        writer.raw("x = 0")
    local_error = writer.chance(4)
    if local_error:
        writer.raw("local_error = KeyError")
    writer.raw("def rebind():")
    if writer.chance(2):
        writer.raw("    nonlocal x")
    if local_error and writer.chance(2):
        writer.raw("    nonlocal local_error; local_error = ValueError")
    if writer.chance(6):
        writer.raw("    global Alias; Alias = ValueError")
    writer.raw(f"    x = call({writer.label('rebind')})")
    body(writer, focus)
    if writer.yields:
        writer.raw("yield x")
    elif writer.chance(2):
        writer.raw("return x, y")


def body(writer, focus):
    """The statements that the program is about, and some around them."""
    for _ in range(writer.pick(1, 1, 2)):
        if writer.chance(3):
            statements.simple(writer)
        writer.pick(*FOCUS[focus])(writer)
    if writer.chance(2):
        writer.raw(f"call({writer.label('end')}, {writer.name()})")
