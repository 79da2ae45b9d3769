"""The same rewrites on the plain `ast`: the second entry that the written text is held against."""

from __future__ import annotations

import ast
import copy
import re
from typing import TYPE_CHECKING

from lint_exitstack.model.errors import GuardError
from lint_exitstack.model.rewrite import (
    Kept,
    Line,
    NewTry,
    NewWith,
    Piece,
    Reshaped,
    Suite,
    Swapped,
)
from lint_exitstack.semantics.flow import blocks_of, named_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.position import Key, Span
    from lint_exitstack.model.rewrite import Block, Expression, Rewrite, Statement
    from lint_exitstack.model.source import Source

_HOLE = re.compile(r"\$(\d+)")
_HOLE_NAME = "__hole_{}__"


def replay(source: Source, tree: ast.Module, rewrites: Sequence[Rewrite]) -> None:
    """Carry `rewrites` out on `tree`, a fresh parse of `source`, in place."""
    _Replay(source, tree).run(rewrites)


class _Replay:
    def __init__(self, source: Source, tree: ast.Module) -> None:
        self.source = source
        self.tree = tree
        self.statements: dict[Key, ast.stmt] = {}
        self.homes: dict[Key, list[ast.stmt]] = {}
        for block in _blocks(tree):
            for node in block:
                key = source.key(node)
                self.statements[key] = node
                self.homes[key] = block
        self.block_in_hand: list[ast.stmt] = []
        self.replaced: dict[ast.stmt, list[ast.stmt]] = {}
        self.swaps: list[tuple[ast.stmt, dict[Span, ast.expr]]] = []

    def run(self, rewrites: Sequence[Rewrite]) -> None:
        for rewrite in rewrites:
            block = self.homes.get(rewrite.first, [])
            self.block_in_hand = block
            for key, parts in rewrite.places:
                self.replaced[self.statement(key)] = self._built(parts)
            into = self._built(rewrite.into)
            first = block.index(self.statement(rewrite.first))
            last = block.index(self.statement(rewrite.last))
            gone = block[first : last + 1]
            for node in gone:
                self.replaced[node] = []
            # What is kept beside the new statements would go with the others: a copy stays.
            self.replaced[block[first]] = [
                copy.copy(node) if node in gone[1:] else node for node in into
            ]
        pending = [self.tree.body]
        while pending:
            block = pending.pop()
            block[:] = [new for node in block for new in self._expanded(node)]
            for node in block:
                pending.extend(blocks_of(node))
        for node, swaps in self.swaps:
            _swap(self.source, node, swaps)

    def _expanded(self, node: ast.stmt) -> list[ast.stmt]:
        """Return what stands for `node`; a rewrite may keep it, and then it isn't asked again."""
        done: list[ast.stmt] = []
        pending = [node]
        while pending:
            here = pending.pop()
            if here in self.replaced:
                pending.extend(reversed(self.replaced.pop(here)))
            else:
                done.append(here)
        return done

    def statement(self, key: Key) -> ast.stmt:
        node = self.statements.get(key)
        if node is None:
            raise GuardError("keys", f"no {key.kind} on line {key.line}")
        return node

    def block(self, block: Block) -> list[ast.stmt]:
        node = self.statement(block.of)
        found = dict(named_blocks(node)).get(block.part)
        if found is None:
            raise GuardError("keys", f"no {block.part} on line {block.of.line}")
        return found

    def build(self, part: Statement) -> list[ast.stmt]:
        match part:
            case Suite():
                return list(self.block(part.block)[part.start : part.stop])
            case Kept():
                return [self.statement(part.key)]
            case Line():
                return [self._filled(part.text, part.pieces)]
            case NewWith():
                return [self._with(part)]
            case NewTry():
                return [ast.Try(self._built(part.body), [], [], self._built(part.finalbody))]
            case Reshaped():
                return [self._reshaped(part)]
            case Swapped():
                node = self.statement(part.key)
                swaps = {span: self.expression(new) for span, new in part.swaps}
                self.swaps.append((node, swaps))
                return [node]

    def _built(self, parts: Sequence[Statement]) -> list[ast.stmt]:
        return [node for part in parts for node in self.build(part)]

    def _with(self, part: NewWith) -> ast.stmt:
        items = [
            ast.withitem(
                context_expr=self.expression(item.context),
                optional_vars=None if item.target is None else self._target(item.target),
            )
            for item in part.items
        ]
        body = self._built(part.body)
        return ast.AsyncWith(items, body) if part.is_async else ast.With(items, body)

    def _target(self, target: Expression) -> ast.expr:
        node = self.expression(target)
        if isinstance(node, ast.Name):
            return ast.Name(node.id, ast.Store())
        return node

    def _reshaped(self, part: Reshaped) -> ast.stmt:
        node = self.statement(part.key)
        fields = dict(ast.iter_fields(node))
        if part.without_finally:
            fields["finalbody"] = []
        if part.body is not None:
            fields["body"] = self._built(part.body)
        return type(node)(**fields)

    def expression(self, expression: Expression) -> ast.expr:
        if isinstance(expression, Piece):
            return self._piece(expression.span)
        node = self._filled(expression.text, expression.pieces)
        if not isinstance(node, ast.Expr):
            raise TypeError(expression)
        return node.value

    def _piece(self, span: Span) -> ast.expr:
        block: list[ast.stmt] | None = self.block_in_hand
        while block is not None:
            node = next((n for n in block if self._holds(n, span)), None)
            found = None if node is None else _expression_at(self.source, node, span)
            if found is not None:
                return found
            # Handlers come last in the tree, though `else` and `finally` stand below them.
            inner = [] if node is None else sorted(blocks_of(node), key=lambda b: b[0].lineno)
            block = next((b for b in inner if b[-1].end_lineno >= span.start.line), None)  # type: ignore[operator]  # parsed nodes have ends
        raise GuardError("keys", f"no expression on line {span.start.line}")

    def _holds(self, node: ast.stmt, span: Span) -> bool:
        # Lines first: they are at hand, and a file has thousands of statements.
        first, last = node.lineno, node.end_lineno or node.lineno
        return first <= span.start.line <= last and self.source.span(node).contains(span)

    def _filled(self, text: str, pieces: Sequence[Expression]) -> ast.stmt:
        (node,) = ast.parse(_HOLE.sub(lambda hole: _HOLE_NAME.format(hole[1]), text)).body
        holes = {
            _HOLE_NAME.format(index): self.expression(piece) for index, piece in enumerate(pieces)
        }
        for parent in list(ast.walk(node)):
            for name, value in ast.iter_fields(parent):
                setattr(parent, name, _plugged(value, holes))
        return node


