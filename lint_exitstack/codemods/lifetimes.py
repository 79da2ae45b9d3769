"""The command for the lifetimes of resources."""

from __future__ import annotations

from typing import ClassVar

from lint_exitstack.codemods._command import RewriteCommand


class Lifetimes(RewriteCommand):
    """Fixes what the rules XIT6xx find."""

    PREFIX: ClassVar[str] = "XIT6"
    DESCRIPTION: str = "Close resources that are left open when something fails."
