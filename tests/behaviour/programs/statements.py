"""Statements of every sort, and the suites that they make up."""

from . import cleanups, handlers, nests


def suite(writer, most=3):
    """One to a few statements."""
    for _ in range(writer.pick(1, 1, 2, most)):
        statement(writer)


def statement(writer):
    """One statement of any sort, compound while there is room."""
    if writer.full or writer.chance(2):
        simple(writer)
        return
    makers = [nests.nested, handlers.passing, branch, loop, guarded, handlers.suppressed]
    if writer.in_function:
        makers.append(cleanups.cleanup)
    writer.pick(*makers)(writer)


def simple(writer):
    """One simple statement."""
    writer.pick(do_call, do_call, assign, assign, rearrange, leave, suspend, text)(writer)


def do_call(writer):
    """A call, which may read a name that isn't bound."""
    argument = writer.pick("", "", ", x", ", y", ", x, z")
    call = f"call({writer.label('c')}{argument})"
    if writer.awaits and writer.chance(2):
        call = f"await a{call}"
    writer.line(call)


def assign(writer):
    """A binding of one of the names."""
    name = writer.name()
    value = writer.pick(f"call({writer.label('v')})", "1", "None", "[1, 2]", "box.part")
    writer.line(f"{name} = {value}")


def rearrange(writer):
    """Statements that bind, unbind and store in other ways."""
    forms = [
        "x, y = y, x",
        f"box.part = call({writer.label('v')})",
        f"box[call({writer.label('k')})] = x",
        f"x = [call({writer.label('e')}, i) for i in items({writer.label('i')})]",
        "del x",
    ]
    if writer.in_function:
        forms += ["rebind()", "rebind()"]
    writer.line(writer.pick(*forms))


def leave(writer):
    """A statement that leaves the block, under a condition most of the time."""
    ways = [f"raise {writer.pick('ValueError', 'KeyError')}({writer.label('r')})"]
    if writer.kind in {"def", "async", "gen"}:
        ways.append("return x")
    if writer.kind == "agen":
        ways.append("return")
    if writer.loops:
        ways += ["break", "continue"]
    way = writer.pick(*ways)
    if writer.chance(3):
        writer.line(way)
        return
    with writer.block(f"if cond({writer.label('if')})"):
        writer.line(way)


def suspend(writer):
    """A yield or an await where there may be one."""
    if writer.yields:
        writer.line(writer.pick(f"x = yield call({writer.label('y')})", "yield x", "yield"))
    elif writer.awaits:
        writer.line(f"x = await acall({writer.label('w')})")
    else:
        writer.line("pass")


def text(writer):
    """A string over several lines, whose text must not be indented anew."""
    writer.line(f'call({writer.label("t")}, """one\n      two\n\tthree""")')


def branch(writer):
    """A condition, sometimes with another side."""
    with writer.block(f"if cond({writer.label('if')})"):
        suite(writer)
    if writer.chance(2):
        with writer.block("else"):
            suite(writer)


def loop(writer):
    """A loop that ends."""
    header = f"for {writer.name()} in items({writer.label('i')})"
    if writer.awaits and writer.chance(3):
        header = f"async for {writer.name()} in aitems({writer.label('i')})"
    elif writer.chance(4):
        header = f"while cond({writer.label('while')})"
    writer.loops += 1
    with writer.block(header):
        suite(writer)
    writer.loops -= 1
    if writer.chance(4):
        with writer.block("else"):
            suite(writer, 2)


def guarded(writer):
    """A try statement of the general sort."""
    with writer.block("try"):
        suite(writer)
    if writer.chance(2):
        with writer.block(f"except {handlers.classes(writer)}"):
            suite(writer, 2)
        if writer.chance(2):
            with writer.block("else"):
                suite(writer, 2)
        if writer.chance(2):
            return
    with writer.block("finally"):
        loops, writer.loops = writer.loops, 0
        kind, writer.kind = writer.kind, "module" if writer.kind == "agen" else writer.kind
        finally_suite(writer)
        writer.loops, writer.kind = loops, kind


def finally_suite(writer):
    """What cleans up: no jumps out of it."""
    for _ in range(writer.pick(1, 2)):
        writer.pick(do_call, assign)(writer)
