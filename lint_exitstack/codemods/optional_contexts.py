"""The command for contexts that are optional."""

from __future__ import annotations

from typing import ClassVar

from lint_exitstack.codemods._command import RewriteCommand


class OptionalContexts(RewriteCommand):
    """Fixes what the rules XIT4xx find."""

    PREFIX: ClassVar[str] = "XIT4"
    DESCRIPTION: str = "Turn code doubled for an optional context into contextlib.nullcontext."
