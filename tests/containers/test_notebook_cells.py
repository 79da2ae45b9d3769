"""Whether a rewrite changes what a cell shows: its last statement, and what would stand there."""

from __future__ import annotations

import ast

import pytest

from lint_exitstack.model.cells import CellSource
from lint_exitstack.model.rewrite import Block, Kept, Line, NewWith, Rewrite, Suite, Swapped
from lint_exitstack.rules.notebook_cells import objections

CELL = "x = 1\n{}\n_notebook_.cell\ny\n_notebook_.cell\n"
COMPOUND = "try:\n    f()\nexcept E:\n    z = 1\nelse:\n    g()\n    h()"


def verbs(statement: str, into) -> list[str]:
    source = CellSource.from_text(CELL.format(statement))
    node = source.tree.body[1]
    key = source.key(node)
    rewrite = Rewrite(key, key, node.end_lineno, (into(source, key),), frozenset({key}))
    return [hazard.message.split()[6] for hazard in objections(source, rewrite)]


@pytest.mark.parametrize(
    ("part", "start", "stop", "shown"),
    [
        ("body", 0, None, True),
        ("handlers[0]", 0, None, False),
        ("orelse", 1, None, True),
        ("orelse", 0, 1, True),
    ],
)
def test_blocks_that_take_the_place_of_a_statement(part, start, stop, shown):
    said = verbs(COMPOUND, lambda _, key: Suite(Block(key, part), start, stop))
    assert said == (["would"] if shown else [])


@pytest.mark.parametrize(("text", "shown"), [("$0.close()", True), ("x = $0", False)])
def test_new_lines(text, shown):
    assert verbs(COMPOUND, lambda *_: Line(text)) == (["would"] if shown else [])


def test_statements_that_are_kept():
    for statement in ("f()", "x = 1"):
        assert verbs(statement, lambda _, key: Kept(key)) == []
        assert verbs(statement, lambda _, key: Swapped(key, ())) == []
    assert verbs("f()", lambda *_: NewWith((), ())) == ["would"]


def test_other_statements_may_become_what_they_like():
    source = CellSource.from_text("f()\ng()\n_notebook_.cell\n")
    key = source.key(source.tree.body[0])
    rewrite = Rewrite(key, key, 1, (NewWith((), ()),), frozenset({key}))
    assert list(objections(source, rewrite)) == []


def test_marks_are_statements():
    source = CellSource.from_text(CELL.format("_notebook_.magic(0, (a := 0), b\n)[0]"))
    assert dict(source.foreign) == {2: "magic", 3: "magic", 4: "cell", 6: "cell"}
    assert all(isinstance(node, (ast.Expr, ast.Assign)) for node in source.tree.body)
