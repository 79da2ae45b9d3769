"""A rewrite that fails its proof is dropped and reported; the others are still carried out."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from lint_exitstack import analysis
from lint_exitstack.fixing import FixedSource, edits_for_all, fix
from lint_exitstack.model.finding import Finding
from lint_exitstack.model.position import Span
from lint_exitstack.model.rewrite import Kept, Line, NewWith, Rewrite, Suite
from lint_exitstack.model.source import Source
from lint_exitstack.rules import all_rules
from lint_exitstack.rules.rule import Rule
from lint_exitstack.settings import Settings

CODE = """\
def one():
    with a:  # first
        with b:
            run()


def two():
    with c:
        with d:
            run()
"""
SETTINGS = Settings(select=("XIT101",))
(MERGE,) = (rule for rule in all_rules() if rule.code == "XIT101")


def spoilt(monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Rewrite], Rewrite]) -> None:
    """Let XIT101 plan something wrong for chains that begin with `with a`."""

    def check(node: ast.AST, place: object, context: object) -> Iterator[Finding]:
        for finding in MERGE.check(node, place, context):
            if finding.line == 2 and finding.rewrite is not None:
                finding = replace(finding, rewrite=spoil(finding.rewrite))
            yield finding

    rule = Rule(MERGE.code, MERGE.name, "", check, MERGE.nodes, re.compile(b""), MERGE.module)
    monkeypatch.setattr(analysis, "enabled_rules", lambda *_: (rule,))


def without_comments(rewrite: Rewrite) -> Rewrite:
    (new,) = rewrite.into
    assert isinstance(new, NewWith)
    items = tuple(replace(item, trivia=type(item.trivia)()) for item in new.items)
    return replace(rewrite, into=(replace(new, items=items),))


def with_wrong_key(rewrite: Rewrite) -> Rewrite:
    (new,) = rewrite.into
    assert isinstance(new, NewWith)
    suite = new.body[0]
    assert isinstance(suite, Suite)
    key = suite.block.of._replace(line=99)
    block = replace(suite.block, of=key)
    return replace(rewrite, into=(replace(new, body=(Suite(block),)),))


def with_wrong_expression(rewrite: Rewrite) -> Rewrite:
    (new,) = rewrite.into
    assert isinstance(new, NewWith)
    span = new.items[0].context.span
    wrong = Span(span.start, span.end._replace(column=span.end.column + 1))
    item = replace(new.items[0], context=type(new.items[0].context)(wrong))
    return replace(rewrite, into=(replace(new, items=(item, *new.items[1:])),))


def that_changes_nothing(rewrite: Rewrite) -> Rewrite:
    return replace(rewrite, into=(Kept(rewrite.first),))


def that_breaks_compilation(rewrite: Rewrite) -> Rewrite:
    return replace(rewrite, into=(Line("break"), Line("x = 1  # first")))


@pytest.mark.parametrize(
    ("spoil", "guard"),
    [
        (without_comments, "comments"),
        (with_wrong_key, "keys"),
        (with_wrong_expression, "keys"),
        (that_changes_nothing, "findings"),
        (that_breaks_compilation, "compile"),
    ],
)
def test_a_failed_guard_drops_one_rewrite_only(
    monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Rewrite], Rewrite], guard: str
) -> None:
    spoilt(monkeypatch, spoil)
    result: FixedSource = fix(Source.from_text(CODE), SETTINGS)
    assert [(f.guard, f.finding.code, f.finding.line) for f in result.failures] == [
        (guard, "XIT101", 2)
    ]
    assert [finding.line for finding in result.applied] == [8]
    assert result.source.text == CODE.replace(
        "    with c:\n        with d:\n            run()", "    with c, d:\n        run()"
    )


def test_a_difference_to_the_replay_drops_the_rewrite(monkeypatch: pytest.MonkeyPatch) -> None:
    from lint_exitstack.rewriting import layout

    header = layout.Writer.header
    monkeypatch.setattr(
        layout.Writer, "header", lambda *args: header(*args).replace("    a,", "    z,")
    )
    result = fix(Source.from_text(CODE), SETTINGS)
    assert [(f.guard, f.finding.line) for f in result.failures] == [("tree", 2)]
    assert "with a:" in result.source.text
    assert "with c, d:" in result.source.text


def test_edits_of_a_spoilt_rewrite_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    spoilt(monkeypatch, without_comments)
    source = Source.from_text(CODE)
    first, second = analysis.analyse(source, SETTINGS)
    assert edits_for_all(source, (first,), SETTINGS)[0] == ()
    assert edits_for_all(source, (second,), SETTINGS)[0]
