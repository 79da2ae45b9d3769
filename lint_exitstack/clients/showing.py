"""What a run would look at, and with which settings."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.project.configuration import Configuration
    from lint_exitstack.project.discovery import Target


def show_files(targets: Sequence[Target]) -> Iterator[str]:
    """Yield a line for each file."""
    yield from (f"{target.shown}\n" for target in targets)


def show_settings(configuration: Configuration, targets: Sequence[Target]) -> Iterator[str]:
    """Yield the settings of the first file (of this folder where there is none)."""
    folder = targets[0].path.parent if targets else Path.cwd()
    settings = targets[0].settings if targets else configuration.for_folder(folder)
    yield f"# for {targets[0].shown if targets else folder}\n"
    origin = configuration.origin(folder)
    yield f"# from {origin}\n" if origin else "# from no file\n"
    for field in fields(settings):
        yield f"{field.name.replace('_', '-')} = {_value(getattr(settings, field.name))}\n"


def _value(value: Any) -> str:
    match value:
        case None:
            return '"none"'
        case (int(), int()):
            return f'"{value[0]}.{value[1]}"'
        case dict():
            return json.dumps(sorted(value))
        case _:
            return json.dumps(value)
