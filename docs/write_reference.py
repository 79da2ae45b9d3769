"""Writes docs/reference/*.md from the signatures and docstrings of the runtime.

python docs/write_reference.py          write
python docs/write_reference.py --check  say what is out of date, and fail
"""

from __future__ import annotations

import importlib
import inspect
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference"
PACKAGE = "lint_exitstack.runtime"
MODULES = {
    page: importlib.import_module(name)
    for page, name in {
        "runtime": PACKAGE,
        "guards": f"{PACKAGE}.guards",
        "aio": f"{PACKAGE}.aio",
        "tracking": f"{PACKAGE}.tracking",
    }.items()
}
SHOWN = {getattr(module, name) for module in MODULES.values() for name in module.__all__}
PROTOCOL = {"__enter__", "__exit__", "__aenter__", "__aexit__", "__call__"}
LINE = 88
EMPTY = inspect.Signature.empty


class Written(str):
    """What a signature shows as it was written, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def written(value):
    if isinstance(value, type) and value is not EMPTY:
        return Written(value.__name__)
    return Written(value) if isinstance(value, str) else value


def call(name: str, thing) -> str:
    """How it is called, with annotations as in the source; classes without what they return."""
    try:
        found = inspect.signature(thing)
    except ValueError:
        return name
    shown = [
        one.replace(annotation=written(one.annotation), default=quoted(one.default))
        for one in found.parameters.values()
        if one.name != "self"
    ]
    returned = EMPTY if isinstance(thing, type) else written(found.return_annotation)
    return wrapped(name + str(found.replace(parameters=shown, return_annotation=returned)))


def wrapped(line: str) -> str:
    """A long line with each parameter on a line of its own."""
    if len(line) <= LINE:
        return line
    depth, rows, row = 0, [], ""
    for char in line:
        depth += (char in "([") - (char in ")]")
        if depth == 0 and char == ")":
            rows.append(row + ",")
            row = ")"
        elif depth == 1 and char in "(,":
            rows.append(row + char)
            row = "   "
        else:
            row += char
    return "\n".join([*rows, row]).replace("(\n   ", "(\n    ", 1)


def quoted(default):
    """A default as it is written; private sentinels as dots."""
    if type(default) is object:
        return Written("...")
    return default if isinstance(default, str) else written(default)


def doc(thing) -> str:
    """The docstring, with the examples in it as Python."""
    lines = inspect.cleandoc(thing.__doc__ or "").split("\n\n")
    return "\n\n".join(
        f"```python\n{textwrap.dedent(part)}\n```" if part.startswith("    ") else part
        for part in lines
    )


def members(kind: type) -> dict[str, object]:
    """What can be used of a class: its own, and what it has of bases that aren't shown."""
    found: dict[str, object] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith(PACKAGE) and (base is kind or base not in SHOWN):
            found |= vars(base)
    return {
        name: value
        for name, value in found.items()
        if (not name.startswith("_") or name in PROTOCOL) and doc(value)
    }


def member(name: str, value) -> str:
    if isinstance(value, property):
        returned = written(inspect.signature(value.fget).return_annotation)
        return f"```python\n{name}: {returned}\n```\n\n{doc(value)}\n"
    if not callable(value) and not hasattr(value, "__func__"):
        return f"```python\n{name}\n```\n\n{doc(value)}\n"
    function = getattr(value, "__func__", value)
    starts = "async def " if inspect.iscoroutinefunction(function) else "def "
    return f"```python\n{starts}{call(name, function)}\n```\n\n{doc(function)}\n"


def entry(name: str, thing) -> str:
    """The section of one name of a module."""
    if not isinstance(thing, type):
        starts = "async def " if inspect.iscoroutinefunction(thing) else "def "
        return f"## `{name}`\n\n```python\n{starts}{call(name, thing)}\n```\n\n{doc(thing)}\n"
    parts = [f"## `{name}`\n\n```python\nclass {call(name, thing)}\n```\n\n{doc(thing)}\n"]
    bases = [base.__name__ for base in thing.__mro__[1:] if base in SHOWN]
    if bases:
        parts.append(f"Has also what {' and '.join(f'`{base}`' for base in bases)} has.\n")
    own = members(thing)
    parts += [f"### `{name}.{one}`\n\n{member(one, value)}" for one, value in own.items()]
    return "\n".join(parts)


def page(module) -> str:
    short = module.__name__.removeprefix("lint_exitstack.")
    head = f"# {short}\n\n*Module `{module.__name__}`.* {doc(module)}\n\n"
    return head + "\n".join(entry(name, getattr(module, name)) for name in module.__all__)


def index() -> str:
    rows = [
        f"- [`{module.__name__}`]({page}.md): {doc(module).splitlines()[0]}"
        for page, module in MODULES.items()
    ]
    head = "# Reference\n\nWritten from the docstrings. [The runtime library](../runtime.md) and "
    head += "[tracking](../tracking.md) show\nhow it is used.\n\n"
    tree = "\n".join(["```{toctree}", ":hidden:", "", *MODULES, "```"])
    return head + "\n".join(rows) + f"\n\n{tree}\n"


def wanted() -> dict[Path, str]:
    files = {FOLDER / f"{name}.md": page(module) for name, module in MODULES.items()}
    return files | {FOLDER / "index.md": index()}


def main() -> int:
    files = wanted()
    stale = [p for p, text in files.items() if not p.exists() or p.read_text("utf-8") != text]
    stale += [p for p in FOLDER.glob("*.md") if p not in files]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"out of date: {path.relative_to(ROOT)}")
        return 1 if stale else 0
    FOLDER.mkdir(exist_ok=True)
    for path in stale:
        if path in files:
            path.write_text(files[path], "utf-8", newline="\n")
        else:
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
