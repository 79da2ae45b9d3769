"""Notebooks: which bytes change, where findings are said to be, what is never touched."""

from __future__ import annotations

import difflib
import json
import re

import nbformat
import pytest
from notebooks_made import IGNORED, IGNORING, code, codes_of, notebook, of_codes, prose, varied

from lint_exitstack.containers import opened
from lint_exitstack.containers.relocating import relocated
from lint_exitstack.model.errors import UnreadableSourceError
from lint_exitstack.model.finding import Finding
from lint_exitstack.model.outcome import Reported
from lint_exitstack.model.position import Position, Span
from lint_exitstack.project.one_file import Mode, Task, process
from lint_exitstack.settings import Settings

NEST = "with a:\n    with b:\n        pass"
MERGED = "with a, b:\n    pass"
IGNORE = "try:\n    f()\nexcept OSError:\n    pass"
SUPPRESS = "with suppress(OSError):\n    f()"
GUARDED = "def g():\n    with suppress(OSError):\n        f()"
EVERYTHING = Settings(select=("ALL",))
VARIED = varied()


def done(data: bytes, mode: Mode = Mode.FIX, settings: Settings = Settings(), **more):
    return process(Task("a.ipynb", "a.ipynb", settings, mode, data=data, **more))


def fixed(*sources: str, unsafe: bool = True) -> list[str]:
    outcome = done(of_codes(*sources), unsafe=unsafe)
    assert not outcome.errors
    assert not outcome.dropped
    assert done(outcome.data, unsafe=unsafe).data == outcome.data
    return codes_of(outcome.data)


def places(data: bytes, settings: Settings = EVERYTHING) -> list[tuple[int, int, int, str]]:
    """Return cell, row, column and code of each finding."""
    return [
        (item.cell.number, *item.finding.span.start, item.finding.code)
        for item in done(data, Mode.CHECK, settings).reported
    ]


@pytest.mark.parametrize("data", [data for _, data in VARIED], ids=[name for name, _ in VARIED])
class TestBytes:
    def test_what_isnt_changed_comes_back(self, data):
        container = opened(data, "a.ipynb")
        assert container.written([part.source.text for part in container.parts]) == data

    def test_only_lines_of_changed_cells_differ(self, data):
        outcome = done(data)
        assert {finding.code for finding in outcome.applied} == {"XIT101", "XIT301"}
        before, after = json.loads(data), json.loads(outcome.data)
        for number, (old, new) in enumerate(zip(before["cells"], after["cells"], strict=True)):
            assert type(new.pop("source")) is type(old.pop("source")), number
        assert list(before) == list(after)
        assert [list(cell.items()) for cell in before["cells"]] == [
            list(cell.items()) for cell in after["cells"]
        ]
        assert codes_of(outcome.data)[1:4] == [
            IGNORED,
            "with a:\n    with b:  # größer\n        x = !ls {name}\n",
            "with (\n    a,\n    b,  # größer\n):\n    pass;\n\n%time f()",
        ]
        # Put back by their text alone, the old sources give the old file.
        assert self.without_sources(outcome.data) == self.without_sources(data)

    @staticmethod
    def without_sources(data: bytes) -> bytes:
        """Empty the sources; what stands between their strings is of the file, too."""
        string = rb'"(?:[^"\\]|\\.)*"'
        return re.sub(
            rb'("source":\s*)(?:\[(\s*)'
            + string
            + rb"(?:(,\s*)"
            + string
            + rb")*(\s*)\]|"
            + string
            + rb"(?=\s*[,}]))",
            lambda found: b"|".join(part or b"" for part in found.groups()),
            data,
        )

    def test_whole_lines_stay(self, data):
        outcome = done(data)
        old, new = data.splitlines(), outcome.data.splitlines()
        changed = [tag for tag, *_ in difflib.SequenceMatcher(None, old, new).get_opcodes()]
        assert set(changed) - {"equal"} <= {"replace", "insert", "delete"}
        lost = set(old) - set(new)
        assert all(b"outputs" not in line or b"source" in line for line in lost)
        assert outcome.data.isascii() == data.isascii() or data.startswith(b"\xef")

    def test_the_result_is_valid_and_a_second_run_changes_nothing(self, data):
        once = done(data).data
        nbformat.validate(nbformat.reads(once.decode("utf-8-sig"), nbformat.NO_CONVERT))
        again = done(once)
        assert again.data == once
        assert again.applied == ()

    def test_a_run_with_comments(self, data):
        outcome = done(data, Mode.IGNORE)
        assert outcome.added == 3
        assert done(outcome.data, Mode.CHECK).reported == ()


