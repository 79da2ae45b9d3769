"""Source and settings in, ordered findings out: the one walk over the tree, for every rule."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.rules.context import Context, Place
from lint_exitstack.selection import enabled_rules
from lint_exitstack.semantics.bindings import FUNCTIONS
from lint_exitstack.semantics.flow import named_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.source import Source
    from lint_exitstack.rules.rule import Rule
    from lint_exitstack.semantics.bindings import ScopeNode
    from lint_exitstack.settings import Settings

_FRAMES = (*FUNCTIONS, ast.ClassDef)
_Listeners = dict[type[ast.AST], list["Rule"]]


def analyse(source: Source, settings: Settings) -> tuple[Finding, ...]:
    """Return every finding of the selected rules, by position; suppressions aren't applied here.

    Raises UnparsableSourceError.
    """
    enabled = enabled_rules(settings, source.path)
    active = [rule for rule in enabled if rule.trigger.search(source.data)]
    if not active:
        return ()
    context = Context(source, settings, frozenset(rule.code for rule in enabled))
    statements, expressions = _listeners(active)
    found: list[Finding] = []
    for place in places(context.tree):
        for rule in statements.get(type(place.node), ()):
            found.extend(rule.check(place.node, place, context))
        if expressions:
            for node in _expressions(place.node):
                for rule in expressions.get(type(node), ()):
                    found.extend(rule.check(node, place, context))
    return tuple(sorted(found, key=lambda finding: (finding.span.start, finding.code)))


def _listeners(active: list[Rule]) -> tuple[_Listeners, _Listeners]:
    statements: _Listeners = {}
    expressions: _Listeners = {}
    for rule in active:
        for kind in rule.nodes:
            table = statements if issubclass(kind, ast.stmt) else expressions
            table.setdefault(kind, []).append(rule)
    return statements, expressions


def places(tree: ast.Module) -> Iterator[Place]:
    """Yield the place of every statement, outer ones before those in them."""
    pending: list[tuple[list[ast.stmt], str, Place | None, ScopeNode]] = [
        (tree.body, "body", None, tree)
    ]
    while pending:
        block, part, parent, frame = pending.pop()
        for index, node in enumerate(block):
            place = Place(node, block, index, part, parent, frame)
            yield place
            inner = node if isinstance(node, _FRAMES) else frame
            pending.extend((body, name, place, inner) for name, body in named_blocks(node))


def _expressions(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield the expressions of a statement, without those of the statements in it."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.stmt):
                pending.append(child)
                yield child