def _plugged(value: object, holes: dict[str, ast.expr]) -> object:
    if isinstance(value, ast.Name):
        return holes.get(value.id, value)
    if isinstance(value, list):
        return [_plugged(item, holes) for item in value]
    return value


def _expression_at(source: Source, statement: ast.stmt, span: Span) -> ast.expr | None:
    """Return the expression of `statement` itself (not of statements in it) at `span`."""
    if not source.span(statement).contains(span):
        return None
    pending = [
        child for child in ast.iter_child_nodes(statement) if not isinstance(child, ast.stmt)
    ]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.expr) and source.span(node) == span:
            return node
        pending.extend(c for c in ast.iter_child_nodes(node) if not isinstance(c, ast.stmt))
    return None


def _swap(source: Source, statement: ast.stmt, swaps: dict[Span, ast.expr]) -> None:
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        for name, value in list(ast.iter_fields(node)):
            setattr(node, name, _swapped(source, value, swaps))
        pending.extend(c for c in ast.iter_child_nodes(node) if not isinstance(c, ast.stmt))


def _swapped(source: Source, value: object, swaps: dict[Span, ast.expr]) -> object:
    if isinstance(value, ast.expr) and hasattr(value, "end_lineno"):
        # Only once: what replaces an expression may hold it, and is looked through next.
        return swaps.pop(source.span(value), value)
    if isinstance(value, list):
        return [_swapped(source, item, swaps) for item in value]
    return value


def _blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    pending = [tree.body]
    while pending:
        block = pending.pop()
        yield block
        for node in block:
            pending.extend(blocks_of(node))


def difference(left: ast.AST, right: ast.AST) -> str | None:
    """Return where two trees differ in anything but positions, None where they don't."""
    pending: list[tuple[object, object]] = [(left, right)]
    while pending:
        one, other = pending.pop()
        if isinstance(one, ast.AST) and isinstance(other, ast.AST):
            if type(one) is not type(other):
                return f"{type(one).__name__} is not {type(other).__name__}{_at(other)}"
            pending.extend(
                (getattr(one, name, None), getattr(other, name, None)) for name in one._fields
            )
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return f"{len(one)} parts are not {len(other)}{_at(*other)}"
            pending.extend(zip(one, other, strict=True))
        elif (type(one), one) != (type(other), other) and not _both_empty(one, other):
            return f"{one!r} is not {other!r}"
    return None


def _both_empty(one: object, other: object) -> bool:
    """Whether an absent list and an empty one meet: nodes made here leave out what is empty."""
    return (
        not one and not other and isinstance(one or other or [], list) and one != 0 and other != 0
    )


def _at(*nodes: object) -> str:
    line = next((node.lineno for node in nodes if hasattr(node, "lineno")), None)
    return f" on line {line}" if line else ""
