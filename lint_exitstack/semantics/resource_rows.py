"""Rows of the resource catalogue, ours and the user's: checked and turned into values."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from lint_exitstack.semantics.resource import Exit, Resource, Version

_FLAGS = {
    "async": "is_async",
    "awaited-close": "awaited_close",
    "awaited-open": "awaited_open",
    "enters-unawaited": "enters_unawaited",
    "long-lived": "long_lived",
    "lock": "is_lock",
    "reentrant": "reentrant",
    "verified": "verified",
}
_KEYS = (
    "kind",
    "closes",
    "exit",
    "note",
    "same-as",
    "differs-with",
    "binds",
    "since",
    "until",
    "also",
    *_FLAGS,
)
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
_VERSION = re.compile(r"(\d+)\.(\d+)")


def parse_resources(table: Mapping[str, object]) -> dict[str, Resource]:
    """Read `[tool.lint-exitstack.resources]`: qualified callable -> row.

    ValueError names the key, what is wrong with it, and the nearest valid name.
    """
    resources: dict[str, Resource] = {}
    for name, row in table.items():
        parsed = parse_row(name, row)
        resources |= dict.fromkeys((name, *aliases(name, row)), parsed)
    return resources


def parse_row(name: str, row: object) -> Resource:
    """Turn one row into its value."""
    cells = _cells(name, row)
    if unknown := [key for key in cells if key not in _KEYS]:
        raise _error(name, f"unknown key {unknown[0]!r}{_nearest(unknown[0], _KEYS)}")
    closes = _names(name, cells, "closes")
    if not closes:
        raise _error(name, 'needs `closes`: the methods that release it, such as "close"')
    flags = {field: _flag(name, cells, key) for key, field in _FLAGS.items()}
    exit_ = _exit(name, cells)
    binds = _text(name, cells, "binds")
    return Resource(
        name=name,
        kind=_text(name, cells, "kind") or "resource",
        closes=closes,
        exit=exit_,
        exit_note=_text(name, cells, "note"),
        same_as=_same_as(name, cells, closes, exit_),
        differs_with=_names(name, cells, "differs-with"),
        binds_self=not binds,
        binds_note=binds,
        since=_version(name, cells, "since"),
        until=_version(name, cells, "until"),
        **flags,
    )


def aliases(name: str, row: object) -> tuple[str, ...]:
    """Other qualified names of the same thing."""
    return _names(name, _cells(name, row), "also")


def _cells(name: str, row: object) -> Mapping[str, object]:
    if not _DOTTED.fullmatch(name):
        raise _error(name, 'must be a dotted name such as "package.module.connect"')
    if not isinstance(row, Mapping):
        raise _error(name, f'must be a table such as {{ closes = "close" }}, not {row!r}')
    return row


def _exit(name: str, cells: Mapping[str, object]) -> Exit:
    value = _text(name, cells, "exit") or Exit.SAME.value
    known = [member.value for member in Exit]
    if value not in known:
        choices = ", ".join(known)
        raise _error(name, f"`exit` is {value!r}, not one of {choices}{_nearest(value, known)}")
    if value == Exit.DIFFERS.value and not _text(name, cells, "note"):
        raise _error(name, "`exit` differs, so `note` must say in one sentence what it does")
    return Exit(value)


def _same_as(
    name: str, cells: Mapping[str, object], closes: tuple[str, ...], exit_: Exit
) -> tuple[str, ...]:
    same = _names(name, cells, "same-as")
    if stray := [method for method in same if method not in closes]:
        nearest = _nearest(stray[0], closes)
        raise _error(name, f"`same-as` has {stray[0]!r}, which `closes` lacks{nearest}")
    if exit_ is Exit.SAME:
        return same or closes[:1]
    return same


def _text(name: str, cells: Mapping[str, object], key: str) -> str:
    value = cells.get(key, "")
    if not isinstance(value, str):
        raise _error(name, f"`{key}` must be a string, not {value!r}")
    return value


def _flag(name: str, cells: Mapping[str, object], key: str) -> bool:
    value = cells.get(key, False)
    if not isinstance(value, bool):
        raise _error(name, f"`{key}` must be true or false, not {value!r}")
    return value


def _names(name: str, cells: Mapping[str, object], key: str) -> tuple[str, ...]:
    """Read names given as one string with blanks between, or as a list."""
    value = cells.get(key, "")
    words = value.split() if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise _error(name, f"`{key}` must be a string or a list of strings, not {value!r}")
    for word in words:
        if not all(part.isidentifier() for part in word.split(".")):
            raise _error(name, f"`{key}` has {word!r}, which is no name")
    return tuple(words)


def _version(name: str, cells: Mapping[str, object], key: str) -> Version | None:
    value = _text(name, cells, key)
    if not value:
        return None
    if (match := _VERSION.fullmatch(value)) is None:
        raise _error(name, f'`{key}` must look like "3.11", not {value!r}')
    return int(match[1]), int(match[2])


def _nearest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def _error(name: str, problem: str) -> ValueError:
    return ValueError(f'resources."{name}": {problem}')
