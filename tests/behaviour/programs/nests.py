"""Nested `with` statements: mergeable, interleaved, mixed, with every form of target and header."""

from . import statements

TARGETS = (
    "",
    " as x",
    " as y",
    " as (x, y)",
    " as [y, z]",
    " as box.part",
    " as box[x]",
    " as (z)",
)

SHAPES = ("sole", "sole", "sole", "before", "before", "after", "if")


def nested(writer):
    """A chain of `with` blocks, each in the last place of the one before, or nearly."""
    depth = writer.pick(2, 2, 3, 4, 5)
    # Deep chains are for the stack, which needs statements between and nothing after.
    shapes = ("sole", "sole", "before") if depth > 3 else SHAPES
    level(writer, depth, shapes, mixing=writer.awaits and writer.chance(3))


def deep(writer):
    """A nest for the stack: four levels or more that can't be merged, nothing after the inner."""
    shapes = ("before", "before", "before", "before", "sole", "if")
    level(writer, writer.pick(4, 4, 5), shapes, mixing=writer.awaits and writer.chance(2))


def level(writer, depth, shapes, *, mixing):
    """One `with` of the chain and what it holds."""
    is_async = writer.awaits and (writer.chance(2) if mixing else True)
    text = header(writer, is_async=is_async)
    if depth <= 1 and writer.odd(6):
        writer.one_line(text, f"x = call({writer.label('o')}); call({writer.label('o')}, x)")
        return
    with writer.block(text):
        if depth <= 1:
            statements.suite(writer)
            return
        shape = writer.pick(*shapes)
        if shape == "before":
            statements.simple(writer)
        if shape == "if":
            with writer.block(f"if cond({writer.label('if')})"):
                level(writer, depth - 1, shapes, mixing=mixing)
        else:
            level(writer, depth - 1, shapes, mixing=mixing)
        if shape == "after":
            statements.simple(writer)


def item(writer, *, is_async):
    """One item of a header."""
    maker = "acm" if is_async else "cm"
    target = writer.pick(*TARGETS)
    if target == " as box[x]" and writer.chance(2):
        target = f" as box[call({writer.label('k')})]"
    inner = writer.pick("", "", "", f", gives=call({writer.label('g')})", ", gives=[1, 2]")
    return f"{maker}({writer.label('m')}{inner}){target}"


def header(writer, *, is_async):
    """The header of one `with`, written in one of the ways there are."""
    items = [item(writer, is_async=is_async) for _ in range(writer.pick(1, 1, 1, 2, 3))]
    keyword = "async with" if is_async else "with"
    layout = writer.pick("plain", "plain", "plain", "parens", "lines", "backslash")
    if layout == "parens":
        return f"{keyword} ({', '.join(items)})"
    if layout == "lines":
        return f"{keyword} {in_lines(writer, items)}"
    if layout == "backslash" and len(items) > 1:
        joint = f", \\\n{writer.indent}      "
        return f"{keyword} {joint.join(items)}"
    return f"{keyword} {', '.join(items)}"


def in_lines(writer, items):
    """A parenthesised header with an item a line, and comments."""
    rows = [f"({writer.trailing()}"]
    for number, one in enumerate(items):
        if writer.odd(6):
            rows.append(f"{writer.indent}    {writer.comment()}")
        comma = "" if number == len(items) - 1 and writer.chance(3) else ","
        rows.append(f"{writer.indent}    {one}{comma}{writer.trailing()}")
    return "\n".join([*rows, f"{writer.indent})"])