def test_cells_share_their_names():
    # The import is added where the others are, and reused from there.
    assert fixed("x = 1", "import os\nimport sys", NEST, IGNORING.split("\n\n")[1]) == [
        "x = 1",
        "import os\nimport sys\nfrom contextlib import suppress",
        "with a, b:\n    pass",
        "with suppress(FileNotFoundError):\n    os.remove('gone')",
    ]
    assert fixed("from contextlib import closing", f"import os\n{IGNORE}") == [
        "from contextlib import closing, suppress",
        f"import os\n{SUPPRESS}",
    ]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # Without any imports before it, the cell that needs one has it.
        (["x = 1", IGNORE], ["x = 1", f"from contextlib import suppress\n\n{SUPPRESS}"]),
        (
            ["x = 1", f"%%time\n# Why.\n{IGNORE}"],
            ["x = 1", f"%%time\nfrom contextlib import suppress\n\n# Why.\n{SUPPRESS}"],
        ),
        (
            [f"# Why.\n{IGNORE}", "import os"],
            [f"from contextlib import suppress\n\n# Why.\n{SUPPRESS}", "import os"],
        ),
        # A function may be called before a later cell has run.
        (
            ["def g():\n    try:\n        f()\n    except OSError:\n        pass", "import os"],
            [
                f"from contextlib import suppress\n\n\n{GUARDED}",
                "import os",
            ],
        ),
        (
            ["%run setup.ipynb", "import os", IGNORE],
            ["%run setup.ipynb", "import os\nfrom contextlib import suppress", SUPPRESS],
        ),
        (
            ["%load_ext a\nimport numpy", IGNORE],
            ["%load_ext a\nfrom contextlib import suppress\n\nimport numpy", SUPPRESS],
        ),
    ],
)
def test_where_imports_go(cells, expected):
    assert fixed(*cells) == expected


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_in_cells(end):
    before = [text.replace("\n", end) for text in ("import os\n", IGNORE, NEST)]
    after = ["import os\nfrom contextlib import suppress\n", SUPPRESS, "with a, b:\n    pass"]
    assert fixed(*before) == [text.replace("\n", end) for text in after]


def test_line_ends_of_different_cells():
    before = ["x = 1\r\ny = 2", NEST, f"{NEST}\n"]
    outcome = done(of_codes(*before))
    assert not outcome.errors
    assert codes_of(outcome.data)[0] == before[0]
    assert [text.split() for text in codes_of(outcome.data)[1:]] == [MERGED.split()] * 2
    assert codes_of(outcome.data)[1][-1] == "s"


def test_our_runtime_ends_the_imports():
    settings = Settings(runtime="lint_exitstack.runtime")
    outcome = done(of_codes("import os", IGNORE), settings=settings, unsafe=True)
    assert codes_of(outcome.data) == [
        "import os\n\nfrom lint_exitstack.runtime import suppress",
        SUPPRESS,
    ]


def test_a_run_of_other_code_makes_new_names_unsafe():
    [item] = done(of_codes("%run setup.py", IGNORING), Mode.CHECK).reported
    assert [(hazard.name, hazard.message) for hazard in item.finding.hazards] == [
        ("rebound-name", "line 1 of cell 1 runs other code, which may bind `suppress` too")
    ]


def test_no_rewrite_reaches_over_cells():
    cells = ("f = open('a')", "try:\n    f.read()\nfinally:\n    f.close()")
    assert fixed(*cells) == list(cells)
    [item] = done(of_codes(*cells), Mode.CHECK).reported
    assert (item.cell.number, item.finding.line) == (2, 1)
    assert [(hazard.name, hazard.message) for hazard in item.finding.hazards] == [
        ("notebook-cell", "it would reach into another cell")
    ]


