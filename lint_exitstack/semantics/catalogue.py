"""What is known about resources, exceptions and functions of the standard library and PyPI."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lint_exitstack.semantics.resource import Exit, Resource
from lint_exitstack.semantics.resource_rows import parse_resources, parse_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "Exit",
    "Resource",
    "canonical",
    "is_plain_exception",
    "lock",
    "parse_resources",
    "raises_no_group",
    "resource",
]

_NO_EXTRA: Mapping[str, Resource] = MappingProxyType({})


def resource(qualified_name: str, extra: Mapping[str, Resource] = _NO_EXTRA) -> Resource | None:
    """Look up what this callable returns; the user's rows come first."""
    if (found := extra.get(qualified_name)) is not None:
        return found
    return _resource(canonical(qualified_name))


def lock(qualified_name: str, extra: Mapping[str, Resource] = _NO_EXTRA) -> Resource | None:
    """Look up the lock that this callable makes."""
    found = resource(qualified_name, extra)
    return found if found is not None and found.is_lock else None


def canonical(qualified_name: str) -> str:
    """Give the name under which the catalogue knows this callable."""
    return _aliases().get(qualified_name, qualified_name)


def is_plain_exception(qualified_name: str) -> bool:
    """Say whether `except` and `issubclass` are known to agree about this exception class."""
    return qualified_name in _plain_exceptions()


def raises_no_group(
    qualified_name: str, positional: int = 0, keywords: Iterable[str | None] = ()
) -> bool:
    """Say whether a call of this function is known to raise no exception group.

    A call that hands over a hook (`shutil.rmtree(p, onerror=f)`) runs the user's code: give the
    number of positional arguments and the names of the others. `None` among them stands for
    `**kwargs`, which may hold anything.
    """
    names, hooks = _group_free()
    if qualified_name not in names:
        return is_plain_exception(qualified_name) and not qualified_name.endswith("Group")
    taken = hooks.get(qualified_name, {})
    given = frozenset(keywords)
    if taken and None in given:
        return False
    return not any(hook in given or 0 <= place < positional for hook, place in taken.items())


@functools.cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text("utf-8"))


@functools.cache
def _rows() -> dict[str, dict[str, Any]]:
    """Every row by its canonical name; rows are checked only when somebody asks for one."""
    return {
        name: row for section in _read("catalogue.toml").values() for name, row in section.items()
    }


@functools.cache
def _aliases() -> dict[str, str]:
    return {alias: name for name, row in _rows().items() for alias in row.get("also", "").split()}


@functools.cache
def _resource(name: str) -> Resource | None:
    row = _rows().get(name)
    return None if row is None else parse_row(name, row)


@functools.cache
def _plain_exceptions() -> frozenset[str]:
    return _spread(_read("exceptions.toml"))


@functools.cache
def _group_free() -> tuple[frozenset[str], dict[str, dict[str, int]]]:
    table = _read("group_free.toml")
    return _spread(table["names"]), table["hooks"]


def _spread(table: Mapping[str, str]) -> frozenset[str]:
    return frozenset(f"{owner}.{name}" for owner, names in table.items() for name in names.split())
