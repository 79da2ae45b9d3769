"""`lint-exitstack rule`: what a rule finds, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lint_exitstack.model.errors import UsageError
from lint_exitstack.model.nearest import did_you_mean
from lint_exitstack.rules import all_rules

if TYPE_CHECKING:
    import argparse

    from lint_exitstack.clients.console import Console
    from lint_exitstack.rules.rule import Rule


def explain(arguments: argparse.Namespace, console: Console) -> int:
    """Run the command; raises UsageError."""
    if arguments.all and arguments.rule:
        raise UsageError("--all: can't be combined with the name of a rule")
    is_json = arguments.output_format == "json"
    if arguments.rule:
        rule = _rule_called(arguments.rule)
        console.write([_dump(_record(rule)) if is_json else page(rule)])
        return 0
    if is_json:
        console.write([_dump([_record(rule) for rule in all_rules()])])
    elif arguments.all:
        console.write(["\n\n".join(page(rule) for rule in all_rules())])
    else:
        console.write(_row(rule) for rule in all_rules())
    return 0


def _rule_called(word: str) -> Rule:
    rules = all_rules()
    for rule in rules:
        if word in (rule.code, rule.name) or word.upper() == rule.code:
            return rule
    hint = did_you_mean(word, [name for rule in rules for name in (rule.code, rule.name)])
    raise UsageError(f'there is no rule "{word}"{hint or ";"} `lint-exitstack rule` lists them')


def page(rule: Rule) -> str:
    """Return the page of `rule`, as Markdown."""
    state = "On by default." if rule.default else "Off by default."
    fix = f"A fix is {rule.fix.value} offered."
    head = f"# {rule.name} ({rule.code})\n\n{state} {fix} Since {rule.since}."
    return f"{head}\n\n{rule.documentation.strip()}\n"


def _row(rule: Rule) -> str:
    return (
        f"{rule.code}  {rule.name}: {rule.summary}{'' if rule.default else ' (off by default)'}\n"
    )


def _record(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "explanation": rule.documentation.strip(),
        "fix_availability": rule.fix.value,
        "default": rule.default,
        "since": rule.since,
        "url": None,
    }


def _dump(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"
