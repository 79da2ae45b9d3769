"""Suppression comments: what they silence, and what is said about them."""

from __future__ import annotations

import textwrap

import pytest

from lint_exitstack.directives import directives
from lint_exitstack.model.finding import Finding
from lint_exitstack.model.position import Position, Span
from lint_exitstack.model.source import Source
from lint_exitstack.rules import all_rules
from lint_exitstack.suppression import judged, kept

ALL = frozenset(rule.code for rule in all_rules()) | {"XIT901"}


def finding(line: int, code: str = "XIT901", name: str = "syntax-error", noqa_line: int = 0):
    span = Span(Position(line, 0), Position(line, 1))
    return Finding(code, name, "message", "", span, noqa_line=noqa_line)


def source(text: str) -> Source:
    return Source.from_text(textwrap.dedent(text))


def is_kept(text: str, **about) -> bool:
    return bool(kept(source(text), (finding(**about),)))


@pytest.mark.parametrize(
    ("comment", "silenced"),
    [
        ("# noqa", True),
        ("#noqa", True),
        ("# NOQA", True),
        ("# noqa: XIT901", True),
        ("# noqa:xit901", True),
        ("# noqa : XIT901", True),
        ("# noqa: F401,XIT901", True),
        ("# noqa: F401 XIT901", True),
        ("# noqa: XIT901 because", True),
        ("# noqa: XIT9", True),
        ("# noqa: syntax-error", True),
        ("# why # noqa: XIT901", True),
        ("# noqa: the parser is wrong", True),  # as flake8 reads it: no codes, so all
        ("# noqa: F401", False),
        ("# noqa: XIT902", False),
        ("# noqa: unreadable-file", False),
        ("# noqable", False),
        ("# about noqa", False),
        ("# exitstack: ignore[XIT901]", True),
        ("#exitstack:ignore[XIT901]", True),
        ("# exitstack: ignore[XIT901] since it's a fixture", True),
        ("# exitstack: ignore[XIT101, syntax-error]", True),
        ("# exitstack: ignore[XIT9]", True),
        ("# exitstack: ignore[ALL]", True),
        ("# type: ignore  # exitstack: ignore[XIT901]", True),
        ("# exitstack: ignore[XIT902]", False),
        ("# exitstack: ignore", False),
        ("# exitstack: ignore[]", False),
        ("# exitstack: ignored[XIT901]", False),
        ("# exitstack: ignore-file[XIT901]", False),  # only on a line of its own
    ],
)
def test_a_comment_behind_the_code(comment, silenced):
    assert is_kept(f"x = 1  {comment}\n", line=1) is not silenced
    assert is_kept(f"x = 1  {comment}\ny = 2\n", line=2)


def test_a_noqa_counts_on_the_other_line_of_a_finding():
    text = "with (\n    a,\n):  # noqa: XIT901\n    pass\n"
    assert is_kept(text, line=1)
    assert not is_kept(text, line=1, noqa_line=3)


def test_a_line_continued_by_backslashes_or_strings_is_one_line():
    assert not is_kept("with a, \\\n    b:  # noqa\n    pass\n", line=1)
    assert not is_kept('x = """\n\n"""  # noqa\n', line=1)
    assert is_kept("with (a,\n    b):  # noqa\n    pass\n", line=1)


def test_a_comment_above_a_statement():
    assert not is_kept("# exitstack: ignore[XIT901] reason\nx = 1\n", line=2)
    assert not is_kept("# exitstack: ignore[XIT901]\n# more words\n\nx = 1\n", line=4)
    assert is_kept("# exitstack: ignore[XIT901]\nx = 1\ny = 2\n", line=3)
    assert is_kept("x = 1\n# exitstack: ignore[XIT901]\n", line=1)
    assert is_kept("# noqa: XIT901\nx = 1\n", line=2)


def test_a_comment_above_decorators_reaches_the_definition():
    text = "# exitstack: ignore[XIT901]\n@one\n@two\ndef f():\n    pass\n"
    assert not is_kept(text, line=2)
    assert not is_kept(text, line=4)
    assert is_kept(text, line=5)


