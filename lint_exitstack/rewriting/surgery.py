"""Builds the statements of a rewrite out of the nodes of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from lint_exitstack.model.rewrite import (
    Kept,
    Line,
    NewTry,
    NewWith,
    Reshaped,
    Suite,
    Swapped,
)
from lint_exitstack.rewriting.layout import Writer
from lint_exitstack.rewriting.region import statements_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lint_exitstack.model.rewrite import Block, Expression, Rewrite, Statement, Trivia
    from lint_exitstack.rewriting.region import Region

_Nodes = list[cst.BaseStatement]


class Surgeon:
    """Carries rewrites out on one region, inner ones first."""

    def __init__(self, region: Region, width: int) -> None:
        self.region = region
        self.width = width
        self.replaced: dict[cst.CSTNode, _Nodes] = {}
        self.swaps: dict[cst.CSTNode, cst.BaseExpression] = {}

    def operate(self, rewrite: Rewrite) -> None:
        """Remember what the statements of `rewrite` become."""
        work = _Construction(self, rewrite)
        for key, parts in rewrite.places:
            inner = [node for part in parts for node in work.build(part, key.column)]
            self.replaced[self.region.statement(key)] = inner
        into = [node for part in rewrite.into for node in work.build(part, rewrite.first.column)]
        first = self.region.statement(rewrite.first)
        last = self.region.statement(rewrite.last)
        siblings = self._siblings(first)
        positions = [index for index, node in enumerate(siblings) if node in (first, last)]
        for node in siblings[positions[0] : positions[-1] + 1]:
            self.replaced[node] = []
        self.replaced[first] = into

    def _siblings(self, node: cst.CSTNode) -> Sequence[cst.BaseStatement]:
        for suite in _suites(self.region):
            if any(child is node for child in suite):
                return suite
        return self.region.body

    def result(self) -> str:
        """Return the text of the region with everything carried out."""
        return self.region.written(self.spliced(self.region.body))

    def spliced(self, nodes: Sequence[cst.BaseStatement]) -> _Nodes:
        """Return `nodes` with what was replaced in them."""
        splice = _Splice(self.replaced, self.swaps)
        done: _Nodes = []
        for node in nodes:
            updated = node.visit(splice)
            if isinstance(updated, cst.FlattenSentinel):
                done.extend(updated)
            elif isinstance(updated, cst.BaseStatement):
                done.append(updated)
        return done


def _suites(region: Region) -> list[Sequence[cst.BaseStatement]]:
    """Return the statement lists of all blocks in the region."""
    collector = _Suites()
    region.module.visit(collector)
    return collector.found


class _Suites(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Sequence[cst.BaseStatement]] = []

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        self.found.append(list(node.body))


class _Splice(cst.CSTTransformer):
    """Puts what rewrites made where their statements and expressions stood."""

    def __init__(
        self,
        replaced: Mapping[cst.CSTNode, _Nodes],
        swaps: Mapping[cst.CSTNode, cst.BaseExpression],
    ) -> None:
        super().__init__()
        self.replaced = replaced
        self.swaps = swaps

    def on_leave(  # type: ignore[override]  # the stubs know only the generic form
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> cst.CSTNode | cst.FlattenSentinel[cst.CSTNode] | cst.RemovalSentinel:
        if original_node not in self.replaced:
            return self.swaps.get(original_node, updated_node)
        return cst.FlattenSentinel(self.replaced[original_node])


class _Footers(cst.CSTVisitor):
    """Collects the lines of the comments that close the blocks of what it visits."""

    def __init__(self, region: Region) -> None:
        super().__init__()
        self.region = region
        self.lines: set[int] = set()

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        comments = [line.comment for line in node.footer if line.comment is not None]
        self.lines.update(self.region.comments[comment] for comment in comments)


class _Construction:
    """Builds the statements of one rewrite."""

    def __init__(self, surgeon: Surgeon, rewrite: Rewrite) -> None:
        self.surgeon = surgeon
        self.region = surgeon.region
        self.unit = self._unit(rewrite)
        self.writer = Writer(self.region, self.unit, surgeon.width)
        self.config = self.region.module.config_for_parsing
        self.carried = _Footers(self.region)
        for part in rewrite.into:
            self._note_carried(part)

    def _note_carried(self, part: Statement) -> None:
        """Note the comments that close a block of a statement which moves as it is.

        By their lines they also look like comments over what follows.
        """
        match part:
            case Suite():
                nodes = statements_of(self.region.block(part.block))
                for node in _lines(nodes, part.start, part.stop):
                    node.visit(self.carried)
            case Kept():
                self.region.statement(part.key).visit(self.carried)
            case NewWith() | NewTry() | Reshaped():
                for inner in part.body or ():
                    self._note_carried(inner)

    def _unit(self, rewrite: Rewrite) -> str:
        for key in sorted(rewrite.claims):
            body = getattr(self.region.statement(key), "body", None)
            if isinstance(body, cst.IndentedBlock):
                return body.indent or self.region.module.default_indent
        return self.region.source.indent_unit

    def build(self, part: Statement, column: int) -> _Nodes:
        """Return the statements for `part`, whose lines will be indented by `column`."""
        match part:
            case Suite():
                nodes = statements_of(self.region.block(part.block))
                return self.surgeon.spliced(_lines(nodes, part.start, part.stop))
            case Kept():
                return self._led(
                    self.surgeon.spliced([self.region.statement(part.key)]), part.trivia
                )
            case Line():
                text = self.writer.line(part.text, part.pieces, column)
                return [self._dressed(self._parsed(text), part.trivia)]
            case NewWith():
                return [self._with(part, column)]
            case NewTry():
                return [self._try(part, column)]
            case Reshaped():
                return self._led([self._reshaped(part, column)], part.trivia)
            case Swapped():
                return self._swapped(part)

    def _parsed(self, text: str) -> cst.BaseStatement:
        node = cst.parse_statement(text, config=self.config)
        if not isinstance(node, cst.BaseStatement):
            raise TypeError(text)
        return node

    def _with(self, part: NewWith, column: int) -> cst.BaseStatement:
        header = self.writer.header(part, column)
        node = cst.ensure_type(self._parsed(f"{header} pass"), cst.With)
        body = self._block(part.body, part.footers, column)
        if part.trivia.beside:
            body = body.with_changes(header=self._trailing(part.trivia.beside))
        return node.with_changes(body=body, leading_lines=self._leading(part.trivia))

    def _try(self, part: NewTry, column: int) -> cst.BaseStatement:
        node = cst.ensure_type(self._parsed("try: pass\nfinally: pass"), cst.Try)
        body = self._block(part.body, (), column)
        if part.trivia.beside:
            body = body.with_changes(header=self._trailing(part.trivia.beside))
        final = cst.Finally(self._block(part.finalbody, (), column))
        return node.with_changes(
            body=body, finalbody=final, leading_lines=self._leading(part.trivia)
        )

    def _block(
        self, parts: Sequence[Statement], footers: Sequence[Block], column: int
    ) -> cst.IndentedBlock:
        inner = column + len(self.unit)
        nodes = [node for part in parts for node in self.build(part, inner)]
        default = self.region.module.default_indent
        indent = None if self.unit == default else self.unit
        closing = [line for block in footers for line in self._footer(block)]
        return cst.IndentedBlock(body=nodes, indent=indent, footer=closing)

    def _footer(self, block: Block) -> Sequence[cst.EmptyLine]:
        suite = self.region.block(block)
        return suite.footer if isinstance(suite, cst.IndentedBlock) else ()

    def _reshaped(self, part: Reshaped, column: int) -> cst.BaseStatement:
        (node,) = self.surgeon.spliced([self.region.statement(part.key)])
        if part.without_finally:
            node = node.with_changes(finalbody=None)
        if part.body is None:
            return node
        old = self.region.block(_body_of(part))
        body = self._block(part.body, part.footers, column)
        if isinstance(old, cst.IndentedBlock):
            body = body.with_changes(header=old.header)
        return node.with_changes(body=body)

    def _swapped(self, part: Swapped) -> _Nodes:
        for span, new in part.swaps:
            self.surgeon.swaps[self.region.expression(span)] = self._expression(new)
        return self.surgeon.spliced([self.region.statement(part.key)])

    def _expression(self, expression: Expression) -> cst.BaseExpression:
        return cst.parse_expression(self.writer.expression(expression, 0), config=self.config)

    def _led(self, nodes: _Nodes, trivia: Trivia | None) -> _Nodes:
        if trivia is None or not nodes:
            return nodes
        return [self._dressed(nodes[0], trivia), *nodes[1:]]

    def _dressed(self, node: cst.BaseStatement, trivia: Trivia) -> cst.BaseStatement:
        changes: dict[str, object] = {"leading_lines": self._leading(trivia)}
        if trivia.beside and isinstance(node, cst.SimpleStatementLine):
            changes["trailing_whitespace"] = self._trailing(trivia.beside)
        return node.with_changes(**changes)

    def _leading(self, trivia: Trivia) -> list[cst.EmptyLine]:
        comments = self.region.source.comment_at
        lines = []
        for line in trivia.above:
            if line in self.carried.lines:
                continue
            comment = comments.get(line)
            if comment is not None:
                lines.append(cst.EmptyLine(comment=cst.Comment(comment.text)))
            else:
                blank = cst.SimpleWhitespace(self.region.source.lines[line - 1])
                lines.append(cst.EmptyLine(indent=False, whitespace=blank))
        return lines

    def _trailing(self, line: int) -> cst.TrailingWhitespace:
        comment = self.region.source.comment_at.get(line)
        if comment is None:
            return cst.TrailingWhitespace()
        space = cst.SimpleWhitespace("  ")
        return cst.TrailingWhitespace(whitespace=space, comment=cst.Comment(comment.text))


def _body_of(part: Reshaped) -> Block:
    from lint_exitstack.model.rewrite import Block

    return Block(part.key)


def _lines(
    nodes: Sequence[cst.BaseStatement], start: int, stop: int | None
) -> Sequence[cst.BaseStatement]:
    """Return the lines that hold statements `start` to `stop`: semicolons put several on one."""
    found = []
    count = 0
    for node in nodes:
        first = count
        count += len(node.body) if isinstance(node, cst.SimpleStatementLine) else 1
        if first >= start and (stop is None or count <= stop):
            found.append(node)
    return found