@pytest.mark.parametrize("magic", ["%time f()", "!rm x", "y = !ls", "y = %who_ls", "f?", "?f"])
def test_no_rewrite_takes_a_magic_along(magic):
    cell = f"with a:\n    with b:\n        {magic}\n{NEST}"
    assert fixed(cell) == [f"with a:\n    with b:\n        {magic}\nwith a, b:\n    pass"]
    first, _ = done(of_codes(cell), Mode.CHECK).reported
    assert [hazard.name for hazard in first.finding.hazards] == ["notebook-cell"]


def test_what_a_cell_shows_stays():
    shown = "open('a').read()"
    settings = Settings(select=("XIT602", "XIT304"))
    for cells, is_fixed in (
        ([shown], False),
        ([f"x = {shown}"], True),
        ([f"{shown}\nx = 1"], True),
        (["from contextlib import suppress\nwith suppress():\n    f()"], False),
        (["from contextlib import suppress\nwith suppress():\n    f()\nx = 1"], True),
    ):
        outcome = done(of_codes(*cells), settings=settings, unsafe=True)
        assert (codes_of(outcome.data) != cells) is is_fixed, cells


@pytest.mark.parametrize(
    "cell",
    [
        "await f()\n{}",
        "async with a:\n    x\n{}",
        "%%capture out\n{}",
        "%%time\n{}\n",
        "!ls \\\n  -l\n{}",
        "x = [await y for y in z]\n{};\n",
    ],
)
def test_python_as_notebooks_have_it(cell):
    assert fixed(cell.format(NEST)) == [cell.format("with a, b:\n    pass")]


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%timeit", "%%writefile a.py", "%%sql x"])
def test_cells_in_another_language(magic):
    data = of_codes(f"{magic}\n{NEST}", NEST)
    assert places(data, Settings()) == [(2, 1, 0, "XIT101")]


def test_numbers_count_all_cells():
    cells = [prose("#"), code("x"), prose("#"), code(f"\n{NEST}")]
    data = json.dumps(notebook(*cells), indent=2).encode()
    assert places(data, Settings()) == [(4, 2, 0, "XIT101")]
    [item] = done(data, Mode.CHECK).reported
    lines = data.decode().splitlines()
    assert '"with a:\\n"' in lines[item.cell.first - 1]
    assert item.cell.last == item.cell.first + 1


def hazards(*cells: str) -> list[tuple[str, int | None]]:
    """Return the message and the line of each hazard of the only finding."""
    settings = Settings(select=("XIT2", "XIT3"))
    [item] = done(of_codes(*cells), Mode.CHECK, settings).reported
    return [
        (hazard.message, hazard.span and hazard.span.start.line) for hazard in item.finding.hazards
    ]


def test_messages_count_lines_of_their_cell():
    source = "try:\n    v = f()\nexcept ValueError as e:\n    pass"
    said = hazards("x = 1\ny = 2", f"a = 1\n{source}\nprint(v)", "x = y\nprint(e)")
    assert ("`v` is bound in the body and read on line 6", 3) in said
    assert ("the handler unbinds `e`, which line 2 of cell 3 uses", 4) in said


def test_what_lies_in_another_cell_is_said_in_words():
    said = hazards("x = 1\nfrom x import *", "try:\n    f()\nexcept ValueError:\n    pass")
    assert ("`from x import *` may bind `suppress` too (line 2 of cell 1)", None) in said


def test_a_span_over_cells_ends_where_its_cell_does():
    [part] = opened(of_codes("x = 1\ny", "z"), "a.ipynb").parts
    over = Span(Position(2, 0), Position(4, 1))
    item = Reported(Finding("XIT101", "collapsible-with", "", "", over))
    moved = relocated(item, part, opened(of_codes("x"), "a.ipynb"))
    assert moved.finding.span == Span(Position(2, 0), Position(2, 1))
    assert moved.cell.number == 1


def test_words_in_other_messages_stay():
    said = hazards("x = 1", "try:\n    baseline(3)\nexcept ValueError:\n    pass")
    assert ("`baseline(3)` isn't known to raise no exception groups", 2) in said


