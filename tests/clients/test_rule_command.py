"""`lint-exitstack rule`."""

from __future__ import annotations

import json

import pytest

from lint_exitstack.rules import all_rules


@pytest.mark.parametrize("word", ["XIT101", "xit101", "collapsible-with"])
def test_one_rule(run, word):
    ran = run("rule", word)
    assert ran.status == 0
    assert ran.out.startswith("# collapsible-with (XIT101)\n\nOn by default. A fix is sometimes ")
    assert "## Fix safety" in ran.out


def test_a_rule_that_is_off_by_default(run):
    assert "Off by default." in run("rule", "XIT302").out


def test_all_rules(run):
    pages = run("rule", "--all").out
    assert all(f"# {rule.name} ({rule.code})" in pages for rule in all_rules())


def test_the_list(run):
    lines = run("rule").out.splitlines()
    assert len(lines) == len(all_rules())
    assert lines[0].startswith("XIT001  unused-suppression: ")


def test_json(run):
    one = json.loads(run("rule", "XIT101", "--output-format", "json").out)
    assert (one["code"], one["name"], one["default"]) == ("XIT101", "collapsible-with", True)
    assert one["explanation"].startswith("A `with` whose only statement")
    every = json.loads(run("rule", "--all", "--output-format", "json").out)
    assert [record["code"] for record in every] == [rule.code for rule in all_rules()]


def test_mistakes(run):
    ran = run("rule", "colapsible-with")
    assert (ran.status, ran.out) == (2, "")
    assert 'there is no rule "colapsible-with"; did you mean "collapsible-with"?' in ran.err
    assert run("rule", "XIT101", "--all").status == 2
    assert run().status == 2
