"""Random changes of texts, of the kinds that people and their editors make."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

# Pieces that touch what rules ask about the rest of a module.
_PIECES = (
    "import contextlib",
    "from contextlib import suppress, ExitStack, closing",
    "from somewhere import *",
    "import os, sys",
    "suppress = None",
    "def open(name): return name",
    "def helper():\n    return None",
    "async def helper():\n    pass",
    "class Error(Exception): pass",
    "class Base:\n    def close(self):\n        pass",
    "global_name = open('x')",
    "# a comment",
    "    # an indented comment",
    "x = 1  # noqa",
    "# exitstack: ignore-file[XIT201]",
    "",
    "@contextlib.contextmanager",
    "if True:",
    "    pass",
    "else:",
    "try:\n    import a\nexcept ImportError:\n    a = None",
    "def user():\n    global shared\n    shared = helper()",
    "shared = ExitStack()",
    "def patcher():\n    patch('module.open')",
    "x = '''",
    "x = (1,",
    ")",
    "del open",
    "x = 1 \\",
    "for x in y: pass; z = 1",
    "with open('a') as a:\n    with open('b') as b:\n        print(a, b)",
)
_WORD = re.compile(r"[A-Za-z_]\w*")


class Editor:
    """Makes one change after another, now and then a few at once."""

    def __init__(self, seed: int, others: Sequence[str]) -> None:
        self.random = random.Random(seed)
        self.others = others

    def changed(self, text: str) -> str:
        """Return `text` with a change."""
        lines = text.split("\n")
        for _ in range(self.random.choice((1, 1, 1, 2))):
            lines = self._edited(lines)
        return "\n".join(lines)

    def _edited(self, lines: list[str]) -> list[str]:
        rnd = self.random
        at = rnd.randrange(len(lines) + 1)
        end = min(at + rnd.choice((0, 1, 1, 2, 5)), len(lines))
        match rnd.randrange(10):
            case 0:
                return lines[:at] + lines[end:]
            case 1:
                return [*lines[:at], *rnd.choice(_PIECES).split("\n"), *lines[at:]]
            case 2:
                return lines[:at] + lines[at:end] * 2 + lines[end:]
            case 3:
                return [*lines[:at], "", *lines[at:]]
            case 4:
                other = rnd.choice(self.others).split("\n")
                start = rnd.randrange(len(other))
                return lines[:at] + other[start : start + rnd.choice((1, 3, 12))] + lines[at:]
            case 5:
                indent = rnd.choice(("    ", "", "# "))
                return lines[:at] + [indent + line.strip() for line in lines[at:end]] + lines[end:]
            case _:
                return self._words_changed(lines, at)

    def _words_changed(self, lines: list[str], at: int) -> list[str]:
        """Take another name of the text for one, or change a letter."""
        rnd = self.random
        at = min(at, len(lines) - 1)
        words = list(_WORD.finditer(lines[at]))
        if not words:
            return [*lines[:at], *rnd.choice(_PIECES).split("\n"), *lines[at + 1 :]]
        word = rnd.choice(words)
        known = _WORD.findall("\n".join(rnd.sample(lines, min(len(lines), 12)))) or ["x"]
        new = rnd.choice((rnd.choice(known), word[0] + "x", "", f"{word[0]}, {word[0]}"))
        line = lines[at][: word.start()] + new + lines[at][word.end() :]
        return [*lines[:at], line, *lines[at + 1 :]]
