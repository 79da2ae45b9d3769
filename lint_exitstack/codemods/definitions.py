"""The command for definitions of context managers."""

from __future__ import annotations

from typing import ClassVar

from lint_exitstack.codemods._command import RewriteCommand


class Definitions(RewriteCommand):
    """Fixes what the rules XIT7xx find."""

    PREFIX: ClassVar[str] = "XIT7"
    DESCRIPTION: str = "Mend definitions of context managers."
