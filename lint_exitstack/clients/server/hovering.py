"""The page of a rule, for the place in the code that speaks about it or that it speaks about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lint_exitstack.clients.rule_command import page
from lint_exitstack.model.position import Position, Span
from lint_exitstack.rules import all_rules

if TYPE_CHECKING:
    from lint_exitstack.clients.server.examining import Examination
    from lint_exitstack.rules.rule import Rule

_WORD = re.compile(r"[A-Za-z][\w-]*")


def explained(examination: Examination, place: Position) -> tuple[str, Span] | None:
    """Return a page in Markdown and the place that it's about."""
    rules = {word: rule for rule in all_rules() for word in (rule.code, rule.name)}
    named = _named(examination, place, rules)
    if named is not None:
        return page(named[0]), named[1]
    here = [
        finding
        for finding in examination.findings
        if finding.span.start <= place <= finding.span.end
    ]
    if not here:
        return None
    pages = dict.fromkeys(page(rules[finding.code]) for finding in here)
    return "\n---\n\n".join(pages), here[0].span


def _named(
    examination: Examination, place: Position, rules: dict[str, Rule]
) -> tuple[Rule, Span] | None:
    """Return the rule that a comment at `place` names, and where."""
    source = examination.document.source
    line = source.lines[place.line - 1]
    if not examination.fixable:
        return None
    comment = source.comment_at.get(place.line)
    if comment is None or place.column < comment.column:
        return None
    for found in _WORD.finditer(line, comment.column):
        if found.start() <= place.column <= found.end() and found.group() in rules:
            start, end = Position(place.line, found.start()), Position(place.line, found.end())
            return rules[found.group()], Span(start, end)
    return None
