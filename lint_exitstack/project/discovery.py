"""Paths as the user gave them -> the files to look at, each with its settings."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lint_exitstack.containers import suffixes
from lint_exitstack.model.errors import UsageError
from lint_exitstack.patterns import Patterns
from lint_exitstack.project.gitignore import Levels, ignored, levels_above, levels_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lint_exitstack.project.configuration import Configuration
    from lint_exitstack.settings import Settings

_PYTHON = (".py", ".pyi")


class Target(NamedTuple):
    """A file to look at: where it is, how it's called in messages, how it's treated."""

    path: Path
    shown: str
    settings: Settings


class Pending(NamedTuple):
    """A folder still to be read, what git says about it, and the named folder that it's under."""

    folder: Path
    levels: Levels
    start: Path


@dataclass
class Discovery:
    """Looks for files; `problems` collects what the user must mend."""

    configuration: Configuration
    problems: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set, init=False)
    _excludes: dict[tuple[int, Path], Patterns] = field(default_factory=dict, init=False)

    def targets(self, paths: Iterable[str]) -> tuple[Target, ...]:
        """Return the files that `paths` name or hold, each once, sorted."""
        found = [target for path in paths for target in self._under(Path(path).absolute())]
        return tuple(sorted(found, key=lambda target: target.path))

    def _under(self, given: Path) -> Iterator[Target]:
        path = given.resolve() if ".." in given.parts else given
        try:
            mode = path.stat().st_mode
        except OSError as error:
            self.problems.append(f"{shown(path)}: {_missing(path, error)}")
            return
        if stat.S_ISDIR(mode):
            yield from self._walk(path)
        elif stat.S_ISREG(mode):
            yield from self._named(path)
        else:
            self.problems.append(f"{shown(path)}: is neither a file nor a folder")

    def _named(self, path: Path) -> Iterator[Target]:
        settings = self._settings(path.parent)
        if settings is None:
            return
        if settings.force_exclude and is_excluded(path, settings):
            return
        if self._is_new(path):
            yield Target(path, shown(path), settings)

    def _walk(self, start: Path) -> Iterator[Target]:
        settings = self._settings(start)
        if settings is None or (settings.force_exclude and is_excluded(start, settings)):
            return
        levels = levels_above(start) if settings.respect_gitignore else ()
        pending = [Pending(start, levels, start)]
        while pending:
            here = pending.pop()
            settings = self._settings(here.folder)
            if settings is None:
                continue
            yield from self._read(here, settings, pending)

    def _read(self, here: Pending, settings: Settings, pending: list[Pending]) -> Iterator[Target]:
        """Yield the files in a folder, and note the folders in it."""
        levels = levels_in(here.folder, here.levels) if settings.respect_gitignore else ()
        excludes = self._patterns(settings, here.start)
        ends = suffixes_of(docs=settings.docs)
        try:
            entries = sorted(os.scandir(here.folder), key=lambda entry: entry.name)
        except OSError as error:
            self.problems.append(f"{shown(here.folder)}: can't be read: {error.strerror}")
            return
        for entry in entries:
            path = here.folder / entry.name
            folder = entry.is_dir(follow_symlinks=False)
            wanted = folder or (entry.name.endswith(ends) and _is_file(entry))
            if not wanted or excludes.match(str(path), folder=folder):
                continue
            if levels and ignored(path, levels, folder=folder):
                continue
            if folder:
                pending.append(Pending(path, levels, here.start))
            elif self._is_new(path):
                yield Target(path, shown(path), settings)

    def _settings(self, folder: Path) -> Settings | None:
        try:
            return self.configuration.for_folder(folder)
        except UsageError as error:
            if str(error) not in self.problems:
                self.problems.append(str(error))
            return None

    def _patterns(self, settings: Settings, start: Path) -> Patterns:
        key = (id(settings), start)
        if key not in self._excludes:
            everything = settings.exclude + settings.extend_exclude
            # What excludes the very folder that was asked for shall not exclude all in it.
            texts = tuple(
                text
                for text in everything
                if not Patterns((text,), settings.root).match(str(start), folder=True)
            )
            self._excludes[key] = Patterns(texts, settings.root)
        return self._excludes[key]

    def _is_new(self, path: Path) -> bool:
        real = os.path.realpath(path)
        if real in self._seen:
            return False
        self._seen.add(real)
        return True


def suffixes_of(*, docs: bool) -> tuple[str, ...]:
    """Return how the names of files end that are looked for below folders."""
    return _PYTHON + suffixes(docs=docs)


def is_excluded(path: Path, settings: Settings) -> bool:
    """Say whether the settings pass over `path`."""
    return Patterns(settings.exclude + settings.extend_exclude, settings.root).match(str(path))


def shown(path: Path) -> str:
    """Return the name that people know: relative to where they are, if it's below."""
    cwd = Path.cwd()
    return str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Take files and links to files; a dangling link is taken too, so that it gets reported.

    Editors keep their locks in dangling links (`.#name.py`); those are nobody's code.
    """
    if entry.is_symlink() and not Path(entry.path).exists():
        return not entry.name.startswith(".#")
    return entry.is_file()


def _missing(path: Path, error: OSError) -> str:
    if path.is_symlink():
        return "is a link that leads nowhere"
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    return f"can't be read: {error.strerror}"
