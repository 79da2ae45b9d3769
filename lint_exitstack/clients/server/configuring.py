"""Settings of documents: the client's, over those of the nearest file of the moment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lint_exitstack.model.errors import UsageError
from lint_exitstack.project.configuration import FILES, Configuration
from lint_exitstack.settings import Settings
from lint_exitstack.settings_keys import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lint_exitstack.settings_keys import Values

SECTION = "lint-exitstack"
_FILE = "config"
_Stamp = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    stamp: _Stamp
    settings: Settings


class EditorConfiguration:
    """Knows the settings of each folder for as long as nothing that they come from changes.

    What is wrong with them is said once through `complain`; the last good ones then stay.
    """

    def __init__(self, complain: Callable[[str], None]) -> None:
        self.root = Path.cwd()
        self._complain = complain
        self._complaints: set[str] = set()
        self._values: Values = {}
        self._file: Path | None = None
        self._known: dict[Path, _Known] = {}

    def take(self, table: Mapping[str, Any]) -> bool:
        """Take the client's settings; say whether they are new. Wrong ones change nothing."""
        before = self._values, self._file
        try:
            self._values, self._file = self._read(table)
        except UsageError as error:
            self._say(str(error))
        if before == (self._values, self._file):
            return False
        self._known = {folder: _Known((), old.settings) for folder, old in self._known.items()}
        return True

    def _read(self, table: Mapping[str, Any]) -> tuple[Values, Path | None]:
        file = table.get(_FILE)
        if not isinstance(file, str | None):
            raise UsageError(f"settings: {SECTION}.{_FILE}: must be a path, not {file!r}")
        ours = {key: value for key, value in table.items() if key != _FILE}
        values = read_table(ours, lambda key: f"settings: {SECTION}.{key}", str(self.root))
        Configuration(values, isolated=True).for_folder(self.root)
        return values, None if file is None else self.root / file

    def settings_of(self, path: Path | None) -> Settings:
        """Return the settings of a document; while nothing changes it's the very same object."""
        folder = self.root if path is None else path.parent
        stamp = self._stamp(folder)
        known = self._known.get(folder)
        if known is not None and known.stamp == stamp:
            return known.settings
        settings = Settings(root=str(folder)) if known is None else known.settings
        try:
            settings = Configuration(self._values, self._file).for_folder(folder)
        except UsageError as error:
            self._say(str(error))
        else:
            self._complaints.clear()
        self._known[folder] = _Known(stamp, settings)
        return settings

    def _stamp(self, folder: Path) -> _Stamp:
        places = [parent / name for parent in (folder, *folder.parents) for name in FILES]
        return tuple(_moment(place) for place in (self._file, *places) if place is not None)

    def _say(self, text: str) -> None:
        if text not in self._complaints:
            self._complaints.add(text)
            self._complain(text)


def _moment(path: Path) -> tuple[int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size