@pytest.mark.parametrize(
    ("comment", "silenced"),
    [
        ("# flake8: noqa", True),
        ("# flake8: noqa: XIT901", True),
        ("# flake8: noqa: F401", False),
        ("# ruff: noqa", True),
        ("# ruff: noqa: XIT901", True),
        ("# ruff: noqa: F401", False),
        ("# exitstack: ignore-file[XIT901] generated", True),
        ("# exitstack: ignore-file[ALL]", True),
        ("# exitstack: ignore-file[XIT902]", False),
        ("# exitstack: ignore-file", False),
    ],
)
def test_a_comment_about_the_whole_file(comment, silenced):
    assert is_kept(f"x = 1\n\n{comment}\n", line=1) is not silenced


def test_a_comment_in_a_string_is_none():
    assert is_kept('x = """\n# noqa\n"""\n', line=2)
    assert directives(source('x = "# exitstack: ignore[XIT901]"\n')) == ()


def test_untokenisable_text_has_no_surprises():
    assert directives(source("x = (  # noqa\n'''")) is not None
    assert source("x = '''").joined_lines == {}


def said(text: str, *findings: Finding, on: frozenset[str] = ALL, noqa: bool = True):
    left = judged(source(text), findings, on, noqa=noqa)
    return [(item.code, item.line, item.span.start.column, item.message) for item in left]


def test_an_unused_item_is_reported_where_it_stands():
    text = "x = 1  # why  # exitstack: ignore[XIT901, unreadable-file] reason\n"
    [(code, line, column, message)] = said(text, finding(1))
    assert (code, line, column) == ("XIT001", 1, 14)
    assert message == "nothing to suppress here: unreadable-file"


def test_the_remedy_says_what_to_remove():
    whole = judged(source("x = 1  # noqa: XIT901\n"), (), ALL)
    part = judged(source("x = 1  # noqa: F401, XIT901\n"), (), ALL)
    assert [item.help for item in (*whole, *part)] == ["remove this comment", "remove XIT901"]


@pytest.mark.parametrize(
    "comment",
    ["# noqa", "# noqa: F401", "# flake8: noqa", "# noqa: XIT901, XIT001", "# exitstack is great"],
)
def test_what_is_never_called_unused(comment):
    assert said(f"{comment}\nx = 1  {comment}\n") == []


def test_a_comment_about_a_rule_that_is_off_may_be_of_use():
    text = "x = 1  # exitstack: ignore[XIT901]\n"
    assert said(text, on=frozenset({"XIT001", "XIT902"})) == []
    assert [row[0] for row in said(text, on=frozenset({"XIT001", "XIT901"}))] == ["XIT001"]


def test_nothing_is_said_while_these_rules_are_off():
    text = "x = 1  # exitstack: ignore[XIT901]\ny = 2  # exitstack: ignore\n"
    assert said(text, on=frozenset({"XIT901"})) == []


@pytest.mark.parametrize(
    ("comment", "part"),
    [
        ("# exitstack: ignore", "it names no rule"),
        ("# exitstack: ignore[ ]", "it names no rule"),
        ("# exitstack: ignore XIT901", "it names no rule"),
        ("# exitstack: noqa[XIT901]", "write `# exitstack: ignore[CODE]`"),
        ("# exitstack: ignore-line[XIT901]", "is no order"),
        ("# exitstack: ignore-file[XIT901]", "a line of its own"),
        ("# exitstack: ignore[XIT910]", 'there is no rule "XIT910"; did you mean'),
        ("# exitstack: ignore[syntax-eror]", 'did you mean "syntax-error"?'),
        ("# noqa: XIT999", 'there is no rule "XIT999"'),
    ],
)
def test_a_broken_comment_is_reported(comment, part):
    [(code, line, column, message)] = said(f"x = 1  {comment}\n")
    assert (code, line, column) == ("XIT002", 1, 7)
    assert part in message


def test_prose_about_exit_stacks_is_prose():
    assert said("x = 1  # exitstack: closes in reverse order\n") == []


def test_without_noqa_only_our_own_comments_count():
    text = "x = 1  # noqa: XIT901\ny = 2  # exitstack: ignore[XIT901]\n"
    findings = (finding(1), finding(2))
    assert [row[:2] for row in said(text, *findings, noqa=False)] == [("XIT901", 1)]


def test_findings_stay_in_order():
    text = "x = 1\ny = 2  # exitstack: ignore[XIT902]\nz = 3\n"
    assert [row[:2] for row in said(text, finding(1), finding(3))] == [
        ("XIT901", 1),
        ("XIT001", 2),
        ("XIT901", 3),
    ]
