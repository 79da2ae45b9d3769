"""The finding that the three rules about ignored exceptions share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.rules.suppressing.plan import Suppression

if TYPE_CHECKING:
    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context
    from lint_exitstack.rules.rule import Rule
    from lint_exitstack.rules.suppressing.candidate import Candidate


def report(rule: Rule, found: Candidate, context: Context) -> Finding:
    """Make the finding for a `try` that only ignores exceptions."""
    plan = Suppression(found, context)
    handler = found.node.handlers[-1]
    return context.finding(
        rule,
        plan.span,
        "this `try` only ignores exceptions",
        help_=plan.help,
        rewrite=plan.rewrite(),
        hazards=plan.hazards(),
        noqa_line=handler.lineno,
    )
