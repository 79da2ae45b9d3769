"""How findings are presented: each module here without a leading underscore is a format.

A format is a module with `render(outcomes, style)`; its name is the value of the option.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
