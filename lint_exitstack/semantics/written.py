"""How the expressions of a rewrite read, before anything is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lint_exitstack.model.rewrite import Piece

if TYPE_CHECKING:
    from lint_exitstack.model.rewrite import Expression
    from lint_exitstack.model.source import Source

_HOLE = re.compile(r"\$(\d+)")


def written(expression: Expression, source: Source) -> str:
    """Return the text of an expression, whose pieces keep their lines."""
    if isinstance(expression, Piece):
        return source.slice(expression.span)
    pieces = expression.pieces
    return _HOLE.sub(lambda hole: written(pieces[int(hole[1])], source), expression.text)


def flat(expression: Expression, source: Source) -> str:
    """Return the text of an expression on one line."""
    return " ".join(written(expression, source).split())
