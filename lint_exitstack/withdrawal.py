"""Taking items out of suppression comments: what else stands in the comment stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lint_exitstack.model.position import Position, Span

if TYPE_CHECKING:
    from collections.abc import Collection

    from lint_exitstack.directives import Directive
    from lint_exitstack.model.source import Source

_HEAD = re.compile(
    r"#\s*(?:exitstack:\s*ignore(?:-file)?\s*\[|(?:(?:flake8|ruff)[:=]\s*)?noqa\s*:)", re.IGNORECASE
)
_WORD = re.compile(r"[^,\s\]]+")
# Behind a `#` of its own such a reason would be an order to some other tool.
_ORDER = re.compile(r"[\w.-]+\s*[:=]|noqa|nosec|fmt|isort|ruff|pragma", re.IGNORECASE)


def withdrawn(source: Source, order: Directive, items: Collection[str]) -> tuple[Span, str] | None:
    """Return what to replace, with what, so that `order` no longer names `items`.

    A reason stays as a comment when the order goes; None where it would become another order.
    """
    text = source.slice(order.span)
    head = _HEAD.match(text)
    if head is None:
        return None
    words = list(_WORD.finditer(text, head.end()))[: len(order.items)]
    left = [
        word.group() for word, item in zip(words, order.items, strict=True) if item not in items
    ]
    behind = text[words[-1].end() :]
    if left:
        new = text[: words[0].start()] + ", ".join(left) + behind
        return order.span, new
    reason = behind.lstrip(" \t,]:-")
    if not reason:
        return _without(source, order.span), ""
    return None if _ORDER.match(reason) else (order.span, f"# {reason}")


def _without(source: Source, span: Span) -> Span:
    """Widen `span` by what makes no sense without it: blanks around it, or all of its line."""
    line = source.lines[span.start.line - 1]
    before, after = line[: span.start.column].rstrip(), line[span.end.column :].lstrip()
    if not before and not after and span.start.line < len(source.lines):
        return Span(Position(span.start.line, 0), Position(span.start.line + 1, 0))
    start = span.start if after else Position(span.start.line, len(before))
    return Span(start, Position(span.start.line, len(line) - len(after)))
