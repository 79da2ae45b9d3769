"""A file as bytes, text, lines and tree."""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
import warnings
from functools import cached_property
from itertools import accumulate
from operator import add
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from lint_exitstack.model import lexing
from lint_exitstack.model.errors import UnparsableSourceError, UnreadableSourceError
from lint_exitstack.model.position import Key, Position, Span, characters_from_utf8

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Self

    from lint_exitstack.model.lexing import Comment

# Python's own line ends: str.splitlines knows more (form feeds, U+2028) than the language.
_LINE_END = re.compile(r"\r\n|\r|\n")
_NOTHING: Mapping[int, str] = MappingProxyType({})


Located: TypeAlias = ast.stmt | ast.expr | ast.excepthandler | ast.alias


class Source:
    """What one file says: bytes decoded once, everything else made when asked for.

    `embedded` marks Python in a file of another kind: it is nobody's module, and `await` may stand
    at its top level.
    """

    embedded: bool = False

    def __init__(self, data: bytes, path: str = "<stdin>") -> None:
        """Decode `data` as Python does (BOM, PEP 263 cookie, else UTF-8).

        Raises UnreadableSourceError where that fails.
        """
        self.path = path
        self.data = data
        self.has_bom = data.startswith(codecs.BOM_UTF8)
        self.encoding = _encoding(data)
        self.text = _decode(data, self.encoding)

    @classmethod
    def from_text(cls, text: str, path: str = "<stdin>") -> Self:
        """Take text whose bytes were never seen: a cookie in it is obeyed by nobody."""
        source = cls.__new__(cls)
        source.path = path
        source.text = text.removeprefix("\ufeff")
        source.data = text.encode("utf-8", errors="surrogatepass")
        source.has_bom = text != source.text
        source.encoding = "utf-8"
        return source

    def with_text(self, text: str) -> Self:
        """Return the same file with other text, in the same encoding."""
        changed = self.from_text(text, self.path)
        changed.embedded = self.embedded
        changed.has_bom = self.has_bom
        changed.encoding = self.encoding
        data = text.encode(self.encoding)
        changed.data = codecs.BOM_UTF8 + data if self.has_bom else data
        return changed

    @property
    def foreign(self) -> Mapping[int, str]:
        """Lines that stand for what isn't Python, and what that is; no rewrite may touch them."""
        return _NOTHING

    @cached_property
    def newline(self) -> str:
        """The first line end of the text; a line feed where there is none."""
        found = _LINE_END.search(self.text)
        return found.group() if found else "\n"

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends; the first is `lines[0]`."""
        return _LINE_END.split(self.text) if "\r" in self.text else self.text.split("\n")

    @cached_property
    def line_starts(self) -> list[int]:
        """Where each line starts in the text, in characters; one more entry for the end."""
        if "\r" in self.text:
            starts = [0, *(end.end() for end in _LINE_END.finditer(self.text))]
            return [*starts, len(self.text)]
        lengths = accumulate(map(len, self.lines), initial=0)
        starts = list(map(add, lengths, range(len(self.lines) + 1)))
        starts[-1] = len(self.text)
        return starts

    @cached_property
    def tree(self) -> ast.Module:
        """The tree of the running interpreter's parser; raises UnparsableSourceError."""
        return _parse(self.text)

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """All comments, in order; of a text that can't be parsed maybe not all."""
        return lexing.comments(self.text, self.lines, self.line_starts)

    @cached_property
    def comment_at(self) -> dict[int, Comment]:
        """The comment on each line that has one."""
        return {comment.line: comment for comment in self.comments}

    @cached_property
    def joined_lines(self) -> dict[int, range]:
        """Each line that a backslash or a string joins with others, with all of these."""
        return lexing.joined_lines(self.text, self.lines, self.line_starts)

    def take_over(self, old: Source, rows: range, shift: int) -> None:
        """Know at once what `old` knew of comments and joined lines, and read `rows` alone.

        Before them both texts are the same, behind them too, but further down by `shift`; neither
        a statement nor a string goes on from outside into them, or out of them.
        """
        known = vars(old)
        lines = self.lines[rows.start - 1 : rows.stop - 1]
        text = "\n".join(lines)
        starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
        if "comments" in known:
            new = lexing.comments(text, lines, starts)
            self.comments = lexing.spliced_comments(old.comments, new, rows, shift)
        if "joined_lines" in known:
            joined = lexing.joined_lines(text, lines, starts)
            self.joined_lines = lexing.spliced_joints(old.joined_lines, joined, rows, shift)

    @cached_property
    def indent_unit(self) -> str:
        """One level of indentation, as the first block on lines of its own has it."""
        for node in ast.walk(self.tree):
            block = getattr(node, "body", None)
            if not isinstance(node, ast.stmt) or not isinstance(block, list) or not block:
                continue
            line = self.lines[int(block[0].lineno) - 1]
            unit = line[node.col_offset : len(line) - len(line.lstrip(" \t"))]
            if unit and line.startswith(self.lines[node.lineno - 1][: node.col_offset]):
                return unit
        return "    "

    def start(self, node: Located) -> Position:
        """Where `node` starts, in characters."""
        line = self.lines[node.lineno - 1]
        return Position(node.lineno, characters_from_utf8(line, node.col_offset))

    def span(self, node: Located) -> Span:
        """From where to where `node` reaches, in characters."""
        end_line = node.end_lineno or node.lineno
        end_offset = node.end_col_offset or 0
        end = Position(end_line, characters_from_utf8(self.lines[end_line - 1], end_offset))
        return Span(self.start(node), end)

    def key(self, node: ast.stmt) -> Key:
        """Return the name that a rewrite uses for statement `node`."""
        start = self.start(node)
        return Key(start.line, start.column, type(node).__name__)

    def offset(self, position: Position) -> int:
        """Return the index of `position` in the text."""
        return self.line_starts[position.line - 1] + position.column

    def slice(self, span: Span) -> str:
        """Return the text of `span`."""
        return self.text[self.offset(span.start) : self.offset(span.end)]

    def edited(self, edits: Iterable[tuple[Span, str]]) -> str:
        """Return the text with each span replaced, none of which overlap."""
        text = self.text
        for span, new in sorted(edits, reverse=True):
            text = text[: self.offset(span.start)] + new + text[self.offset(span.end) :]
        return text

    def segment(self, node: ast.stmt | ast.expr) -> str:
        """Return the text of `node`."""
        return self.slice(self.span(node))


def _encoding(data: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:
        message = str(error.msg).removesuffix(" for '<stdin>'")
        raise UnreadableSourceError(
            f"{message}: save the file as UTF-8 or mend its cookie"
        ) from error
    return "utf-8" if encoding == "utf-8-sig" else encoding


def _decode(data: bytes, encoding: str) -> str:
    null = data.find(b"\0")
    if null >= 0:
        line = data.count(b"\n", 0, null) + 1
        raise UnreadableSourceError("the file contains a null byte", line)
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{body[error.start]:02x} isn't {encoding}: declare the file's encoding"
        raise UnreadableSourceError(message, line) from error


def _parse(text: str) -> ast.Module:
    try:
        # SyntaxWarnings are for the people who run the code, not for those who read it.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        column = max((error.offset or 1) - 1, 0)
        raise UnparsableSourceError(error.msg, error.lineno or 1, column) from error
    except (RecursionError, MemoryError) as error:
        message = "the code is nested too deeply for the parser of this Python"
        raise UnparsableSourceError(message) from error
    except ValueError as error:  # surrogates, integers beyond the conversion limit
        raise UnparsableSourceError(str(error)) from error
