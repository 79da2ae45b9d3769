"""Which `try` statements only ignore exceptions, and which of the three rules they fall under."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import FUNCTIONS
from lint_exitstack.semantics.exceptions import Plainness, plainness
from lint_exitstack.semantics.flow import LOOPS, has, yields

if TYPE_CHECKING:
    from lint_exitstack.rules.context import Context, Place

_IMPORTS = (ast.Import, ast.ImportFrom)
_LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue)
# Handlers of these belong to the protocol of generators.
_GENERATOR_EXITS = {
    "builtins.GeneratorExit",
    "builtins.StopIteration",
    "builtins.StopAsyncIteration",
}


class Kind(enum.Enum):
    """Where the `try` stands or what it holds: each kind has a rule of its own."""

    PLAIN = "plain"
    LOOP = "in a loop"
    IMPORT = "around imports"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A `try` whose handlers all do nothing; `types` are what they catch, None for everything."""

    node: ast.Try
    place: Place
    kind: Kind
    types: tuple[ast.expr | None, ...]


def candidate(place: Place, context: Context) -> Candidate | None:
    """Return what there is to say about the `try` at `place`, None if it does more than ignore."""
    node = place.node
    if not isinstance(node, ast.Try) or node.orelse or node.finalbody or not node.handlers:
        return None
    if not all(_does_nothing(handler, place) for handler in node.handlers):
        return None
    if isinstance(node.body[-1], _LEAVES) or has(node.body, ast.Return, ast.Raise):
        return None
    if all(isinstance(statement, ast.Pass) for statement in node.body):
        return None
    types = tuple(_types(node))
    if not types or _is_off_limits(types, node, place, context):
        return None
    return Candidate(node, place, _kind(node, place), types)


def _does_nothing(handler: ast.ExceptHandler, place: Place) -> bool:
    if len(handler.body) != 1:
        return False
    only = handler.body[0]
    if isinstance(only, ast.Continue):
        loop = place.parent
        ends = loop is not None and isinstance(loop.node, LOOPS) and place.part == "body"
        return ends and not place.following
    ellipsis_ = isinstance(only, ast.Expr) and isinstance(only.value, ast.Constant)
    return isinstance(only, ast.Pass) or (ellipsis_ and only.value.value is ...)  # type: ignore[attr-defined]  # an Expr of a Constant


def _types(node: ast.Try) -> list[ast.expr | None]:
    found: list[ast.expr | None] = []
    for handler in node.handlers:
        if isinstance(handler.type, ast.Tuple):
            found.extend(handler.type.elts)
        else:
            found.append(handler.type)
    return found


def _is_off_limits(
    types: tuple[ast.expr | None, ...], node: ast.Try, place: Place, context: Context
) -> bool:
    """Whether the `try` isn't ours to speak about, whatever it holds."""
    if isinstance(place.frame, FUNCTIONS) and place.frame.name == "__del__":
        # At interpreter shutdown the name `suppress` may be gone already.
        return True
    scope = context.scope(place)
    known = [expression for expression in types if expression is not None]
    if any(plainness(each, scope, context.names) is Plainness.NO_EXCEPTION for each in known):
        return True
    if not _is_generator(node, place):
        return False
    return any(context.qualified(each, place) in _GENERATOR_EXITS for each in known)


def _is_generator(node: ast.Try, place: Place) -> bool:
    frame = place.frame.body if isinstance(place.frame, FUNCTIONS) else node.body
    return yields(frame)


def _kind(node: ast.Try, place: Place) -> Kind:
    if any(isinstance(statement, _IMPORTS) for statement in node.body):
        return Kind.IMPORT
    if any(isinstance(around.node, LOOPS) for around in place.around_in_frame()):
        return Kind.LOOP
    return Kind.PLAIN
