"""Finds blocks of Python in reStructuredText, by its indentation.

docutils gives no positions of what is in a directive, knows none of Sphinx's directives, and would
read the files that a document includes: the few constructs that matter here are found by hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lint_exitstack.containers.document import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIRECTIVE = re.compile(
    r"[ \t]*(?:[-*+] +|\(?\w{1,3}[.)] +)*\.\. +(?P<name>[\w.:+-]+?):: *(?P<about>.*)"
)
_COMMENT = re.compile(r"[ \t]*\.\.(?:\s|$)")
_BULLET = re.compile(r"[ \t]*(?:[-*+] +|\(?(?:\d+|#|[a-zA-Z])[.)] +)*")
_OPTION = re.compile(r"\s*:[\w-]+:")
_SKIP = re.compile(r"\s*\.\. +exitstack: *skip\b")
_PYTHON = re.compile(r"(?:python|py)3?", re.IGNORECASE)
_NAMED = ("code", "code-block", "sourcecode")
_ALWAYS = ("testcode", "testsetup", "testcleanup", "jupyter-execute")
# What stands in others is a document in its turn (notes, functions, tabs …).
_LITERAL = (
    *_NAMED,
    "doctest",
    "graphviz",
    "highlight",
    "ipython",
    "math",
    "mermaid",
    "only",
    "parsed-literal",
    "productionlist",
    "prompt",
    "raw",
    "testoutput",
)


class _Body(NamedTuple):
    """Lines `first` up to, not including, `last` belong to a construct; `inner` holds its text."""

    first: int
    last: int


@dataclass
class _Reader:
    """What is known when the reader has come to line `at`."""

    lines: list[str]
    at: int = 0
    highlights: bool = False
    skips: bool = False

    def blocks(self) -> Iterator[Block]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip():
                self.at += 1
            elif found := _DIRECTIVE.match(line):
                yield from self._directive(found["name"].lower(), found["about"].strip())
            elif _COMMENT.match(line):
                self.skips = bool(_SKIP.match(line))
                self.at = self._body(self.at + 1, _indent(line)).last
            else:
                yield from self._paragraph(line)

    def _directive(self, name: str, about: str) -> Iterator[Block]:
        start, indent = self.at, self.lines[self.at].index("..")
        self.at += 1
        if name == "highlight":
            self.highlights = bool(_PYTHON.fullmatch(about))
        if name not in _LITERAL and name not in _ALWAYS:
            self.skips = False
            return
        while self.at < len(self.lines) and _OPTION.match(self.lines[self.at]):
            self.at += 1
        body = self._body(self.at, indent)
        has_gap = self.at < len(self.lines) and not self.lines[self.at].strip()
        self.at = max(body.last, start + 1)
        python = _PYTHON.fullmatch(about) or (not about and self.highlights)
        if has_gap and (name in _ALWAYS or (name in _NAMED and python)):
            yield from self._block(body)
        self.skips = False

    def _paragraph(self, line: str) -> Iterator[Block]:
        self.at += 1
        if not line.rstrip().endswith("::"):
            self.skips = self.skips and self.at > 1 and not self.lines[self.at - 2].strip()
            self.skips = False
            return
        following = self.lines[self.at : self.at + 1]
        if following and not following[0].strip():
            body = self._body(self.at, _text_indent(line))
            self.at = max(body.last, self.at)
            if self.highlights:
                yield from self._block(body)
        self.skips = False

    def _body(self, start: int, indent: int) -> _Body:
        """Return the lines from `start` on that are indented by more than `indent`."""
        first = last = start
        while last < len(self.lines) and not self.lines[last].strip():
            last += 1
        first = end = last
        while last < len(self.lines):
            if self.lines[last].strip():
                if _indent(self.lines[last]) <= indent:
                    break
                end = last + 1
            last += 1
        return _Body(first, end) if end > first else _Body(start, start)

    def _block(self, body: _Body) -> Iterator[Block]:
        rows = [line.rstrip("\r\n") for line in self.lines[body.first : body.last]]
        indents = [row[: len(row) - len(row.lstrip())] for row in rows if row.strip()]
        if not indents or self.skips:
            return
        common = min(indents, key=len)
        # Where tabs and spaces take turns, only the width of a tab could tell what is deeper.
        if common and all(indent.startswith(common) for indent in indents):
            yield Block(body.first, tuple(min(len(common), len(row)) for row in rows))


def blocks(lines: list[str]) -> Iterator[Block]:
    """Yield the blocks of Python, in order."""
    return _Reader(lines).blocks()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _text_indent(line: str) -> int:
    bullet = _BULLET.match(line)
    return _indent(line) if bullet is None else bullet.end()
