"""Cleanup written by hand: ladders, guarded closes, locks, flags, redirects, and the like."""

from . import statements

SYNC = {
    "thing": "{0}.close()",
    "closing_thing": "{0}.close()",
    "quitting_thing": "{0}.close()",
    "open": "{0}.close()",
}
ASYNC = {"athing": "await {0}.aclose()", "aclosing_thing": "await {0}.aclose()"}


def cleanup(writer):
    """One of the shapes."""
    shapes = (close, guarded_close, ladder, lock, fragile, flag, reraise, redirect, chdir)
    if writer.chance(4):
        # All that a manager holds: they can share a header.
        with writer.block(managed(writer)):
            writer.pick(*shapes)(writer)
    else:
        writer.pick(*shapes)(writer)


def managed(writer):
    """The header of a `with` of one kind or the other."""
    if writer.awaits and writer.chance(3):
        return f"async with acm({writer.label('m')})"
    return f"with cm({writer.label('m')})"


def inside(writer):
    """What is done while something is held: now and then all of it under a manager."""
    if writer.chance(4):
        with writer.block(managed(writer)):
            statements.suite(writer, 2)
    else:
        statements.suite(writer, 2)


def acquire(writer, name):
    """Acquire something into a name; return the statement that releases it."""
    choices = {**SYNC, **ASYNC} if writer.awaits else SYNC
    maker = writer.pick(*choices)
    writer.line(f"{name} = {maker}({writer.label('r')})")
    return choices[maker].format(name)


def close(writer):
    """Acquire, try, close."""
    name = writer.name()
    release = acquire(writer, name)
    if writer.chance(5):
        writer.line(writer.pick("y = 1", f"{name}.configure()", "z = None"))
    with writer.block("try"):
        body(writer, name)
    with writer.block("finally"):
        writer.line(release)


def body(writer, name):
    """What uses the resource; now and then it takes its name away."""
    if writer.chance(2):
        writer.line(f"{name}.use()")
    inside(writer)
    if writer.chance(8):
        writer.line(f"{name} = thing({writer.label('r')})")


def guarded_close(writer):
    """`x = None` first, then everything inside the `try`."""
    name = writer.name()
    writer.line(f"{name} = None")
    with writer.block("try"):
        release = acquire(writer, name)
        body(writer, name)
    with writer.block("finally"):
        test = writer.pick(f"{name} is not None", name)
        with writer.block(f"if {test}"):
            writer.line(release)


def ladder(writer):
    """Acquire, try, acquire, try, and down again."""
    names = writer.pick(("x", "y"), ("x", "y", "z"))
    rung(writer, names)


def rung(writer, names):
    """One rung of the ladder."""
    release = acquire(writer, names[0])
    with writer.block("try"):
        if len(names) == 1:
            body(writer, names[0])
        else:
            if writer.chance(3):
                statements.simple(writer)
            rung(writer, names[1:])
    with writer.block("finally"):
        writer.line(release)
        if writer.chance(6):
            writer.line(f"call({writer.label('c')}, {names[0]})")


def lock(writer):
    """Acquire a lock, try, release it."""
    is_async = writer.awaits and writer.chance(2)
    maker = "alock" if is_async else writer.pick("lock", "threading.Lock", "odd_lock")
    argument = "" if "." in maker else writer.label("l")
    writer.line(f"held = {maker}({argument})")
    writer.line("await held.acquire()" if is_async else "held.acquire()")
    with writer.block("try"):
        inside(writer)
    with writer.block("finally"):
        writer.line("held.release()")


def fragile(writer):
    """Two cleanups in a row: the first that fails skips the other."""
    first, second = (acquire(writer, name) for name in ("x", "y"))
    with writer.block("try"):
        inside(writer)
    with writer.block("finally"):
        writer.line(second)
        writer.line(first)


def flag(writer):
    """Clean up unless the flag was set."""
    release = acquire(writer, "x")
    writer.line("done = False")
    with writer.block("try"):
        inside(writer)
        writer.line("done = True")
    with writer.block("finally"), writer.block("if not done"):
        writer.line(release)
    if writer.chance(3):
        writer.line(f"call({writer.label('c')}, done)")


def reraise(writer):
    """Clean up and raise again."""
    release = acquire(writer, "x")
    with writer.block("try"):
        inside(writer)
    caught = writer.pick("except BaseException", "except Exception", "except")
    with writer.block(caught):
        writer.line(release)
        writer.line("raise")


def redirect(writer):
    """Put standard output elsewhere and back."""
    writer.line("saved = sys.stdout")
    writer.line(f"sys.stdout = stream({writer.label('s')})")
    with writer.block("try"):
        writer.line('print("spoken")')
        inside(writer)
    with writer.block("finally"):
        writer.line("sys.stdout = saved")


def chdir(writer):
    """Go elsewhere and back."""
    writer.line("here = os.getcwd()")
    writer.line("os.chdir('there')")
    with writer.block("try"):
        inside(writer)
    with writer.block("finally"):
        writer.line("os.chdir(here)")
