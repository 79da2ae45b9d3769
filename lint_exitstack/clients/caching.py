"""Where the cache of a run is, if it has one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lint_exitstack.clients.finding_tasks import mode_of
from lint_exitstack.model.errors import UsageError
from lint_exitstack.project.cache.cache import NAME, Cache
from lint_exitstack.project.one_file import Mode

if TYPE_CHECKING:
    import argparse

    from lint_exitstack.project.configuration import Configuration


def cache_for(arguments: argparse.Namespace, settings: Configuration) -> Cache | None:
    """Return the cache of the project that the working folder is in; raises UsageError.

    One run has one cache, whatever configurations its files have.
    """
    if arguments.no_cache or mode_of(arguments) is Mode.IGNORE:
        return None
    try:
        here = settings.for_folder(Path.cwd())
    except UsageError:
        # Whoever looks for files here tells of it; others may lie elsewhere.
        return None
    folder = Path(here.cache_dir or Path(here.root, NAME))
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is no folder, which the cache needs: see cache-dir")
    return Cache(folder)
