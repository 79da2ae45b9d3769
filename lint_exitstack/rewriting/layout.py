"""The text of new lines: pieces of the original in new places, wrapped where they are too long."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import libcst as cst

from lint_exitstack.model.rewrite import Layout, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.rewrite import Expression, Item, NewWith
    from lint_exitstack.rewriting.region import Region

_HOLE = re.compile(r"\$(\d+)")
_CHOICE = "$0 if $1 else $2"


class Writer:
    """Writes expressions, lines and headers for one region; lines are at most `width` long."""

    def __init__(self, region: Region, unit: str, width: int) -> None:
        self.region = region
        self.unit = unit
        self.width = width
        self.newline = region.module.default_newline

    def expression(self, expression: Expression, column: int, indent: str = "") -> str:
        """Return the text of an expression that will stand at `column` of its statement.

        `indent` is how much deeper than the statement its own continuation lines belong.
        """
        if isinstance(expression, Piece):
            return self._piece(expression, column, indent)
        return self._filled(expression.text, expression.pieces, column, indent)

    def _filled(
        self, text: str, pieces: Sequence[Expression], column: int, indent: str = ""
    ) -> str:
        done = ""
        rest = text
        while (hole := _HOLE.search(rest)) is not None:
            done += rest[: hole.start()]
            at = column + len(done) if "\n" not in done else 0
            done += self.expression(pieces[int(hole.group(1))], at, indent)
            rest = rest[hole.end() :]
        return done + rest

    def _piece(self, piece: Piece, column: int, indent: str) -> str:
        node = self.region.expression(piece.span)
        if piece.span.start.line == piece.span.end.line:
            return self.region.module.code_for_node(node)
        shift = len(indent.expandtabs(8)) if "\t" in indent else len(indent)
        if self._is_aligned(piece):
            shift = column - self._column(piece)
        shifted = node.visit(_Shift(shift, indent)) if shift else node
        if not isinstance(shifted, cst.CSTNode):
            raise TypeError(piece)
        return self.region.module.code_for_node(shifted)

    def _column(self, piece: Piece) -> int:
        line = self.region.source.lines[piece.span.start.line - 1]
        return piece.span.start.column - (len(line) - len(line.lstrip()))

    def _is_aligned(self, piece: Piece) -> bool:
        """Whether continuation lines are aligned with something on the first line."""
        source = self.region.source
        start = piece.span.start
        comment = source.comment_at.get(start.line)
        first = source.lines[start.line - 1][: comment.column if comment else None]
        if first.rstrip().endswith(("(", "[", "{")):
            return False
        following = source.lines[start.line]
        return len(following) - len(following.lstrip()) > start.column

    def line(self, text: str, pieces: Sequence[Expression], indent: int) -> str:
        """Return a small statement that will be indented by `indent` columns."""
        flat = self._filled(text, pieces, 0)
        if self._fits(flat, indent) or not text.endswith(")"):
            return flat
        return self._exploded(text, pieces, indent)

    def _fits(self, text: str, indent: int) -> bool:
        return "\n" not in text and "\r" not in text and indent + len(text) <= self.width

    def _exploded(self, text: str, pieces: Sequence[Expression], indent: int, end: str = "") -> str:
        """Return `head(arguments)` with the arguments on lines of their own."""
        head, arguments = _call_parts(text)
        inner = [self._filled(part, pieces, len(self.unit), self.unit) for part in arguments]
        joined = ", ".join(inner)
        if self._fits(joined, indent + len(self.unit)) or len(inner) == 1:
            rows = [self.unit + joined]
        else:
            rows = [f"{self.unit}{part}," for part in inner]
        head = self._filled(head, pieces, 0)
        return self.newline.join([f"{head}(", *rows, f"){end}"])

    def header(self, node: NewWith, indent: int) -> str:
        """Return the header of a new `with`, up to its colon."""
        word = "async with " if node.is_async else "with "
        if node.layout is Layout.ROWS:
            return self._rows(node, word, indent)
        opening, closing = ("(", ")") if node.layout is Layout.PARENTHESES else ("", "")
        text = word + opening
        for number, item in enumerate(node.items):
            text += ", " if number else ""
            text += self._item(item, len(text))
        text += f"{closing}:"
        if self._fits(text, indent) or len(node.items) > 1 or opening:
            return text
        return self._wrapped_item(node.items[0], word, text, indent)

    def _wrapped_item(self, item: Item, word: str, flat: str, indent: int) -> str:
        if isinstance(item.context, Piece):
            return flat
        target = f" as {self.expression(item.target, 0)}" if item.target else ""
        if item.context.text == _CHOICE:
            return self._chosen(item.context.pieces, word, target)
        if not item.context.text.endswith(")"):
            return flat
        return self._exploded(word + item.context.text, item.context.pieces, indent, f"{target}:")

    def _chosen(self, pieces: Sequence[Expression], word: str, target: str) -> str:
        """Return a conditional expression in parentheses, its three parts on lines of their own."""
        starts = ("", "if ", "else ")
        rows = [
            self.unit + start + self.expression(part, len(self.unit + start), self.unit)
            for start, part in zip(starts, pieces, strict=True)
        ]
        return self.newline.join([f"{word}(", *rows, f"){target}:"])

    def _item(self, item: Item, column: int, indent: str = "") -> str:
        text = self.expression(item.context, column, indent)
        if item.target is not None:
            text += f" as {self.expression(item.target, column + len(text) + 4, indent)}"
        return text

    def _rows(self, node: NewWith, word: str, indent: int) -> str:
        lines = [f"{word}("]
        for item in node.items:
            lines += [self.unit + comment for comment in self.comments(item.trivia.above)]
            behind = self.comments((item.trivia.beside,)) if item.trivia.beside else []
            text = self._item(item, len(self.unit), self.unit)
            fits = self._fits(f"{self.unit}{text},", indent)
            if not fits and "\n" not in text and not isinstance(item.context, Piece):
                text = self._long_item(item, indent)
            lines.append("  ".join([f"{self.unit}{text},", *behind]))
            lines += [self.unit + comment for comment in self.comments(item.below)]
        return self.newline.join([*lines, "):"])

    def _long_item(self, item: Item, indent: int) -> str:
        flat = self._item(item, len(self.unit), self.unit)
        context = item.context
        if isinstance(context, Piece) or not context.text.endswith(")"):
            return flat
        target = f" as {self.expression(item.target, 0)}" if item.target else ""
        text = self._exploded(context.text, context.pieces, indent + len(self.unit), target)
        return text.replace(self.newline, self.newline + self.unit)

    def comments(self, lines: Sequence[int]) -> list[str]:
        """Return the comments on these lines of the original."""
        found = (self.region.source.comment_at.get(line) for line in lines)
        return [comment.text for comment in found if comment is not None]


def _call_parts(text: str) -> tuple[str, list[str]]:
    """Split `head(a, b)` before its last call's parentheses and at the commas in them."""
    depth = 0
    ends: list[int] = []
    opening = 0
    for index in range(len(text) - 1, -1, -1):
        depth += {")": 1, "]": 1, "(": -1, "[": -1}.get(text[index], 0)
        if depth == 0:
            opening = index
            break
        if depth == 1 and text[index] == ",":
            ends.append(index)
    cuts = [opening, *reversed(ends), len(text) - 1]
    parts = [text[a + 1 : b].strip() for a, b in itertools.pairwise(cuts)]
    return text[:opening], parts


class _Shift(cst.CSTTransformer):
    """Moves the continuation lines of an expression to the right, or to the left."""

    def __init__(self, columns: int, indent: str) -> None:
        super().__init__()
        self.columns = columns
        self.pad = indent if len(indent) == columns else " " * max(columns, 0)

    def leave_ParenthesizedWhitespace(
        self,
        original_node: cst.ParenthesizedWhitespace,  # noqa: ARG002  # named by LibCST
        updated_node: cst.ParenthesizedWhitespace,
    ) -> cst.ParenthesizedWhitespace:
        last = updated_node.last_line
        lines = [
            line
            if line.comment is None
            else line.with_changes(whitespace=self._moved(line.whitespace))
            for line in updated_node.empty_lines
        ]
        return updated_node.with_changes(last_line=self._moved(last), empty_lines=lines)

    def _moved(self, space: cst.SimpleWhitespace) -> cst.SimpleWhitespace:
        if self.columns >= 0:
            return space.with_changes(value=self.pad + space.value)
        cut = min(-self.columns, len(space.value))
        return space.with_changes(value=space.value[cut:])
