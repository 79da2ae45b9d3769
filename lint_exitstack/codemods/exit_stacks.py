"""The command for exit stacks."""

from __future__ import annotations

from typing import ClassVar

from lint_exitstack.codemods._command import RewriteCommand


class ExitStacks(RewriteCommand):
    """Fixes what the rules XIT5xx find."""

    PREFIX: ClassVar[str] = "XIT5"
    DESCRIPTION: str = "Mend misused exit stacks."
