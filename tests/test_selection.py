"""Selecting rules by code, prefix, name and path."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from lint_exitstack.model.errors import UsageError
from lint_exitstack.rules import all_rules
from lint_exitstack.selection import Selection, check_selectors, chosen, enabled_rules, matches
from lint_exitstack.settings import Settings


@dataclass(frozen=True)
class Known:
    code: str
    name: str
    default: bool = True


RULES = (
    Known("XIT101", "collapsible-with"),
    Known("XIT102", "deep-with"),
    Known("XIT206", "finally-callback", default=False),
    Known("XIT301", "suppressible"),
    Known("XIT302", "suppressible-in-loop", default=False),
    Known("XIT901", "syntax-error"),
)


@pytest.mark.parametrize(
    ("select", "ignore", "extend", "expected"),
    [
        ((), (), (), "101 102 301 901"),
        (("ALL",), (), (), "101 102 206 301 302 901"),
        (("XIT1",), (), (), "101 102 901"),
        (("XIT3",), (), (), "301 302 901"),
        (("deep-with",), (), (), "102 901"),
        (("XIT1", "suppressible"), (), (), "101 102 301 901"),
        ((), ("XIT1",), (), "301 901"),
        ((), ("collapsible-with",), (), "102 301 901"),
        ((), (), ("XIT206",), "101 102 206 301 901"),
        (("XIT1",), (), ("finally-callback",), "101 102 206 901"),
        (("ALL",), ("XIT3",), (), "101 102 206 901"),
        (("XIT301",), ("XIT3",), (), "301 901"),  # the more specific selector counts
        (("XIT3",), ("XIT301",), (), "302 901"),
        (("XIT301",), ("XIT301",), (), "901"),  # and `ignore` wins a draw
        (("suppressible",), ("XIT301",), (), "901"),
        (("ALL",), ("ALL",), (), ""),
        ((), ("XIT901",), (), "101 102 301"),
        (("XIT101",), ("XIT9",), (), "101"),
    ],
)
def test_which_rules_are_on(select, ignore, extend, expected):
    found = chosen(RULES, select, ignore, extend)
    assert found == {f"XIT{number}" for number in expected.split()}


def test_prefixes_shorter_than_ours_select_nothing():
    assert not matches("X", "XIT101", "collapsible-with")
    assert not matches("", "XIT101", "collapsible-with")
    assert matches("XIT", "XIT101", "collapsible-with")
    assert not matches("collapsible", "XIT101", "collapsible-with")


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("XIT999", 'did you mean "XIT9'),
        ("xit101", 'did you mean "XIT101"?'),
        ("colapsible-with", 'did you mean "collapsible-with"?'),
        ("all", 'did you mean "ALL"?'),
        ("Q", "nor a rule's name"),
    ],
)
def test_an_unknown_selector_is_an_error_with_the_nearest_one(selector, hint):
    with pytest.raises(UsageError) as caught:
        check_selectors([selector], RULES, "select")
    assert str(caught.value).startswith(f'select: "{selector}" is neither')
    assert hint in str(caught.value)


@pytest.mark.parametrize("field", ["select", "ignore", "extend_select"])
def test_settings_with_an_unknown_selector_are_refused(field):
    with pytest.raises(UsageError, match=field.replace("_", "-")):
        Selection.of(replace(Settings(), **{field: ("XIT9999",)}))
    with pytest.raises(UsageError, match="per-file-ignores"):
        Selection.of(Settings(per_file_ignores=(("a.py", ("nonsense-name",)),)))


@pytest.mark.parametrize(
    ("pattern", "path", "off"),
    [
        ("tests/*", "tests/test_a.py", True),
        ("tests/*", "src/test_a.py", False),
        ("tests", "src/tests/deep/a.py", True),
        ("test_*.py", "src/test_a.py", True),
        ("__init__.py", "src/__init__.py", True),
        ("__init__.py", "src/init.py", False),
        ("src/**/gen_*.py", "src/a/b/gen_c.py", True),
        ("!src/*", "tests/a.py", True),
        ("!src/*", "src/a.py", False),
    ],
)
def test_rules_left_out_for_some_files(pattern, path, off):
    settings = Settings(per_file_ignores=((pattern, ("XIT901",)),))
    assert ("XIT901" not in Selection.of(settings).codes(path)) is off


def test_both_forms_of_per_file_ignores_count():
    settings = Settings(
        per_file_ignores=(("a.py", ("XIT901",)),),
        extend_per_file_ignores=(("a.py", ("unreadable-file",)),),
    )
    assert {"XIT901", "XIT902"}.isdisjoint(Selection.of(settings).codes("a.py"))


def test_enabled_rules_are_values_by_code():
    rules = enabled_rules(Settings(select=("ALL",)), "a.py")
    assert rules == all_rules()
    assert [rule.code for rule in enabled_rules(Settings(select=("XIT001",)), "a.py")] == [
        "XIT001",
        "XIT901",
        "XIT902",
    ]
