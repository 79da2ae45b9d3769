"""The page of each rule is complete, and its examples are what the rule really does."""

from __future__ import annotations

import re

import pytest

from lint_exitstack.analysis import analyse
from lint_exitstack.fixing import fix
from lint_exitstack.model.source import Source
from lint_exitstack.rules import all_rules
from lint_exitstack.rules.rule import Fix, Rule
from lint_exitstack.settings import Settings

SECTIONS = [
    "What it does",
    "Why",
    "Before",
    "After",
    "Fix safety",
    "When not to use",
    "References",
]
# Written by `benchmarks/figures.py` for the rules that were run over released packages.
MEASURED = "How sure"
RULES = [rule for rule in all_rules() if rule.nodes]


def section(rule: Rule, title: str) -> str:
    _, _, rest = rule.documentation.partition(f"## {title}\n")
    return rest.partition("\n## ")[0].strip()


def example(rule: Rule, title: str) -> str:
    found = re.search(r"```python\n(.*?)```", section(rule, title), re.DOTALL)
    assert found, f"no example under {title}"
    return found[1]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_sections(rule: Rule) -> None:
    sections = [*SECTIONS]
    if section(rule, MEASURED):
        sections.insert(-1, MEASURED)
    assert re.findall(r"^## (.*)$", rule.documentation, re.MULTILINE) == sections
    assert all(section(rule, title) for title in sections)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_before_is_found_and_after_is_what_the_fix_makes_of_it(rule: Rule) -> None:
    settings = Settings(select=(rule.code,), target_version=(3, 12))
    before = Source.from_text(example(rule, "Before"))
    after = example(rule, "After")
    assert analyse(before, settings), "the rule doesn't find its own example"
    if rule.fix is Fix.NEVER:
        assert not analyse(Source.from_text(after), settings), "the rule finds its own remedy"
        return
    result = fix(before, settings, unsafe=True)
    assert not result.failures
    assert result.source.text == after
