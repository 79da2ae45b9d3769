"""Which cleanup a piece of code runs, in which order, when it's left."""

from __future__ import annotations

import ast
import textwrap
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LABEL = 60
_STACKS = ("ExitStack", "AsyncExitStack")
_REGISTERS = (
    "enter_context",
    "enter_async_context",
    "callback",
    "push",
    "push_async_callback",
    "push_async_exit",
)
_END_OF_LINE = 1 << 30
_With: TypeAlias = ast.With | ast.AsyncWith


class Exit(NamedTuple):
    """A cleanup: what it is, of which kind, from which line it's promised, on which it runs.

    Kinds: `exit` (of a context), `call` (of anything), `error` (a call on the way out of an
    exception only), `swallow` (ends an exception).
    Lines count from 0.
    """

    label: str
    kind: str
    start: int
    end: int


class _Step(NamedTuple):
    exit: Exit
    column: int


def exits(text: str) -> tuple[Exit, ...]:
    """Return the cleanups of some lines of code, in the order in which they run."""
    code = textwrap.dedent(text.expandtabs(4))
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    reader = _Reader(code)
    steps = [step for node in _in_order(tree) for step in reader.steps(node)]
    # Of what ends in one place the last to come is the first to go.
    numbered = sorted(enumerate(steps), key=lambda pair: (*_end(pair[1]), -pair[0]))
    return tuple(step.exit for _, step in numbered)


def _end(step: _Step) -> tuple[int, int]:
    return step.exit.end, step.column


def _in_order(tree: ast.AST) -> Iterator[ast.AST]:
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(list(ast.iter_child_nodes(node))))


class _Reader:
    """Reads cleanups out of the nodes of one text, and calls them what they are called there."""

    def __init__(self, code: str) -> None:
        self.code = code

    def steps(self, node: ast.AST) -> Iterator[_Step]:
        if isinstance(node, ast.With | ast.AsyncWith):
            for item in node.items:
                yield from self._of_item(item, node)
        elif isinstance(node, ast.Try):
            for handler in node.handlers:
                yield from self._of_handler(handler, node)
            for statement in _leaves(node.finalbody):
                yield _step(self._text(statement), "call", node, statement)

    def _of_item(self, item: ast.withitem, node: _With) -> Iterator[_Step]:
        context = item.context_expr
        name = _called(context)
        if name in _STACKS and isinstance(item.optional_vars, ast.Name):
            yield from self._registered(item.optional_vars.id, node)
            return
        kind = "swallow" if name == "suppress" else "exit"
        yield _until_the_end(self._text(context), kind, context, node)

    def _registered(self, stack: str, node: _With) -> Iterator[_Step]:
        for inner in _in_order(ast.Module(node.body, [])):
            match inner:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id=name), attr=method), args=[first, *_]
                ) if name == stack and method in _REGISTERS:
                    kind = "swallow" if _called(first) == "suppress" else "exit"
                    kind = "call" if "callback" in method else kind
                    yield _until_the_end(self._registration(inner, method), kind, inner, node)

    def _registration(self, call: ast.Call, method: str) -> str:
        """Return what a callback will be called like, or which context is entered."""
        first, *rest = call.args
        if "callback" not in method:
            return self._text(first)
        arguments = [*map(self._text, rest), *map(self._text, call.keywords)]
        return _cut(f"{self._text(first)}({', '.join(arguments)})")

    def _of_handler(self, handler: ast.ExceptHandler, node: ast.Try) -> Iterator[_Step]:
        *before, last = handler.body
        if isinstance(last, ast.Raise):
            for statement in _leaves(before):
                yield _step(self._text(statement), "error", node, statement)
        elif isinstance(last, ast.Pass | ast.Continue) and not before:
            what = "everything" if handler.type is None else self._text(handler.type)
            yield _step(f"ignore {what}", "swallow", node, handler)

    def _text(self, node: ast.stmt | ast.expr | ast.keyword) -> str:
        text = ast.get_source_segment(self.code, node) or ast.unparse(node)
        return _cut(" ".join(text.split()))


def _leaves(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the simple statements in a block, also those in its `if` and `try` statements."""
    for statement in statements:
        if isinstance(statement, ast.If):
            yield from _leaves((*statement.body, *statement.orelse))
        elif isinstance(statement, ast.Try):
            # Its own `finally` speaks for itself.
            yield from _leaves((*statement.body, *statement.orelse))
        elif not isinstance(statement, ast.Pass | ast.Raise):
            yield statement


def _step(label: str, kind: str, opens: ast.stmt, runs: ast.stmt | ast.excepthandler) -> _Step:
    return _Step(Exit(label, kind, opens.lineno - 1, runs.lineno - 1), runs.col_offset)


def _until_the_end(label: str, kind: str, at: ast.expr, node: _With) -> _Step:
    end = (node.end_lineno or node.lineno) - 1
    return _Step(Exit(label, kind, at.lineno - 1, end), _END_OF_LINE)


def _called(node: ast.expr) -> str:
    """Return the last word of what is called."""
    if not isinstance(node, ast.Call):
        return ""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _cut(text: str) -> str:
    return text if len(text) <= _LABEL else f"{text[: _LABEL - 1]}…"
