"""The fix of a suppression that suppresses nothing: only what is of no use goes."""

from __future__ import annotations

import pytest

from lint_exitstack import Settings, check_source, fix_source
from lint_exitstack.model.finding import Fixability

NEST = "with a:{}\n    with b:\n        pass\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # noqa: XIT101\n", "x = 1\n"),
        ("x = 1  # noqa: XIT101", "x = 1"),
        ("x = 1\t#noqa:XIT101\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
        ("x = 1  # noqa: F401, XIT101\n", "x = 1  # noqa: F401\n"),
        ("x = 1  # noqa: XIT101,F401 as planned\n", "x = 1  # noqa: F401 as planned\n"),
        ("x = 1  # NOQA : xit101 f401\n", "x = 1  # NOQA : f401\n"),
        ("x = 1  # noqa: XIT101 it may fail\n", "x = 1  # it may fail\n"),
        ("x = 1  # noqa: XIT101 - it may fail\n", "x = 1  # it may fail\n"),
        ("x = 1  # exitstack: ignore[XIT101]\n", "x = 1\n"),
        ("x = 1  # exitstack: ignore[collapsible-with, XIT102]\n", "x = 1\n"),
        ("x = 1  # exitstack: ignore[XIT101] it may fail\n", "x = 1  # it may fail\n"),
        ("x = 1  # why  # exitstack: ignore[XIT101]\n", "x = 1  # why\n"),
        ("x = 1  # exitstack: ignore[XIT101]  # nosec\n", "x = 1  # nosec\n"),
        ("x = 1  # noqa: XIT101  # exitstack: ignore[XIT102]\n", "x = 1\n"),
        ("# exitstack: ignore[XIT101]\nx = 1\n", "x = 1\n"),
        ("x = 1\n# exitstack: ignore[XIT101]", "x = 1\n"),
        ("if x:\n    # exitstack: ignore[XIT101]\n    y = 1\n", "if x:\n    y = 1\n"),
        ("# exitstack: ignore-file[XIT1] generated\nx = 1\n", "# generated\nx = 1\n"),
        ("# ruff: noqa: XIT101\nx = 1\n", "x = 1\n"),
        ("# flake8: noqa: XIT101, E501\nx = 1\n", "# flake8: noqa: E501\nx = 1\n"),
        (
            NEST.format("  # exitstack: ignore[XIT101, XIT301] both are locks"),
            NEST.format("  # exitstack: ignore[XIT101] both are locks"),
        ),
    ],
)
def test_what_is_taken_out(before, after):
    assert any(finding.code == "XIT001" for finding in check_source(before))
    result = fix_source(before)
    assert result.source == after
    assert {finding.code for finding in result.applied} == {"XIT001"}
    assert result.findings == ()
    assert fix_source(after).source == after


@pytest.mark.parametrize(
    "reason", ["type: ignore", "pylint: disable=all", "nosec", "noqa", "fmt: off", "pragma: x"]
)
def test_a_reason_that_would_be_an_order_stays_where_it_is(reason):
    text = f"x = 1  # exitstack: ignore[XIT101] {reason}\n"
    [finding] = check_source(text)
    assert (finding.code, finding.fixability) == ("XIT001", Fixability.NONE)
    assert fix_source(text).source == text


def test_a_comment_of_which_a_fix_has_made_use_goes_with_it():
    text = NEST.format("") + "x = 1  # exitstack: ignore[XIT101]\n"
    result = fix_source(text)
    assert result.source == "with a, b:\n    pass\nx = 1\n"
    assert [finding.code for finding in result.applied] == ["XIT101", "XIT001"]


def test_what_another_run_may_need_stays():
    text = "x = 1  # exitstack: ignore[XIT101]\n"
    assert fix_source(text, settings=Settings(select=("XIT3", "XIT001"))).source == text
    assert fix_source(text, settings=Settings(ignore=("XIT001",))).source == text


def test_it_can_be_left_to_people():
    text = "x = 1  # exitstack: ignore[XIT101]\n"
    settings = Settings(unfixable=("unused-suppression",))
    [finding] = check_source(text, settings=settings)
    assert finding.fixability is Fixability.NONE
    assert fix_source(text, settings=settings).source == text
