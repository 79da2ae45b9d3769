"""What `# noqa` and `# exitstack: ignore[...]` leave of the findings, and which are of no use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lint_exitstack.directives import OUR_CODES, Directive, directives
from lint_exitstack.model.finding import Finding, Fixability
from lint_exitstack.model.nearest import did_you_mean
from lint_exitstack.rules import all_rules
from lint_exitstack.rules.the_file.broken_suppression import RULE as BROKEN
from lint_exitstack.rules.the_file.unused_suppression import RULE as UNUSED
from lint_exitstack.selection import matches
from lint_exitstack.withdrawal import withdrawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lint_exitstack.model.source import Source
    from lint_exitstack.rules.rule import Rule


def kept(source: Source, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings that no comment suppresses."""
    orders = directives(source) if findings else ()
    return tuple(finding for finding in findings if not _suppressed(finding, orders))


def orders_for_all(source: Source) -> tuple[tuple[str, ...], ...]:
    """Return what comments say about every line of the file: the items of each."""
    whole = (order for order in directives(source) if order.lines is None and not order.problem)
    return tuple(order.items for order in whole)


def judged(
    source: Source,
    findings: tuple[Finding, ...],
    on: frozenset[str],
    *,
    noqa: bool = True,
    fixable: bool = True,
) -> tuple[Finding, ...]:
    """Return what is left of `findings` and what there is to say about the comments themselves.

    `on` holds the codes that were looked for: a comment about another rule may well be of use in
    another run. Without `noqa` those comments are left to somebody else; without `fixable` what is
    said about a comment comes without a fix.
    """
    orders = tuple(order for order in directives(source) if noqa or order.ours)
    if not orders:
        return findings
    left = [finding for finding in findings if not _suppressed(finding, orders)]
    for order in orders:
        about = _about(source, order, findings, on, fixable=fixable)
        left.extend(finding for finding in about if finding.code in on)
    return tuple(sorted(left, key=lambda finding: (finding.span.start, finding.code)))


def _suppressed(finding: Finding, orders: Iterable[Directive]) -> bool:
    return any(
        order.speaks_about(finding) and (not order.items or order.naming(finding))
        for order in orders
    )


def _about(
    source: Source,
    order: Directive,
    findings: tuple[Finding, ...],
    on: frozenset[str],
    *,
    fixable: bool,
) -> Iterator[Finding]:
    if order.problem:
        yield _finding(BROKEN, order, f"this suppression has no effect: {order.problem}")
        return
    rules = all_rules()
    if any(matches(item, UNUSED.code, UNUSED.name) for item in order.items):
        return
    used = {
        item
        for finding in findings
        if order.speaks_about(finding)
        for item in order.naming(finding)
    }
    unused = []
    for item in order.items:
        named = [rule for rule in rules if matches(item, rule.code, rule.name)]
        if not named and (order.ours or item.startswith(OUR_CODES)):
            hint = did_you_mean(item, [word for rule in rules for word in (rule.code, rule.name)])
            yield _finding(BROKEN, order, f'there is no rule "{item}"{hint}')
        # A prefix or ALL may be meant for the rules that are off, too.
        if item not in used and named and all(rule.code in on for rule in named):
            unused.append(item)
    if unused:
        names = ", ".join(unused)
        message = f"nothing to suppress here: {names}"
        finding = _finding(UNUSED, order, message, _remedy(order, names))
        edit = withdrawn(source, order, unused) if fixable else None
        if edit is not None:
            finding = replace(finding, edits=(edit,), fixability=Fixability.SAFE)
        yield finding


def _remedy(order: Directive, names: str) -> str:
    what = "this comment" if len(order.items) == names.count(",") + 1 else names
    return f"remove {what}"


def _finding(rule: Rule, order: Directive, message: str, help_: str = "") -> Finding:
    return Finding(rule.code, rule.name, message, help_, order.span)