def test_suppressions():
    silent = NEST.replace("a:", "a:  # noqa: XIT101")
    assert places(of_codes(silent)) == []
    assert places(of_codes("# exitstack: ignore-file[XIT1]", NEST)) == []
    assert places(of_codes("x = 1", "y = 1  # noqa: XIT101")) == [(2, 1, 7, "XIT001")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # noqa: XIT101", "x = 1"),
        ("x = 1  # noqa: XIT101, XIT301, E501", "x = 1  # noqa: E501"),
        ("x = 1\n# exitstack: ignore-file[XIT101]", "x = 1"),
        ("# exitstack: ignore-file[XIT101]", ""),
    ],
)
def test_unused_suppressions_go(before, after):
    outcome = done(of_codes("y = 2", before, "z = 3"))
    assert [finding.code for finding in outcome.applied] == ["XIT001"]
    assert not outcome.errors
    assert codes_of(outcome.data) == ["y = 2", after, "z = 3"]
    [item] = done(of_codes("y = 2", before), Mode.CHECK, edits=True).reported
    assert {edit.cell for edit in item.edits} == {2}
    only = done(of_codes(before), Mode.DIFF)
    assert only.diff.startswith("--- a.ipynb:cell 1\n")


def test_only_the_lines_that_were_asked_for():
    data = of_codes(NEST, NEST)
    first, second = done(data, Mode.CHECK).reported
    assert first.cell.first < second.cell.first
    lines = (range(second.cell.first, second.cell.first + 1),)
    assert done(data, Mode.CHECK, lines=lines).reported == (second,)


def test_a_diff_by_cells():
    outcome = done(of_codes("x = 1", NEST), Mode.DIFF)
    assert outcome.diff == (
        "--- a.ipynb:cell 2\n+++ a.ipynb:cell 2\n@@ -1,3 +1,2 @@\n"
        "-with a:\n-    with b:\n-        pass\n+with a, b:\n+    pass\n"
    )


def test_a_cell_that_isnt_python():
    assert places(of_codes("x = 1", "y = 2\nwith a\n", NEST)) == [(2, 2, 6, "XIT901")]
    # Two halves don't make a whole.
    assert places(of_codes('x = """', NEST, '"""'))[0][0] == 1
    [item] = done(of_codes("x", "(\n1"), Mode.CHECK).reported
    assert (item.cell.number, item.finding.line) == (2, 1)


def test_old_notebooks():
    cell = {"cell_type": "code", "collapsed": False, "input": NEST, "language": "python"}
    cell |= {"metadata": {}, "outputs": [], "prompt_number": 1}
    other = cell | {"language": "ruby", "input": "with a"}
    sheet = {"cells": [cell, other], "metadata": {}}
    old = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [sheet] * 2}
    data = json.dumps(old, indent=1).encode()
    outcome = done(data)
    assert len(outcome.applied) == 2
    assert outcome.data == data.replace(
        json.dumps(NEST).encode(), json.dumps("with a, b:\n    pass").encode()
    )


@pytest.mark.parametrize(
    "metadata",
    [
        {"language_info": {"name": "R"}},
        {"kernelspec": {"name": "julia", "display_name": "Julia", "language": "julia"}},
    ],
)
def test_notebooks_in_another_language(metadata):
    data = of_codes(NEST, "with a", metadata=metadata)
    outcome = done(data)
    assert (outcome.reported, outcome.data, outcome.errors) == ((), data, ())


def test_cells_that_an_editor_says_are_something_else():
    other = code("with a", metadata={"vscode": {"languageId": "sql"}})
    data = json.dumps(notebook(other, code(NEST), language=None)).encode()
    assert places(data, Settings()) == [(2, 1, 0, "XIT101")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "this is no notebook"),
        (b"x = 1", "this is no notebook"),
        (b"[1]", "this is no notebook"),
        (b'{"cells": []', "this is no notebook"),
        (b'{"cells": [\xff]}', "byte 0xff isn't UTF-8"),
        (b"{}", "format 1"),
        (b'{"nbformat": 9, "nbformat_minor": 0}', "Unsupported nbformat version 9"),
        (
            b'{"nbformat": 4, "nbformat_minor": 2, "metadata": {}}',
            "is missing an expected key: cells",
        ),
        (of_codes("x").replace(b'"outputs"', b'"input"'), "the notebook is invalid"),
    ],
)
def test_what_is_no_notebook(data, said):
    [item] = done(data, Mode.FIX).reported
    assert item.finding.code == "XIT902"
    assert said in item.finding.message
    assert "\n" not in item.finding.message
    with pytest.raises(UnreadableSourceError):
        opened(data, "a.ipynb")
