"""Findings moved by whole lines: every place in them is found by its type or its field."""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import TYPE_CHECKING, Any

from lint_exitstack.model.finding import Finding
from lint_exitstack.model.position import Key, Position
from lint_exitstack.model.rewrite import Item, Rewrite, Trivia

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# The fields that hold bare line numbers; 0 is no line.
_LINES = frozenset(
    [
        (Finding, "noqa_line"),
        (Rewrite, "end"),
        (Rewrite, "doubled"),
        (Trivia, "above"),
        (Trivia, "beside"),
        (Item, "below"),
    ]
)
_IN_WORDS = re.compile(r"\blines? \d")


def moved(finding: Finding, by: int) -> Finding:
    """Return `finding` with every line in it higher by `by`."""
    result = _moved(finding, by, lines=False)
    assert isinstance(result, Finding)  # noqa: S101  # for the type checker
    return result


def _moved(value: Any, by: int, *, lines: bool) -> Any:
    if isinstance(value, (Position, Key)):
        return value._replace(line=value.line + by)
    if isinstance(value, (tuple, frozenset)):
        return type(value)(_moved(each, by, lines=lines) for each in value)
    if isinstance(value, int):
        return value + by if lines and value else value
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    return type(value)(
        *(
            _moved(getattr(value, name), by, lines=(type(value), name) in _LINES)
            for name in _fields(type(value))
        )
    )


@functools.cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def tells_of_lines(findings: Iterable[Finding], own: range) -> bool:
    """Whether findings speak of lines in words, or of others than their `own`."""
    for finding in findings:
        words = (finding.message, finding.help, *(each.message for each in finding.hazards))
        if any(_IN_WORDS.search(word) for word in words):
            return True
        if any(line not in own for line in lines_of(finding)):
            return True
    return False


def lines_of(value: Any, *, lines: bool = False) -> Iterator[int]:
    """Yield every line that is named in a finding, or in a part of one."""
    if isinstance(value, (Position, Key)):
        yield value.line
    elif isinstance(value, (tuple, frozenset)):
        for each in value:
            yield from lines_of(each, lines=lines)
    elif isinstance(value, int) and lines and value:
        yield value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for name in _fields(type(value)):
            inner = (type(value), name) in _LINES
            yield from lines_of(getattr(value, name), lines=inner)
