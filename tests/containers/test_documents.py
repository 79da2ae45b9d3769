"""Blocks in Markdown and reStructuredText: which are found, and that nothing else changes."""

from __future__ import annotations

import pytest

from lint_exitstack.containers import opened
from lint_exitstack.project.one_file import Mode, Task, process
from lint_exitstack.settings import Settings

NEST = "with a:\n    with b:\n        pass\n"
MERGED = "with a, b:\n    pass\n"


def done(text: str | bytes, name: str = "a.md", mode: Mode = Mode.FIX, **more):
    data = text if isinstance(text, bytes) else text.encode()
    settings = more.pop("settings", Settings())
    return process(Task(name, name, settings, mode, data=data, **more))


def fixed(text: str, name: str = "a.md") -> str:
    outcome = done(text, name)
    assert done(outcome.data, name).data == outcome.data
    return outcome.data.decode()


def indented(text: str, before: str = "    ") -> str:
    return "".join(before + line for line in text.splitlines(keepends=True))


@pytest.mark.parametrize(
    "document",
    [
        "# Title\n\n```python\n{}```\n",
        "~~~py\n{}~~~\n",
        "```Python3 title='a.py' hl_lines=\"1\"\n{}```\n",
        "````{{.python .numbers}}\n{}````\n",
        "```{{python}}\n{}```\n",
        "```python\n{}",
        "<div>\n\n```py\n{}```\n\n</div>\n",
    ],
)
def test_fences(document):
    assert fixed(document.format(NEST)) == document.format(MERGED)


@pytest.mark.parametrize("before", ["  ", "   ", "> ", "  > ", "> > "])
def test_fences_in_other_blocks(before):
    item = "- a list\n" if before == "  " else "1. one\n" if before == "   " else ""
    text = f"```python\n{NEST}\n# Done.\n```\n"
    document = f"{item}\n{indented(text, before)}\nEnd.\n"
    document = document.replace("> \n", ">\n")
    assert fixed(document) == document.replace(indented(NEST, before), indented(MERGED, before))


@pytest.mark.parametrize(
    "document",
    [
        "```\n{}```\n",
        "```pycon\n{}```\n",
        "```python-repl\n{}```\n",
        "```pytb\n{}```\n",
        "```text python\n{}```\n",
        "<!-- exitstack: skip -->\n```python\n{}```\n",
        "<!-- exitstack: skip: it shows what not to do -->\n\n```python\n{}```\n",
        "<!--\n```python\n{}```\n-->\n",
        "````markdown\n```python\n{}```\n````\n",
        "```python\n>>> x\n{}```\n",
        "```python\nwith a\n{}```\n",
        "- x\n\n  ```python\n{}  ```\n",
    ],
)
def test_what_is_left_alone(document):
    text = document.format(NEST)
    assert fixed(text) == text


def test_each_block_is_a_module():
    block = "```python\ntry:\n    f()\nexcept OSError:\n    pass\n```\n"
    new = "```python\nfrom contextlib import suppress\n\nwith suppress(OSError):\n    f()\n```\n"
    assert done(f"{block}\n{block}", unsafe=True).data.decode() == f"{new}\n{new}"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_bytes_outside_stay(end, bom):
    around = "# Tïtle  \n\n\ttab\x0c\u2028 ¶\n\n```python\n{}```\n\n\n  trailing  \n\nlast"
    text = (bom + around).replace("\n", end)
    assert fixed(text.format(NEST.replace("\n", end))) == text.format(MERGED.replace("\n", end))


REST = "Title\n=====\n\n{}\n{}\nText.\n"


@pytest.mark.parametrize(
    "head",
    [
        ".. code-block:: python\n",
        ".. code:: py\n",
        ".. sourcecode:: Python3\n   :linenos:\n   :caption: with a:\n",
        ".. testcode::\n",
        ".. testcode:: group\n   :hide:\n",
        ".. highlight:: python\n\nText::\n",
        ".. highlight:: python\n\n::\n",
        ".. highlight:: python\n\n.. code-block::\n",
        ".. note::\n\n.. code-block:: python\n",
    ],
)
def test_directives(head):
    before = REST.format(head, indented(NEST))
    assert fixed(before, "a.rst") == REST.format(head, indented(MERGED))


@pytest.mark.parametrize("before", ["    ", "\t", "  "])
def test_directives_in_other_blocks(before):
    head = f".. note::\n\n{before}* .. code-block:: python\n"
    text = REST.format(head, indented(f"{NEST}\n# é\n", before * 4)).replace(
        f"{before * 4}\n", "\n"
    )
    assert fixed(text, "a.rst") == text.replace(
        indented(NEST, before * 4), indented(MERGED, before * 4)
    )


@pytest.mark.parametrize(
    "head",
    [
        ".. code-block:: console\n",
        ".. code-block::\n",
        ".. code-block:: pycon\n",
        ".. doctest::\n",
        "Text::\n",
        ".. a comment\n",
        ".. highlight:: c\n\nText::\n",
        ".. code-block:: rst\n\n    .. code-block:: python\n",
        ".. exitstack: skip\n\n.. code-block:: python\n",
        "..\n   .. code-block:: python\n",
        ".. parsed-literal::\n\n    .. code-block:: python\n",
    ],
)
def test_what_is_left_alone_in_rest(head):
    text = REST.format(head, indented(NEST, "        "))
    assert fixed(text, "a.rst") == text


