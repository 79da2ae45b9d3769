"""`--add-ignore`: comments that silence what is there and change nothing else."""

from __future__ import annotations

import ast
import textwrap

import pytest

from lint_exitstack.checking import checked
from lint_exitstack.model.source import Source
from lint_exitstack.project.ignoring import with_ignores
from lint_exitstack.settings import Settings

SETTINGS = Settings()


def ignored(text: str, reason: str = "") -> str:
    source = Source.from_text(text)
    changed, placed = with_ignores(source, SETTINGS, reason)
    assert placed
    assert ast.dump(changed.tree) == ast.dump(source.tree)
    assert checked(changed, SETTINGS) == ()
    assert with_ignores(changed, SETTINGS, reason) == (changed, ())
    return changed.text


def nest(header: str, newline: str = "\n") -> str:
    return f"{header}\n    with b:\n        pass\n".replace("\n", newline)


def test_the_comment_goes_behind_the_first_line():
    assert ignored(nest("with a:")) == nest("with a:  # exitstack: ignore[XIT101]")


def test_a_reason_goes_behind_it():
    expected = nest("with a:  # exitstack: ignore[XIT101] reads better")
    assert ignored(nest("with a:"), "reads better") == expected


@pytest.mark.parametrize("comment", ["# why", "# type: ignore", "# noqa: E501"])
def test_other_comments_stay_in_front(comment):
    text = ignored(nest(f"with a:  {comment}"))
    assert text == nest(f"with a:  {comment}  # exitstack: ignore[XIT101]")


def test_an_own_comment_grows():
    text = ignored(nest("with a:  # exitstack: ignore[XIT302, XIT3] old words"))
    assert text.startswith("with a:  # exitstack: ignore[XIT101, XIT3, XIT302] old words\n")


def test_a_header_over_several_lines():
    header = "with (  # first\n    a as x,\n):"
    assert ignored(nest(header)).startswith(
        "with (  # first  # exitstack: ignore[XIT101]\n    a as x,\n):\n"
    )


def test_lines_joined_by_a_string_or_a_backslash_end_later():
    text = ignored(nest('with a("""\n  # no comment\n"""):'))
    assert '"""):  # exitstack: ignore[XIT101]\n' in text
    text = ignored("with a as x, \\\n    b as y:\n    pass\n")
    assert text == "with a as x, \\\n    b as y:  # exitstack: ignore[XIT104]\n    pass\n"


def test_two_findings_on_a_line_share_a_comment():
    text = "with a, \\\n    b:\n    with c:\n        pass\n"
    codes = {finding.code for finding in checked(Source.from_text(text), SETTINGS)}
    assert f"b:  # exitstack: ignore[{', '.join(sorted(codes))}]\n" in ignored(text)


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_line_ends_stay(newline):
    text = ignored(nest("with a:", newline))
    assert text == nest("with a:  # exitstack: ignore[XIT101]", newline)


def test_a_missing_line_end_stays_missing():
    text = "with a:\n    with b: pass"
    assert ignored(text) == "with a:  # exitstack: ignore[XIT101]\n    with b: pass"


def test_encoding_and_mark_stay():
    data = "# coding: latin-1\nx = 'é'\nwith a:\n    with b: pass\n".encode("latin-1")
    changed, _ = with_ignores(Source(data), SETTINGS)
    assert changed.data == data.replace(b"with a:", b"with a:  # exitstack: ignore[XIT101]")
    marked = b"\xef\xbb\xbf#\n" + nest("with a:").encode()
    changed, _ = with_ignores(Source(marked), SETTINGS)
    assert changed.data.startswith(b"\xef\xbb\xbf#\nwith a:  # exitstack")


def test_what_speaks_about_comments_gets_none():
    source = Source.from_text("x = 1  # exitstack: ignore[XIT101]\n")
    assert [finding.code for finding in checked(source, SETTINGS)] == ["XIT001"]
    assert with_ignores(source, SETTINGS) == (source, ())


def test_the_result_of_a_whole_file():
    text = textwrap.dedent(
        '''
        def f(p, q):
            """Doc."""
            with p:
                with q:
                    pass
            try:
                p()
            except ValueError:
                pass
        '''
    )
    changed = ignored(text, "later")
    assert changed.count("# exitstack: ignore[") == 2
    assert "    try:  # exitstack: ignore[XIT301] later\n" in changed
