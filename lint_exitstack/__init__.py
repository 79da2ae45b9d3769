"""Find hand-written cleanup code and rewrite it without changing what the program does.

`check_source` and `fix_source` do in Python what the commands `lint-exitstack check` and
`lint-exitstack check --fix` do with files. Importing this package imports nothing else of it.
"""

from __future__ import annotations

TYPE_CHECKING = False  # checkers know the name; importing `typing` takes longer than the runtime

if TYPE_CHECKING:
    from lint_exitstack.api import FixResult, check_source, fix_source
    from lint_exitstack.fixing import Failure
    from lint_exitstack.model.errors import (
        LintExitstackError,
        SourceError,
        UnparsableSourceError,
        UnreadableSourceError,
        UsageError,
    )
    from lint_exitstack.model.finding import Finding, Fixability, Hazard
    from lint_exitstack.model.position import Position, Span
    from lint_exitstack.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "Failure",
    "Finding",
    "FixResult",
    "Fixability",
    "Hazard",
    "LintExitstackError",
    "Position",
    "Settings",
    "SourceError",
    "Span",
    "UnparsableSourceError",
    "UnreadableSourceError",
    "UsageError",
    "__version__",
    "check_source",
    "fix_source",
]

_HOMES = {
    "Failure": "fixing",
    "Finding": "model.finding",
    "FixResult": "api",
    "Fixability": "model.finding",
    "Hazard": "model.finding",
    "LintExitstackError": "model.errors",
    "Position": "model.position",
    "Settings": "settings",
    "SourceError": "model.errors",
    "Span": "model.position",
    "UnparsableSourceError": "model.errors",
    "UnreadableSourceError": "model.errors",
    "UsageError": "model.errors",
    "check_source": "api",
    "fix_source": "api",
}


def __getattr__(name: str) -> object:
    """Import a public name when it's first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return __all__
