"""Path patterns as users write them: those of `.gitignore`, counted from a folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pathspec import GitIgnoreSpec

_SPECIAL = frozenset("*?[]!\\")


def anchored(pattern: str, folder: str) -> str:
    """Bind a pattern with a slash in it to `folder`; a bare name matches at any depth anyway.

    Settings mix patterns of a file with those of the command line, which count from elsewhere.
    """
    if "/" not in pattern.rstrip("/") or not folder:
        return pattern
    prefix = "".join(f"\\{char}" if char in _SPECIAL else char for char in _posix(folder))
    return f"/{prefix.strip('/')}/{pattern.removeprefix('./').lstrip('/')}"


@dataclass(frozen=True)
class Patterns:
    """Anchored patterns; bare names are looked for below `root` only.

    Nobody's project shall vanish because it lies in a home directory called `build`.
    """

    texts: tuple[str, ...]
    root: str = ""

    def match(self, path: str, *, folder: bool = False) -> bool:
        """Say whether the absolute `path`, or a folder that it lies in, is meant."""
        if not self.texts:
            return False
        inner = self._below_root(path)
        if not self._names.isdisjoint(inner.split("/")):
            return True
        slash = "/" if folder else ""
        return any(
            spec is not None and spec.match_file(where + slash)
            for spec, where in ((self._globs, inner), (self._rooted, _posix(path).lstrip("/")))
        )

    def _below_root(self, path: str) -> str:
        posix, root = _posix(path), _posix(self.root).rstrip("/")
        if root and posix.startswith(f"{root}/"):
            return posix[len(root) + 1 :]
        return posix.rpartition("/")[2] if root else posix.lstrip("/")

    @cached_property
    def _names(self) -> frozenset[str]:
        """Plain names need no pattern library, and most excludes are such."""
        plain = (text.rstrip("/") for text in self.texts if _SPECIAL.isdisjoint(text))
        return frozenset(name for name in plain if "/" not in name)

    @cached_property
    def _globs(self) -> GitIgnoreSpec | None:
        return _spec(
            text
            for text in self.texts
            if "/" not in text.rstrip("/") and text.rstrip("/") not in self._names
        )

    @cached_property
    def _rooted(self) -> GitIgnoreSpec | None:
        return _spec(text for text in self.texts if "/" in text.rstrip("/"))


def _spec(texts: Iterable[str]) -> GitIgnoreSpec | None:
    lines = list(texts)
    if not lines:
        return None
    from pathspec import GitIgnoreSpec  # 50 ms that most runs don't need

    return GitIgnoreSpec.from_lines(lines)


def _posix(path: str) -> str:
    return path.replace(os.sep, "/")
