"""The examples of docs/runtime.md run, and its links lead somewhere."""

from __future__ import annotations

import re
import textwrap

import pytest
import runtime_interpreters as interpreters

GUIDE = (interpreters.ROOT / "docs" / "runtime.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^( *)```python\n(.*?)^ *```", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("example", [textwrap.dedent(code) for _, code in EXAMPLES])
def test_examples_run(example):
    exec(compile(example, "docs/runtime.md", "exec"), {"__name__": "example"})


def test_there_are_examples():
    assert len(EXAMPLES) >= 6


def test_anchors_exist():
    headings = re.findall(r"^#+ (.*)$", GUIDE, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", GUIDE)) <= anchors
