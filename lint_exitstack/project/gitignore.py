"""What git ignores: nested `.gitignore` files and `.git/info/exclude`, up to the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from pathspec import GitIgnoreSpec


class Level(NamedTuple):
    """The patterns of one file, which count from `folder`."""

    folder: Path
    spec: GitIgnoreSpec


Levels = tuple[Level, ...]


def levels_above(folder: Path) -> Levels:
    """Return what the repository says about things in `folder`, without its own file."""
    repository = next((place for place in (folder, *folder.parents) if _is_repository(place)), None)
    if repository is None or repository == folder:
        return ()
    levels: Levels = ()
    for place in reversed(folder.parents):
        if place == repository or repository in place.parents:
            levels = levels_in(place, levels)
    # An explicit wish to look into an ignored folder is met.
    return () if ignored(folder, levels, folder=True) else levels


def levels_in(folder: Path, above: Levels) -> Levels:
    """Add what `folder` itself says; a repository in a repository starts anew."""
    levels = above
    if _is_repository(folder):
        levels = _read(folder, folder / ".git" / "info" / "exclude")
    return levels + _read(folder, folder / ".gitignore")


def ignored(path: Path, levels: Levels, *, folder: bool = False) -> bool:
    """Say whether git would pass over `path`: the innermost file that speaks about it decides."""
    for level in reversed(levels):
        place = path.relative_to(level.folder).as_posix()
        verdict = level.spec.check_file(f"{place}/" if folder else place).include
        if verdict is not None:
            return verdict
    return False


def _is_repository(folder: Path) -> bool:
    return (folder / ".git").exists()


def _read(folder: Path, path: Path) -> Levels:
    try:
        text = path.read_text("utf-8", errors="surrogateescape")
    except OSError:
        return ()
    from pathspec import GitIgnoreSpec  # 50 ms: only where there is something to ignore

    return (Level(folder, GitIgnoreSpec.from_lines(text.splitlines())),)
