"""The command for cleanup in `finally`."""

from __future__ import annotations

from typing import ClassVar

from lint_exitstack.codemods._command import RewriteCommand


class TryFinally(RewriteCommand):
    """Fixes what the rules XIT2xx find."""

    PREFIX: ClassVar[str] = "XIT2"
    DESCRIPTION: str = "Turn try/finally cleanup into with statements and exit stacks."
