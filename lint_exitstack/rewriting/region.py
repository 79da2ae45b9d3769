"""A run of lines parsed by LibCST on its own: its statements and expressions by position."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from lint_exitstack.model.errors import GuardError
from lint_exitstack.model.position import Key, Position, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.rewrite import Block
    from lint_exitstack.model.source import Source

_KINDS = {
    cst.FunctionDef: "FunctionDef",
    cst.ClassDef: "ClassDef",
    cst.With: "With",
    cst.Try: "Try",
    cst.TryStar: "TryStar",
    cst.If: "If",
    cst.For: "For",
    cst.While: "While",
    cst.Match: "Match",
}


class Region:
    """The lines `first` to `last` of a source, as statements at one level of indentation.

    Nothing outside of these lines can change. Raises GuardError("round-trip") where LibCST
    doesn't give the lines back as they are.
    """

    def __init__(self, source: Source, first: int, last: int, column: int) -> None:
        self.source = source
        self.start = source.line_starts[first - 1]
        self.end = source.line_starts[last]
        text = source.text[self.start : self.end]
        # A block needs a header to stand in: indented lines don't parse on their own.
        self.wrapper = f"if x:{source.newline}" if column else ""
        self.wrapped = self.wrapper + text
        try:
            self.module = cst.parse_module(self.wrapped)
        except cst.ParserSyntaxError as error:
            raise GuardError("round-trip", str(error)) from error
        if self.module.code != self.wrapped:
            raise GuardError("round-trip", "LibCST changes these lines by reading them")
        self._index(first - (1 if column else 0))

    def _index(self, shift: int) -> None:
        wrapper = MetadataWrapper(self.module, unsafe_skip_copy=True)
        self.statements: dict[tuple[int, int, str], cst.CSTNode] = {}
        self.expressions: dict[Span, cst.BaseExpression] = {}
        self.tuples: dict[Position, cst.BaseExpression] = {}
        self.comments: dict[cst.Comment, int] = {}
        for node, place in wrapper.resolve(PositionProvider).items():
            start = Position(place.start.line + shift - 1, place.start.column)
            if isinstance(node, cst.BaseExpression):
                end = Position(place.end.line + shift - 1, place.end.column)
                self.expressions[Span(start, end)] = node
                if isinstance(node, (cst.Tuple, cst.GeneratorExp)):
                    self.tuples[start] = node
            elif isinstance(node, cst.Comment):
                self.comments[node] = start.line
            elif isinstance(node, (cst.BaseCompoundStatement, cst.SimpleStatementLine)):
                kind = _KINDS.get(type(node), "")
                self.statements[start.line, start.column, kind] = node

    @property
    def body(self) -> Sequence[cst.BaseStatement]:
        """The statements of the region itself."""
        if not self.wrapper:
            return list(self.module.body)
        holder = cst.ensure_type(self.module.body[0], cst.If)
        return statements_of(holder.body)

    def statement(self, key: Key) -> cst.BaseStatement:
        """Return the compound statement, or the line of simple ones, that starts at `key`."""
        kind = key.kind.removeprefix("Async")
        compound = kind in _KINDS.values()
        node = self.statements.get((key.line, key.column, kind if compound else ""))
        if not isinstance(node, (cst.BaseCompoundStatement, cst.SimpleStatementLine)):
            raise GuardError("keys", f"no {key.kind} on line {key.line}")
        return node

    def expression(self, span: Span) -> cst.BaseExpression:
        """Return the expression at `span`, as `ast` gives it."""
        node = self.expressions.get(span)
        if node is None:
            # `ast` counts the parentheses of a tuple, LibCST doesn't: its first element decides.
            inside = self.source.offset(span.start) + 1
            rest = self.source.text[inside:]
            skipped = len(rest) - len(rest.lstrip(" \t"))
            node = self.tuples.get(Position(span.start.line, span.start.column + 1 + skipped))
        if node is None:
            raise GuardError("keys", f"no expression on line {span.start.line}")
        return node

    def block(self, block: Block) -> cst.BaseSuite:
        """Return the block of an original statement."""
        node = self.statement(block.of)
        part, _, index = block.part.partition("[")
        clause: cst.CSTNode | None
        if index:
            clause = getattr(node, part)[int(index.removesuffix("]"))]
        elif part == "body":
            clause = node
        else:
            clause = getattr(node, part)
        body = getattr(clause, "body", None)
        if not isinstance(body, cst.BaseSuite):
            raise GuardError("keys", f"no {block.part} on line {block.of.line}")
        return body

    def written(self, body: Sequence[cst.BaseStatement]) -> str:
        """Return the text of the region with `body` as its statements."""
        if not self.wrapper:
            return self.module.with_changes(body=body).code
        holder = cst.ensure_type(self.module.body[0], cst.If)
        suite = holder.body.with_changes(body=body)
        module = self.module.with_changes(body=[holder.with_changes(body=suite)])
        return module.code.removeprefix(self.wrapper)


def statements_of(suite: cst.BaseSuite) -> Sequence[cst.BaseStatement]:
    """Return the statements of a block as lines, also of one that stands behind its colon."""
    if isinstance(suite, cst.SimpleStatementSuite):
        line = cst.SimpleStatementLine(
            body=suite.body, trailing_whitespace=suite.trailing_whitespace
        )
        return [line]
    return [node for node in suite.body if isinstance(node, cst.BaseStatement)]
