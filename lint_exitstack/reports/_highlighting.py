"""Python code as HTML: a piece a line, with the few classes that the page has colours for."""

from __future__ import annotations

import difflib
import html
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer

# Names of Pygments' token types, the most telling first, and what the style sheet calls them.
_CLASSES = (
    ("Comment", "c"),
    ("Literal.String.Interpol", ""),
    ("Literal.String", "s"),
    ("Literal.Number", "m"),
    ("Keyword", "k"),
    ("Operator.Word", "k"),
    ("Name.Function", "f"),
    ("Name.Class", "f"),
    ("Name.Decorator", "d"),
    ("Name.Builtin", "b"),
    ("Name.Exception", "b"),
)


@cache
def _lexer() -> Lexer:
    from pygments.lexers.python import PythonLexer

    return PythonLexer(stripnl=False, ensurenl=False)


@cache
def _class(kind: str) -> str:
    name = kind.removeprefix("Token.")
    return next((short for prefix, short in _CLASSES if name.startswith(prefix)), "")


def highlighted(text: str) -> list[str]:
    """Return each line of `text` as HTML."""
    rows = [""]
    tokens = ((_class(str(kind)), value) for kind, value in _lexer().get_tokens(text))
    # A string comes in many tokens of one class.
    for name, run in groupby(tokens, key=itemgetter(0)):
        for number, part in enumerate("".join(value for _, value in run).split("\n")):
            if number:
                rows.append("")
            if part:
                safe = html.escape(part, quote=False)
                rows[-1] += f"<i class={name}>{safe}</i>" if name else safe
    return rows


def marks(before: list[str], after: list[str]) -> tuple[str, str]:
    """Return for both texts which of their lines the other hasn't: `1` for such a line.

    A line that is only indented anew is the same line.
    """
    bare = [line.strip() for line in before], [line.strip() for line in after]
    matcher = difflib.SequenceMatcher(None, *bare, autojunk=False)
    left, right = ["1"] * len(before), ["1"] * len(after)
    for block in matcher.get_matching_blocks():
        left[block.a : block.a + block.size] = "0" * block.size
        right[block.b : block.b + block.size] = "0" * block.size
    return "".join(left), "".join(right)
