"""Whether the lines of a statement can be taken apart and put together again faithfully."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.semantics.comments import last_line
from lint_exitstack.semantics.flow import depth

if TYPE_CHECKING:
    import ast

    from lint_exitstack.model.source import Source

# LibCST recurses: at this depth of the tree it is still far from Python's limit of frames.
MAX_DEPTH = 60
# These don't come back from LibCST as they went in.
_UNFAITHFUL = re.compile(r"^[ \t]*\f|^[ \t\f]*\\(?:\r\n|\r|\n)|\r(?!\n)", re.MULTILINE)


def layout_hazards(source: Source, statements: list[ast.stmt]) -> tuple[Hazard, ...]:
    """Return what forbids to rewrite these neighbouring statements, if anything does."""
    first, last = statements[0], statements[-1]
    span = source.span(first)
    for one, other in itertools.pairwise(statements):
        if one.end_lineno == other.lineno:
            return (_layout("two statements share a line", other, source),)
    if source.lines[first.lineno - 1][: span.start.column].strip():
        return (_layout("other code stands before it on its line", first, source),)
    end = source.span(last).end
    rest = source.lines[end.line - 1][end.column :].lstrip()
    if rest and not rest.startswith("#"):
        return (_layout("other code follows on its last line", last, source),)
    text = source.text[
        source.line_starts[first.lineno - 1] : source.line_starts[last_line(source, last)]
    ]
    if _UNFAITHFUL.search(text) or source.newline == "\r":
        what = "a form feed, a lone carriage return or a stray backslash stands in it"
        return (_layout(what, first, source),)
    if depth(statements) > MAX_DEPTH:
        return (Hazard("too-deep", "the code is nested too deeply", span, forbids=True),)
    return ()


def _layout(message: str, node: ast.stmt, source: Source) -> Hazard:
    return Hazard("statement-layout", message, source.span(node), forbids=True)
