"""Source and settings in, ordered findings out: the one walk over the tree, for every rule."""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Fixability
from lint_exitstack.rules.context import Context, Place
from lint_exitstack.rules.nested_with.collapsible_with import RULE as MERGING
from lint_exitstack.rules.nested_with.final_form import in_final_form
from lint_exitstack.selection import enabled_rules, fixable_codes, is_declined
from lint_exitstack.semantics.bindings import FUNCTIONS
from lint_exitstack.semantics.flow import named_blocks
from lint_exitstack.suppression import kept, orders_for_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.source import Source
    from lint_exitstack.rules.rule import Rule
    from lint_exitstack.semantics.bindings import ScopeNode
    from lint_exitstack.settings import Settings

_FRAMES = (*FUNCTIONS, ast.ClassDef)
_NO_EXPRESSIONS = (ast.stmt, ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)
_LEAVES = frozenset((ast.Name, ast.Constant, ast.alias))
# Groups of a trigger hold alternatives of their own; what comes behind may be optional.
_GROUP = re.compile(rb"\(\?:[^()]*(?:\([^()]*\)[^()]*)*\)")
_FIRST_WORD = re.compile(rb"(?:\\b|\\\.)?(\w{3,})(?![\w?*{])")
_Listeners = dict[type[ast.AST], list["Rule"]]


def analyse(source: Source, settings: Settings) -> tuple[Finding, ...]:
    """Return every finding of the selected rules, by position; suppressions aren't applied here.

    Raises UnparsableSourceError.
    """
    enabled = enabled_rules(settings, source.path)
    active = [rule for rule in enabled if rule.nodes and occurs(rule.trigger, source.data)]
    if not active:
        return ()
    context = Context(source, settings, frozenset(rule.code for rule in enabled))
    return in_order(Inquiry(active).findings(places(context.tree), context))


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by position; those of one rule at one place stay as they are."""
    return tuple(sorted(found, key=lambda finding: (finding.span.start, finding.code)))


class Inquiry:
    """Asks each rule about the nodes that it listens to."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._statements: _Listeners = {}
        self._expressions: _Listeners = {}
        for rule in rules:
            for kind in rule.nodes:
                table = self._statements if issubclass(kind, ast.stmt) else self._expressions
                table.setdefault(kind, []).append(rule)

    def findings(self, places: Iterable[Place], context: Context) -> Iterator[Finding]:
        """Yield what the rules find at `places`."""
        statements, expressions = self._statements, self._expressions
        finish = _finish(context)
        for place in places:
            for rule in statements.get(type(place.node), ()):
                for finding in rule.check(place.node, place, context):
                    yield finish(finding, place)
            if expressions:
                for node in _expressions(place.node):
                    for rule in expressions.get(type(node), ()):
                        for finding in rule.check(node, place, context):
                            yield finish(finding, place)


def _finish(context: Context) -> Callable[[Finding, Place], Finding]:
    """Return what gives findings the fix that the user wants, if any."""
    wanted, merged = fixable_codes(context.settings), _merged(context)

    def finished(finding: Finding, place: Place) -> Finding:
        if finding.code in wanted:
            return merged(finding, place)
        # Without the fix there is nothing to say against it.
        return replace(finding, rewrite=None, hazards=(), fixability=Fixability.NONE)

    return finished


def _merged(context: Context) -> Callable[[Finding, Place], Finding]:
    """Return what brings findings into their final form, for users who merge `with` statements."""
    source, settings = context.source, context.settings
    declined = is_declined(settings, source.path, MERGING.code, MERGING.name)
    if declined or MERGING.code not in fixable_codes(settings):
        return lambda finding, _place: finding

    def is_heard(finding: Finding) -> bool:
        # Other orders stand beside what they speak about.
        context.module.note("orders", "", orders_for_all(source))
        return settings.ignore_noqa or bool(kept(source, (finding,)))

    return lambda finding, place: in_final_form(finding, place, context, is_heard)


def occurs(trigger: re.Pattern[bytes], data: bytes) -> bool:
    """Search for `trigger`, but not where a word that it begins with isn't there at all."""
    words = _first_words(trigger)
    return (not words or any(word in data for word in words)) and bool(trigger.search(data))


@functools.cache
def _first_words(trigger: re.Pattern[bytes]) -> tuple[bytes, ...]:
    """Return words one of which is part of every match; nothing where that isn't plain to see.

    Finding a word takes a hundredth of the time of an expression that begins with a boundary.
    """
    if trigger.flags & re.IGNORECASE:
        return ()
    words = []
    for choice in _GROUP.sub(b"?", trigger.pattern).split(b"|"):
        found = _FIRST_WORD.match(choice)
        if found is None:
            return ()
        words.append(found[1])
    return tuple(words)


def places(tree: ast.Module, indexes: Iterable[int] | None = None) -> Iterator[Place]:
    """Yield the place of every statement, outer ones before those in them.

    Of the statements of the module itself only those at `indexes`, if given.
    """
    chosen = range(len(tree.body)) if indexes is None else indexes
    outermost = [Place(tree.body[i], tree.body, i, "body", None, tree) for i in chosen]
    pending: list[Iterable[Place]] = [outermost]
    while pending:
        for place in pending.pop():
            yield place
            node = place.node
            inner = node if isinstance(node, _FRAMES) else place.frame
            pending.extend(_block(block, part, place, inner) for part, block in named_blocks(node))


def _block(block: list[ast.stmt], part: str, parent: Place, frame: ScopeNode) -> Iterator[Place]:
    for index, node in enumerate(block):
        yield Place(node, block, index, part, parent, frame)


def _expressions(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield the expressions of a statement, without those of the statements in it."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        for name in node._fields:
            value = getattr(node, name, None)
            for child in value if type(value) is list else (value,):
                # Most nodes by far are names and the like, with nothing of interest in them.
                if isinstance(child, ast.AST) and not isinstance(child, _NO_EXPRESSIONS):
                    if type(child) not in _LEAVES:
                        pending.append(child)
                    yield child
