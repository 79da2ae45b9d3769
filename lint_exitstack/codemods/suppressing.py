"""The command for exceptions that are passed over."""

from __future__ import annotations

from typing import ClassVar

from lint_exitstack.codemods._command import RewriteCommand


class Suppressing(RewriteCommand):
    """Fixes what the rules XIT3xx find."""

    PREFIX: ClassVar[str] = "XIT3"
    DESCRIPTION: str = "Turn try/except/pass into contextlib.suppress."
