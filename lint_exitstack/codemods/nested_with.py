"""The command for nested `with` statements."""

from __future__ import annotations

from typing import ClassVar

from lint_exitstack.codemods._command import RewriteCommand


class NestedWith(RewriteCommand):
    """Fixes what the rules XIT1xx find."""

    PREFIX: ClassVar[str] = "XIT1"
    DESCRIPTION: str = "Merge nested with statements, and turn deep nests into one exit stack."
