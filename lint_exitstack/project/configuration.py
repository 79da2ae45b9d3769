"""Which settings are those of a file: those of the nearest file, then the command line."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lint_exitstack.model.errors import UsageError
from lint_exitstack.project.requires_python import supported
from lint_exitstack.selection import Selection, covers, fixable_codes
from lint_exitstack.settings import Settings
from lint_exitstack.settings_keys import KEYS, Values, field_of, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TABLE = "lint-exitstack"
_PROJECT = "pyproject.toml"
# Files that hold nothing but our table.
_OWN = ("lint-exitstack.toml", ".lint-exitstack.toml")
# Where settings may come from; in one folder the first that has any counts.
FILES = (*_OWN, _PROJECT)
CONTEXTLIB = "contextlib"
# What our own runtime runs on: code for older targets can't import it.
OLDEST_FOR_RUNTIME = (3, 11)


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says to us: our table, and the Pythons that the project supports."""

    path: Path
    values: Values | None
    requires_python: str | None

    @property
    def prefix(self) -> str:
        """What stands before a key in messages."""
        return f"{self.path}: " if self.path.name in _OWN else f"{self.path}: tool.{TABLE}."


@dataclass
class Configuration:
    """Finds and remembers the settings of files; `overrides` are those of the command line.

    `file` replaces what would be found; `isolated` looks for nothing.
    """

    overrides: Values = field(default_factory=dict)
    file: Path | None = None
    isolated: bool = False
    _documents: dict[Path, tuple[Document, ...]] = field(default_factory=dict, init=False)
    _settings: dict[Path, Settings] = field(default_factory=dict, init=False)

    def for_file(self, path: Path) -> Settings:
        """Return the settings of the file at `path`; raises UsageError."""
        return self.for_folder(path.parent)

    def for_folder(self, folder: Path) -> Settings:
        """Return the settings of the files in `folder`; raises UsageError."""
        if folder not in self._settings:
            self._settings[folder] = self._load(folder)
        return self._settings[folder]

    def origin(self, folder: Path) -> Path | None:
        """Return the file that the settings of `folder` come from."""
        document = self._ours(folder)
        return None if document is None else document.path

    def _load(self, folder: Path) -> Settings:
        document = self._ours(folder)
        root = Path.cwd() if document is None or self.file else document.path.parent
        settings = replace(Settings(), root=str(root))
        values = {} if document is None or document.values is None else document.values
        settings = self._with_target(settings, folder)
        settings = layered(settings, values)
        _check_selectors(settings, "" if document is None else document.prefix)
        settings = layered(settings, self.overrides)
        _check_selectors(settings, "--")
        if settings.target_below is not None and settings.target_below <= settings.target_version:
            settings = replace(settings, target_below=None)
        _check_runtime(settings, "" if document is None else f"{document.path}: ")
        return settings

    def _with_target(self, settings: Settings, folder: Path) -> Settings:
        for document in self._upwards(folder):
            if document.requires_python is None:
                continue
            try:
                versions = supported(document.requires_python)
            except ValueError as error:
                message = f"{document.path}: project.requires-python: {error}"
                raise UsageError(message) from error
            if versions is not None:
                lowest, below = versions
                return replace(settings, target_version=lowest, target_below=below)
        return settings

    def _ours(self, folder: Path) -> Document | None:
        found = self._upwards(folder)
        return next((document for document in found if document.values is not None), None)

    def _upwards(self, folder: Path) -> list[Document]:
        if self.file is not None:
            document = read_document(self.file, required=True)
            return [] if document is None else [document]
        if self.isolated:
            return []
        folders = (folder, *folder.parents)
        return [document for parent in folders for document in self._in_folder(parent)]

    def _in_folder(self, folder: Path) -> tuple[Document, ...]:
        if folder not in self._documents:
            found = (read_document(folder / name) for name in FILES)
            self._documents[folder] = tuple(one for one in found if one is not None)
        return self._documents[folder]


def _check_selectors(settings: Settings, prefix: str) -> None:
    try:
        Selection.of(settings)
        fixable_codes(settings)
    except UsageError as error:
        raise UsageError(f"{prefix}{error}") from error


