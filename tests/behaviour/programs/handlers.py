"""`try/except/pass` in its forms, and `suppress` as people write it."""

from . import statements

NOTHING = ("pass", "pass", "...")


def classes(writer):
    """What stands after `except`."""
    one = writer.pick(*writer.exceptions)
    other = writer.pick(*writer.exceptions)
    return writer.pick(
        one, one, one, f"({one}, {other})", f"({one},)", "Exception", "KeyboardInterrupt"
    )


def unusual_classes(writer):
    """Classes that are computed, hooked, or bound where they may not be yet."""
    return writer.pick(
        "Hooked",
        "errors.KeyError",
        "errors.Hooked",
        "BaseException",
        "os.error",
        "BOTH",
        "Alias",
        "local_error",
        "x",
    )


def in_loop(writer):
    """The same in a loop, where a handler may go on to the next turn."""
    writer.loops += 1
    with writer.block(f"for {writer.name()} in items({writer.label('i')})"):
        if writer.chance(2):
            statements.simple(writer)
        passing(writer)
    writer.loops -= 1


def passing(writer):
    """A `try` whose handlers do nothing."""
    with writer.block("try"):
        body(writer)
    star = "*" if writer.chance(12) else ""
    for _ in range(writer.pick(1, 1, 1, 2)):
        handler(writer, star)
    if writer.chance(8):
        with writer.block("else"):
            statements.suite(writer, 2)
    if writer.chance(3):
        writer.line(f"call({writer.label('c')}, {writer.name()})")


def body(writer):
    """What may fail."""
    form = writer.pick("suite", "call", "plain", "plain", "import", "natural")
    if form == "suite":
        statements.suite(writer, 2)
    elif form == "call":
        statements.do_call(writer)
    elif form == "plain":
        writer.line(writer.pick('os.remove("p")', 'os.rmdir("q")', 'x = os.unlink("r")'))
    elif form == "import":
        writer.line(writer.pick("import local_missing as x", "from os import missing as y"))
    else:
        writer.line(
            writer.pick('y = int("no")', "y = {}['k']", 'del {"a": 1}["b"]', "y = next(iter(()))")
        )


def handler(writer, star):
    """One handler that does nothing, in one of its spellings."""
    what = unusual_classes(writer) if writer.chance(4) else classes(writer)
    if writer.chance(5):
        what += f" as {writer.pick('e', writer.name())}"
    ending = writer.pick(*NOTHING)
    if writer.loops and not star and writer.chance(5):
        ending = "continue"
    if writer.odd(8):
        writer.raw(f"except{star} {what}: {ending}{writer.trailing()}")
        return
    with writer.block(f"except{star} {what}"):
        writer.raw(ending + writer.trailing())


def suppressed(writer):
    """`suppress` with arguments as they are found: none, tuples, names."""
    if writer.suppress is None:
        passing(writer)
        return
    arguments = writer.pick(
        "", "(KeyError, ValueError)", "KeyError", "BOTH", "*BOTH", "ValueError, (OSError, KeyError)"
    )
    with writer.block(f"with {writer.suppress}({arguments})"):
        statements.suite(writer, 2)
