"""The command for all families of rules at once."""

from __future__ import annotations

from typing import ClassVar

from lint_exitstack.codemods._command import RewriteCommand


class Cleanup(RewriteCommand):
    """Every rule."""

    PREFIX: ClassVar[str] = "XIT"
    DESCRIPTION: str = "Rewrite cleanup code of every kind with contextlib."
