"""What is kept of a source for reports: comparisons, scopes, digests, lines."""

from __future__ import annotations

import pytest

from lint_exitstack.project.one_file import Mode, Task, process
from lint_exitstack.settings import Settings

NEST = "with a:\n    with b:\n        pass\n"


def reported(text: str | bytes, **about):
    data = text if isinstance(text, bytes) else text.encode()
    task = Task("/w/a.py", "a.py", Settings(), data=data, **about)
    return process(task).reported


def test_nothing_is_kept_that_nobody_asked_for():
    [item] = reported(NEST)
    assert (item.comparison, item.edits, item.scope, item.digest) == (None, None, "", "")


def test_before_and_after():
    [item] = reported("x = 1\n" + NEST + "y = 2\n", compare=True)
    assert item.comparison.line == 2
    assert item.comparison.before == NEST.rstrip()
    assert item.comparison.after == "with a, b:\n    pass"
    assert item.comparison.imports == ()


def test_imports_stand_apart():
    text = "def f(p):\n    try:\n        p.go()\n    except KeyError:\n        pass\n    return 1\n"
    [item] = reported(text, compare=True)
    assert item.comparison.imports == ("from contextlib import suppress",)
    assert item.comparison.before.splitlines()[0] == "    try:"
    assert item.comparison.after == "    with suppress(KeyError):\n        p.go()"


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_line_ends_dont_matter(end):
    text = NEST.rstrip("\n").replace("\n", end or "\n") + end
    [item] = reported(text, compare=True)
    assert item.comparison.after.splitlines() == ["with a, b:", "    pass"]


def test_a_finding_without_a_fix_has_its_statement():
    depth = [
        f"{'    ' * level}with m{level}:\n{'    ' * level}    x = {level}\n"
        for level in range(1, 5)
    ]
    text = "class C:\n" + "".join(depth)
    found = [item for item in reported(text, compare=True) if item.finding.code == "XIT102"]
    assert [item.edits for item in found] == [None]
    assert found[0].comparison.before == text.partition("\n")[2].rstrip("\n")
    assert found[0].comparison.after == ""


def test_scopes():
    text = "class A:\n    async def f(self):\n        with a:\n            with b:\n                pass\n"
    [item] = reported(text, identify=True)
    assert item.scope == "A.f"


def test_a_digest_is_of_rule_scope_and_code():
    [one] = reported(NEST, identify=True)
    [moved] = reported("# x\n\n" + NEST.replace("    ", "  "), identify=True)
    [other] = reported(NEST.replace("with b", "with c"), identify=True)
    [inner] = reported(
        "def f():\n    " + NEST.replace("\n", "\n    ").rstrip() + "\n", identify=True
    )
    assert one.digest == moved.digest
    assert len({one.digest, other.digest, inner.digest}) == 3


def test_lines():
    text = NEST + NEST + NEST
    lines = (range(1, 2), range(7, 9))
    found = reported(text, lines=lines)
    assert [item.finding.line for item in found] == [1, 7]
    assert reported(text, lines=()) == ()


def test_files_that_cant_be_parsed_have_no_scope():
    [item] = reported("with a\n", compare=True, identify=True)
    assert (item.finding.code, item.scope, item.comparison.before) == ("XIT901", "", "with a")
    assert item.digest


def test_what_remains_after_fixing_is_told_in_terms_of_the_new_text():
    text = NEST + "try:\n    m.f()\nexcept ValueError:\n    pass\n"
    [item] = reported(text, mode=Mode.FIX, compare=True)
    assert item.finding.code == "XIT301"
    assert item.comparison.line == 3


def test_columns_in_bytes():
    [item] = reported('"é𝄞"; open("f").read()\n', identify=True)
    assert item.finding.span.start.column == 6
    assert item.bytes[0] == 10
