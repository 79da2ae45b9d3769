"""Which `with` statements may share one header."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.rules.nested_with.contexts import (
    WITHS,
    With,
    is_exempt,
    is_expectation,
    needs_parentheses,
)
from lint_exitstack.semantics.comments import with_header
from lint_exitstack.semantics.written import written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.model.rewrite import Need, NewWith
    from lint_exitstack.model.source import Source
    from lint_exitstack.rules.context import Context, Place


@dataclass(frozen=True, slots=True)
class Candidate:
    """A `with` that may share a header with its neighbour, in the file (`node`) or to be made.

    `is_short` says that its body is a single statement, and that no `with`; `needs` are the names
    that come in with it.
    """

    managers: tuple[ast.expr, ...]
    is_short: bool
    node: With | None = None
    needs: tuple[Need, ...] = ()


def candidate(node: With) -> Candidate:
    """Return a `with` of the file as candidate."""
    return Candidate(
        tuple(item.context_expr for item in node.items), is_short(node.body), node=node
    )


def candidate_to_be(
    source: Source, node: NewWith, body: Sequence[ast.stmt], needs: tuple[Need, ...]
) -> Candidate:
    """Return a `with` that a rewrite makes around `body` as candidate."""
    texts = (written(item.context, source) for item in node.items)
    managers = tuple(ast.parse(f"({text}\n)", mode="eval").body for text in texts)
    return Candidate(managers, is_short(body), needs=needs)


def is_short(body: Sequence[ast.stmt]) -> bool:
    """Whether a body is a single statement that is no `with`."""
    return len(body) == 1 and not isinstance(body[0], WITHS)


def merges(outer: Candidate, inner: Candidate, place: Place, context: Context) -> bool:
    """Whether `inner`, the only statement of `outer`, may share its header."""
    if any(is_exempt(each.managers, place, context, each.needs) for each in (outer, inner)):
        return False
    only = inner.is_short and len(inner.managers) == 1
    if only and is_expectation(inner.managers[0], place, context):
        return False
    if context.settings.target_version >= (3, 9):
        return True
    # For these targets the file means a tuple, or isn't Python.
    nodes = [each.node for each in (outer, inner) if each.node is not None]
    return not any(needs_parentheses(node, with_header(context.source, node)) for node in nodes)


def inner_of(node: With) -> With | None:
    """Return the `with` that is the only statement of `node`, if it's of the same kind."""
    inner = node.body[0]
    same = len(node.body) == 1 and isinstance(inner, WITHS) and type(inner) is type(node)
    return inner if same and isinstance(inner, WITHS) else None


def outer_of(place: Place) -> With | None:
    """Return the `with` of the same kind whose only statement stands at `place`."""
    parent = place.parent
    if parent is None or not isinstance(parent.node, WITHS):
        return None
    return parent.node if inner_of(parent.node) is place.node else None


def chain_from(node: With, place: Place, context: Context) -> list[With]:
    """Return the `with` statements that can be merged into `node`, which comes first."""
    chain = [node]
    while (inner := inner_of(chain[-1])) is not None:
        if not merges(candidate(chain[-1]), candidate(inner), place, context):
            break
        chain.append(inner)
    return chain


def continues_a_chain(place: Place, context: Context) -> bool:
    """Whether the `with` at `place` can be merged into the one around it."""
    outer = outer_of(place)
    if outer is None or not isinstance(place.node, WITHS):
        return False
    return merges(candidate(outer), candidate(place.node), place, context)
