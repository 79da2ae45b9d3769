"""How findings are presented: each module here without a leading underscore is a format.

A format is a module with `render(outcomes, style)`; its name is the value of the option. One that
shows more than positions and texts says so in `NEEDS`, one that needs an extra in `PACKAGES`.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Protocol, cast

# What takes time and is asked for while files are checked: fields of `project.one_file.Task`.
EDITS, COMPARE, IDENTIFY = "edits", "compare", "identify"

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lint_exitstack.model.outcome import FileOutcome
    from lint_exitstack.reports._style import Style


class Format(Protocol):
    """What a module in this package offers."""

    def render(self, outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:
        """Yield pieces of the report; nothing is added between or behind them."""
        ...


def formats() -> tuple[str, ...]:
    """Return the names of all formats, without importing any."""
    modules = (info.name for info in pkgutil.iter_modules(__path__))
    return tuple(sorted(name.replace("_", "-") for name in modules if not name.startswith("_")))


def format_named(name: str) -> Format:
    """Return the format `name`, one of `formats()`."""
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    return cast("Format", module)


def needs(names: Iterable[str]) -> frozenset[str]:
    """Return what the formats called `names` need: some of EDITS, COMPARE and IDENTIFY."""
    nothing: frozenset[str] = frozenset()
    return nothing.union(*(getattr(format_named(name), "NEEDS", nothing) for name in names))


def packages(name: str) -> tuple[str, ...]:
    """Return what must be installed for the format `name` besides what we always need."""
    return tuple(getattr(format_named(name), "PACKAGES", ()))
