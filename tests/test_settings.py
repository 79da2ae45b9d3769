"""The keys of the configuration: what they take, and what is said about mistakes."""

from __future__ import annotations

from dataclasses import fields

import pytest

from lint_exitstack.model.errors import UsageError
from lint_exitstack.settings import Settings
from lint_exitstack.settings_keys import KEYS, field_of, read_table


def read(table, folder=""):
    return read_table(table, lambda key: f"here.{key}", folder)


def test_every_setting_has_its_key():
    # These follow from others, or are for one run.
    made = {"target_below", "root", "ignore_noqa"}
    assert {field_of(key) for key in KEYS} == {field.name for field in fields(Settings)} - made


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("select", ["XIT1"], ("XIT1",)),
        ("ignore", [], ()),
        ("target-version", "3.8", (3, 8)),
        ("target-version", "py313", (3, 13)),
        ("line-length", 100, 100),
        ("force-exclude", True, True),
        ("accept-hazards", ["exit-chain"], ("exit-chain",)),
        ("exempt-contexts", ["anyio.CancelScope"], ("anyio.CancelScope",)),
        ("runtime", "contextlib", "contextlib"),
        ("rule-url", "file:///docs/{name}.html", "file:///docs/{name}.html"),
        ("runtime", "lint_exitstack.runtime", "lint_exitstack.runtime"),
        ("per-file-ignores", {"a.py": ["XIT1"]}, (("a.py", ("XIT1",)),)),
        ("exclude", ["gen", "*.tmp.py"], ("gen", "*.tmp.py")),
    ],
)
def test_values_that_are_taken(key, value, expected):
    assert read({key: value}) == {field_of(key): expected}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("selct", ["XIT1"], 'here.selct: unknown key "selct"; did you mean "select"?'),
        ("target_version", "3.8", 'did you mean "target-version"?'),
        ("qqqq", 1, 'unknown key "qqqq"'),
        ("select", "XIT1", "select must be a list of strings, not 'XIT1'"),
        ("select", [1], "select must be a list of strings, not [1]"),
        ("line-length", "88", "must be a whole number from 20 to 1000, not '88'"),
        ("line-length", True, "not True"),
        ("line-length", 3, "not 3"),
        ("force-exclude", "yes", "must be true or false, not 'yes'"),
        ("target-version", "2.7", "must be a version from 3.7 on such as \"3.10\", not '2.7'"),
        ("target-version", 3.1, "not 3.1"),
        ("target-version", "3.6", "not '3.6'"),
        ("accept-hazards", ["exit-chian"], 'which is no hazard; did you mean "exit-chain"?'),
        ("rule-url", "https://docs.example/", "must be an address with {code} or {name} such as"),
        ("rule-url", "docs/{code}.html", "not 'docs/{code}.html'"),
        ("runtime", "contextlib2", 'must be "contextlib" or "lint_exitstack.runtime"'),
        ("runtime", ["contextlib"], "not ['contextlib']"),
        ("exempt-contexts", ["a b"], "must hold dotted names"),
        ("exclude", ["!a"], 'can\'t hold the negated pattern "!a"'),
        ("per-file-ignores", ["a"], "must be a table such as"),
        ("per-file-ignores", {"a": "XIT1"}, "must be a list of strings"),
        ("resources", 3, "must be a table, not 3"),
        ("resources", {"my.thing": {"close": "x"}}, 'resources."my.thing": unknown key'),
    ],
)
def test_mistakes_name_the_key_and_the_way_out(key, value, said):
    with pytest.raises(UsageError) as caught:
        read({key: value})
    assert str(caught.value).startswith(f"here.{key}: ")
    assert said in str(caught.value)


def test_resources_become_values():
    values = read({"resources": {"my.connect": {"closes": "close"}}})
    assert values["resources"]["my.connect"].closes == ("close",)


def test_patterns_with_a_slash_count_from_the_folder_of_their_file():
    values = read(
        {
            "exclude": ["gen", "build/", "src/gen", "/top.py", "./a/b"],
            "per-file-ignores": {"!src/*": ["XIT1"], "t.py": ["XIT2"]},
        },
        "/home/me/[odd] place",
    )
    place = "/home/me/\\[odd\\] place"
    assert values["exclude"] == (
        "gen",
        "build/",
        f"{place}/src/gen",
        f"{place}/top.py",
        f"{place}/a/b",
    )
    assert [row[0] for row in values["per_file_ignores"]] == [f"!{place}/src/*", "t.py"]