def _check_runtime(settings: Settings, prefix: str) -> None:
    if settings.runtime == CONTEXTLIB or settings.target_version >= OLDEST_FOR_RUNTIME:
        return
    needed, target = (
        ".".join(map(str, version)) for version in (OLDEST_FOR_RUNTIME, settings.target_version)
    )
    raise UsageError(
        f'{prefix}runtime = "{settings.runtime}" needs Python {needed} or newer, but the target '
        f"version is {target}: set target-version or requires-python"
    )


def read_document(path: Path, *, required: bool = False) -> Document | None:
    """Read what `path` says to us; None where there is no such file or nothing in it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        if isinstance(error, (FileNotFoundError, NotADirectoryError)) and not required:
            return None
        raise UsageError(f"{path}: can't be read: {error.strerror}") from error
    # Other people's broken files are none of our business.
    own = path.name in _OWN
    if not (required or own) and TABLE.encode() not in data and b"requires-python" not in data:
        return None
    try:
        text = data.decode()
        table = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: is no valid TOML: {error}") from error
    if own:
        return Document(path, read_table(table, _locator(path, text), _home(path)), None)
    return _document(path, text, table, required=required)


def _home(path: Path) -> str:
    return str(path.parent.absolute())


def _document(path: Path, text: str, table: dict[str, Any], *, required: bool) -> Document:
    ours = _table(table, "tool").get(TABLE)
    if ours is None and required:
        raise UsageError(f"{path}: has no table [tool.{TABLE}]")
    if ours is not None and not isinstance(ours, dict):
        raise UsageError(f"{path}: tool.{TABLE} must be a table, not {ours!r}")
    values = None
    if ours is not None:
        values = read_table(ours, _locator(path, text), _home(path))
    requires = _table(table, "project").get("requires-python")
    return Document(path, values, requires if isinstance(requires, str) else None)


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    inner = table.get(key)
    return inner if isinstance(inner, dict) else {}


def _locator(path: Path, text: str) -> Callable[[str], str]:
    """Name the line of a key as well as that can be told without a parser that keeps places."""

    def where(key: str) -> str:
        section = re.search(rf"^[ \t]*\[+\s*tool\.\"?{TABLE}\b", text, re.MULTILINE)
        start = section.start() if section else 0
        table = "" if path.name in _OWN else f": tool.{TABLE}"
        quoted = re.escape(key)
        row = rf"^[ \t]*(?:\[tool\.\"?{TABLE}\"?\.)?[\"']?{quoted}[\"']?[ \t]*[=.\]]"
        found = re.compile(row, re.MULTILINE).search(text, start)
        if found is None:
            return f"{path}{table}"
        return f"{path}:{text.count(chr(10), 0, found.start()) + 1}{table}"

    return where


def layered(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Lay the later `values` over `settings`: lists that extend add up, what is new wins."""
    changes = dict(values)
    for choice in _CHOICES:
        if choice.base in changes:
            changes = {choice.off: (), choice.more: (), **changes}
        else:
            _refine(settings, changes, choice)
    for key in KEYS:
        name = field_of(key)
        if name in values and KEYS[key].extends and name not in {row.more for row in _CHOICES}:
            changes[name] = getattr(settings, name) + values[name]
    return replace(settings, **changes)


class _Choice(NamedTuple):
    """Three fields that choose rules together: these, but not those, and more."""

    base: str
    off: str
    more: str


_CHOICES = (
    _Choice("select", "ignore", "extend_select"),
    _Choice("fixable", "unfixable", "extend_fixable"),
)


def _refine(settings: Settings, changes: dict[str, Any], choice: _Choice) -> None:
    """Let later words, for or against, beat what an earlier place said about the same."""
    off, on = changes.get(choice.off, ()), changes.get(choice.more, ())
    before = getattr(settings, choice.base)
    base = _without(before, off)
    if base != before:
        # An emptied list would mean the default: something must stay, to be taken away.
        changes[choice.base] = base or off
    changes[choice.more] = (*_without(getattr(settings, choice.more), off), *on)
    changes[choice.off] = (*_without(getattr(settings, choice.off), on), *off)


def _without(words: tuple[str, ...], covering: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if not any(covers(wide, word) for wide in covering))


def inline_values(text: str) -> Values:
    """Read `key = value` of the command line."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"--config: {text!r} is neither a file nor `key = value` in TOML: {error}"
        raise UsageError(message) from error
    return read_table(table, lambda _key: "--config", os.getcwd())  # noqa: PTH109 - a plain string
