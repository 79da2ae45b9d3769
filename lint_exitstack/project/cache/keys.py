"""What the findings of a file depend on, as digests: its bytes, the task, the program itself."""

from __future__ import annotations

import functools
import hashlib
import os
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lint_exitstack import __version__
from lint_exitstack.semantics.bootstrap import is_bootstrap_module
from lint_exitstack.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.project.one_file import Task

_PACKAGE = Path(__file__).parents[2]
# How the folders begin that tell the versions of those libraries that have a say in what we report.
_LIBRARIES = ("libcst-", "nbformat-", "markdown_it_py-", "pathspec-", "packaging-")
_BYTES = 16


def content_digest(data: bytes) -> str:
    """Name the content of a file."""
    return hashlib.blake2b(data, digest_size=_BYTES).hexdigest()


@functools.cache
def program_digest() -> str:
    """Name this program: its version and sources, the Python that runs it, its libraries.

    The sources are read, since those of an editable install change without a new version, and
    their times differ from one machine of a CI service to the next. They are read once: code that
    changes while it runs isn't what runs.
    """
    digest = hashlib.blake2b(digest_size=_BYTES)
    python = (sys.implementation.name, sys.version, sys.flags.optimize)
    digest.update(ascii((__version__, python, sorted(_libraries()))).encode())
    for path in _sources():
        with path.open("rb") as stream:
            data = stream.read()
        digest.update(f"\0{path.relative_to(_PACKAGE).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for folder, inner, names in os.walk(_PACKAGE):
        inner[:] = sorted(name for name in inner if name != "__pycache__")
        yield from (Path(folder, name) for name in sorted(names))


def _libraries() -> Iterator[str]:
    """Yield names such as libcst-1.9.0.dist-info; to ask importlib.metadata takes 70 ms."""
    for folder in sys.path:
        try:
            names = [path.name for path in Path(folder).iterdir()]
        except OSError:
            continue
        yield from (name for name in names if name.lower().startswith(_LIBRARIES))


@dataclass
class Keys:
    """Names tasks; settings are written out once for all the files that share them."""

    _settings: dict[int, tuple[Settings, str]] = field(default_factory=dict, init=False)

    def of(self, task: Task) -> str:
        """Name everything about `task` that its findings depend on, save the file's content.

        What files are called matters: patterns in the settings speak about paths, suffixes tell
        kinds, and modules that contextlib needs lie beside it.
        """
        # `lines` are those that findings are wanted of; mode and reason say what is done with them.
        parts = (task.path, is_bootstrap_module(task.path), task.lines)
        wanted = (task.edits, task.compare, task.identify)
        return content_digest(ascii((self._named(task.settings), parts, wanted)).encode())

    def _named(self, settings: Settings) -> str:
        if id(settings) not in self._settings:
            text = ascii(_of_findings(settings)).encode()
            # The settings are kept, lest others get their number.
            self._settings[id(settings)] = settings, content_digest(text)
        return self._settings[id(settings)][1]


def _of_findings(settings: Settings) -> Settings:
    """Return the settings without those that only say which files are looked at."""
    usual = Settings()
    return replace(
        settings,
        exclude=usual.exclude,
        extend_exclude=usual.extend_exclude,
        force_exclude=usual.force_exclude,
        respect_gitignore=usual.respect_gitignore,
        docs=usual.docs,
        cache_dir=usual.cache_dir,
    )