def test_the_end_of_a_document():
    text = ".. code-block:: python\n\n" + indented(NEST)[:-1]
    assert fixed(text, "a.rst") == ".. code-block:: python\n\n" + indented(MERGED)[:-1]


def test_places_are_those_of_the_document():
    block = indented(f"x = 1\n{NEST}", "> ")
    text = f"# é\n\n> ```python\n{block}> ```\n"
    [item] = done(text, mode=Mode.CHECK, edits=True, compare=True).reported
    assert item.finding.span.start == (5, 2)
    assert item.finding.span.end == (6, 13)
    assert (item.text, item.offset, item.bytes) == ("> with a:", 0, (2, 13))
    lines = text.splitlines(keepends=True)
    for edit in reversed(item.edits):
        start, end = edit.span.start, edit.span.end
        assert (start.column, end.column) == (0, 0)
        lines[start.line - 1 : end.line - 1] = [edit.content]
    assert "".join(lines) == fixed(text)
    assert item.cell is None
    assert item.comparison.line == 5


def test_an_edit_at_the_very_end():
    text = "> ```py\n" + indented(NEST, "> ")[:-1]
    [item] = done(text, mode=Mode.CHECK, edits=True).reported
    [edit] = item.edits
    assert (edit.span.start, edit.span.end, edit.end_byte) == ((2, 0), (4, 14), 14)
    assert edit.content == indented(MERGED, "> ")[:-1]


def test_suppressions():
    text = f"```python\n{NEST.replace('a:', 'a:  # noqa: XIT101')}```\n"
    assert done(text, mode=Mode.CHECK).reported == ()
    block = indented(f"```python\n{NEST}```\n", "  ")
    outcome = done(f"- a\n\n{block}", mode=Mode.IGNORE)
    assert outcome.added == 1
    assert "  with a:  # exitstack: ignore[XIT101]\n" in outcome.data.decode()


@pytest.mark.parametrize("before", ["", "  ", "> "])
def test_unused_suppressions_go(before):
    text = "Text\n\n" + indented("```py\nx = 'é'  # noqa: XIT101\ny\n```\n", before)
    outcome = done(text)
    assert outcome.data.decode() == text.replace("  # noqa: XIT101", "")
    [item] = done(text, mode=Mode.CHECK, edits=True).reported
    [edit] = item.edits
    (start, end), lines = (edit.span.start, edit.span.end), text.splitlines()
    assert start.line == end.line == 4
    assert lines[3][: start.column] + edit.content + lines[3][end.column :] == f"{before}x = 'é'"
    assert edit.end_byte == len(lines[3].encode())


def test_nothing_is_left_of_a_block():
    block = "```py\n# exitstack: ignore-file[XIT101]\n```\n"
    outcome = done(f"{block}\n```py\nx = 1  # noqa: XIT301\n```\n")
    assert outcome.data == b"```py\n```\n\n```py\nx = 1\n```\n"
    assert (outcome.errors, outcome.reported) == ((), ())


def test_a_reason_that_cant_be_written():
    outcome = done(f"```py\n{NEST}```\n", mode=Mode.IGNORE, reason="\udcff")
    assert outcome.errors == ("a.md: the reason can't be written in UTF-8",)
    assert outcome.added == 0


def test_only_the_lines_that_were_asked_for():
    text = f"```py\n{NEST}```\n\n```py\n{NEST}```\n"
    [item] = done(text, mode=Mode.CHECK, lines=(range(7, 10),)).reported
    assert item.finding.line == 8


def test_blocks_that_arent_python_are_reported_on_request():
    text = f"```py\n...\nwith a\n```\n\n```py\n{NEST}```\n"
    assert [item.finding.code for item in done(text).reported] == []
    settings = Settings(docs_errors=True)
    [item] = done(text, mode=Mode.CHECK, settings=settings).reported[:1]
    assert (item.finding.code, item.finding.line) == ("XIT901", 3)


def test_a_diff_is_one_of_the_document():
    outcome = done(f"# A\n\n```py\n{NEST}```\n", mode=Mode.DIFF)
    assert outcome.diff.startswith("--- a.md\n+++ a.md\n@@ -1,7 +1,6 @@\n # A\n \n ```py\n-with a:")


def test_other_encodings_are_refused():
    [item] = done(b"# \xe9\n").reported
    assert (item.finding.code, item.finding.line) == ("XIT902", 1)
    assert "UTF-8" in item.finding.message


def test_what_isnt_changed_comes_back():
    for name, text in (("a.md", "x"), ("a.rst", ""), ("a.markdown", f"```py\n{NEST}\n")):
        container = opened(text.encode(), name)
        assert container.written([part.source.text for part in container.parts]) == text.encode()
