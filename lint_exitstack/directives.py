"""Suppression comments, read: which rules they name and which lines they speak about."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.model.position import Position, Span
from lint_exitstack.rules import all_rules
from lint_exitstack.selection import matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.lexing import Comment
    from lint_exitstack.model.source import Source

_NOQA = re.compile(r"#\s*noqa(?![\w-])(?:\s*:(?P<items>[^#]*))?", re.IGNORECASE)
_NOQA_FILE = re.compile(
    r"#\s*(?:flake8[:=]|ruff:)\s*noqa(?![\w-])(?:\s*:(?P<items>[^#]*))?", re.IGNORECASE
)
# Only what looks like an order is one: people also write about exit stacks in comments.
_OURS = re.compile(r"#\s*exitstack:\s*(?P<verb>(?:ignore|noqa|disable|skip)[\w-]*)(?P<rest>[^#]*)")
_BRACKETS = re.compile(r"\s*\[(?P<items>[^\]]*)\](?P<reason>.*)", re.DOTALL)
_CODE = re.compile(r"[A-Z]+[0-9]+", re.IGNORECASE)
OUR_CODES = "XIT"


@dataclass(frozen=True, slots=True)
class Directive:
    """One order: `items` are codes, prefixes, names or ALL (none: everything).

    `lines` are those that it speaks about (None: the whole file), `problem` says what is wrong
    with its spelling, `ours` tells `# exitstack:` from the `noqa` that others read too.
    """

    span: Span
    items: tuple[str, ...] = ()
    lines: frozenset[int] | None = None
    ours: bool = False
    problem: str = ""

    def speaks_about(self, finding: Finding) -> bool:
        """Say whether the finding is in its place; a broken order speaks about nothing."""
        if self.problem:
            return False
        return self.lines is None or finding.line in self.lines or finding.noqa_line in self.lines

    def naming(self, finding: Finding) -> tuple[str, ...]:
        """Return the items that name the rule of `finding`."""
        return tuple(item for item in self.items if matches(item, finding.code, finding.name))


@functools.lru_cache(maxsize=2)
def directives(source: Source) -> tuple[Directive, ...]:
    """Read the orders of a file, by position."""
    if "noqa" not in source.text.lower() and "exitstack:" not in source.text:
        return ()
    ranges = source.joined_lines
    return tuple(
        directive for comment in source.comments for directive in _read(comment, source, ranges)
    )


def _read(comment: Comment, source: Source, ranges: dict[int, range]) -> Iterator[Directive]:
    if comment.own_line and (whole := _NOQA_FILE.match(comment.text)):
        yield Directive(_span(comment, whole), _noqa_items(whole["items"]))
        return
    here = frozenset(ranges.get(comment.line, (comment.line,)))
    for found in _NOQA.finditer(comment.text):
        yield Directive(_span(comment, found), _noqa_items(found["items"]), here)
    for found in _OURS.finditer(comment.text):
        yield _ours(comment, found, _target(comment, source, ranges) if comment.own_line else here)


def _noqa_items(text: str | None) -> tuple[str, ...]:
    """Take codes and names up to the first other word; with none of them, all is meant."""
    items = []
    for word in re.split(r"[,\s]+", (text or "").strip()):
        if _CODE.fullmatch(word):
            items.append(word.upper())
        elif word in _names():
            items.append(word)
        else:
            break
    return tuple(items)


@functools.cache
def _names() -> frozenset[str]:
    return frozenset(rule.name for rule in all_rules())


def _ours(comment: Comment, found: re.Match[str], lines: frozenset[int]) -> Directive:
    verb, brackets = found["verb"], _BRACKETS.match(found["rest"])
    items = () if brackets is None else tuple(re.findall(r"[^,\s]+", brackets["items"]))
    problem = ""
    if verb not in ("ignore", "ignore-file"):
        problem = f'"{verb}" is no order; write `# exitstack: ignore[CODE]`'
    elif not items:
        problem = f"it names no rule; write `# exitstack: {verb}[CODE]`"
    elif verb == "ignore-file" and not comment.own_line:
        problem = "`ignore-file` speaks about the file and must stand on a line of its own"
    whole_file = verb == "ignore-file"
    return Directive(_span(comment, found), items, None if whole_file else lines, True, problem)


def _target(comment: Comment, source: Source, ranges: dict[int, range]) -> frozenset[int]:
    """Find the next line of code; behind decorators also that of what they decorate."""
    lines: set[int] = set()
    for number in range(comment.line + 1, len(source.lines) + 1):
        text = source.lines[number - 1].strip()
        if not text or text.startswith("#") or number in lines:
            continue
        lines.update(ranges.get(number, (number,)))
        if not text.startswith("@"):
            break
    return frozenset(lines)


def _span(comment: Comment, found: re.Match[str]) -> Span:
    end = found.start() + len(found.group().rstrip())
    return Span(
        Position(comment.line, comment.column + found.start()),
        Position(comment.line, comment.column + end),
    )
