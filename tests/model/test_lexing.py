"""Comments and joined lines are what the tokeniser of the running Python says."""

from __future__ import annotations

import io
import sysconfig
import tokenize
from pathlib import Path

import pytest

from lint_exitstack.model.errors import SourceError
from lint_exitstack.model.source import Source

FIXTURES = Path(__file__).parents[2] / "fixtures"
LIBRARY = Path(sysconfig.get_path("stdlib"))
FILES = [*sorted(FIXTURES.rglob("*.py")), *sorted(LIBRARY.glob("*.py"))[::12]]
NASTY = [
    "x = 'a#b'  # c\n",
    "x = '''\n# no\n'''  # yes\n",
    'x = r"\\"  "  # no\n',
    "x = ('a'  # one\n     'b')  # two\n",
    "x = 1 \\\n  + 2 \\\n  + 3  # after\n",
    "\\\nx = 1\n",
    "x = '''a\n''' + '''b\n'''\ny = 1\n",
    "x = 'a\\\nb'  # c\n",
    "if x: # one\n    pass # two\n",
    "x = 1 # no newline",
    "x = f'{a!r:>{width}} # no'  # yes\n",
    "x = f'{{ # no'  # yes\n",
    "x = b'#'  # \N{GREEK SMALL LETTER PI}\r\ny = 2 # z\r\n",
    "\f# form feed\nx = 1\n",
]
if tokenize.__dict__.get("FSTRING_START"):
    NASTY += ["x = f'{a['#']}'  # c\n", "x = f'{'''\n# no\n'''}'\n", "f'''{x # yes\n}'''\n"]


def tokens(source: Source) -> list[tokenize.TokenInfo]:
    lines = io.StringIO("\n".join(source.lines), newline="\n")
    return list(tokenize.generate_tokens(lines.readline))


def told_comments(source: Source) -> list[tuple[tuple[int, int], str]]:
    return [(t.start, t.string) for t in tokens(source) if t.type == tokenize.COMMENT]


def told_joints(source: Source) -> dict[int, range]:
    joined: dict[int, range] = {}
    row: list[tokenize.TokenInfo] = []
    for token in tokens(source):
        if token.type in (tokenize.DEDENT, tokenize.ENDMARKER):
            continue
        row.append(token)
        if token.type in (tokenize.NL, tokenize.NEWLINE):
            rows = range(row[0].start[0], max(token.end[0] for token in row) + 1)
            if len(rows) > 1:
                joined |= dict.fromkeys(rows, rows)
            row = []
    return joined


def agree(source: Source) -> None:
    found = [((c.line, c.column), c.text) for c in source.comments]
    assert found == told_comments(source)
    assert source.joined_lines == told_joints(source)


@pytest.mark.parametrize("text", NASTY)
def test_nasty_lines(text: str):
    agree(Source.from_text(text))


def test_real_files():
    seen = 0
    for path in FILES:
        source = Source(path.read_bytes(), str(path))
        try:
            _ = source.tree
        except SourceError:
            continue
        agree(source)
        seen += len(source.comments)
    assert seen > 1_000
