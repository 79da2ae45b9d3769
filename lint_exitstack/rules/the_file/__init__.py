"""Rules about the file itself, and about the comments that speak to this tool."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast

    from lint_exitstack.rules.context import Context, Place

# These rules listen to no statement: who reads the file or its comments makes their findings.
NOWHERE = re.compile(rb"(?!)")


def listens_to_nothing(_node: ast.AST, _place: Place, _context: Context) -> tuple[()]:
    """Find nothing."""
    return ()
