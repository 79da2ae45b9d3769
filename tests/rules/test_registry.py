"""Codes, names and folders of the rules fit together."""

from __future__ import annotations

import re

from lint_exitstack.rules import all_rules


def test_codes_and_names_are_unique_and_well_formed() -> None:
    rules = all_rules()
    assert len({rule.code for rule in rules}) == len(rules)
    assert len({rule.name for rule in rules}) == len(rules)
    for rule in rules:
        assert re.fullmatch(r"XIT\d{3}", rule.code)
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)


def test_the_file_of_a_rule_bears_its_name() -> None:
    for rule in all_rules():
        assert rule.module.rsplit(".", 1)[-1] == rule.name.replace("-", "_")


def test_a_family_shares_the_first_digit_of_its_codes() -> None:
    digits: dict[str, set[str]] = {}
    for rule in all_rules():
        digits.setdefault(rule.family, set()).add(rule.code[3])
    for family, found in digits.items():
        assert len(found) == 1 or family == "the_file", (family, found)


def test_triggers_stay_within_a_line() -> None:
    """A pattern that spans lines takes quadratic time on long files."""
    for rule in all_rules():
        spans = (b"[\\s\\S]", b"\\s*", b"\\s+", b"[^")
        within = rule.trigger.pattern.replace(b"[^\\r\\n]", b"")
        assert not any(part in within for part in spans), (rule.code, rule.trigger.pattern)
        assert not rule.trigger.flags & re.DOTALL, rule.code
