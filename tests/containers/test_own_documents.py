"""Every page of this project with a finding put into each block: fixed there, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from lint_exitstack.containers import opened
from lint_exitstack.model.errors import UnparsableSourceError
from lint_exitstack.project.one_file import Mode, Task, process
from lint_exitstack.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NEST = "with a_new:\n    with b_new:\n        pass\n"
MERGED = "with a_new, b_new:\n    pass\n"


def is_python(part) -> bool:
    try:
        return bool(part.source.tree.body)
    except UnparsableSourceError:
        return False


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_finding_in_each_block(page):
    container = opened(page.read_bytes(), str(page))

    def with_more(more: str) -> bytes:
        texts = [part.source.text + more * is_python(part) for part in container.parts]
        return container.written(texts)

    data = with_more(NEST)
    # What the pages show is often there to be found: the fixes of one rule will do.
    task = Task("a.md", "a.md", Settings(select=("XIT101",)), Mode.FIX, data=data)
    own = Task("a.md", "a.md", task.settings, Mode.FIX, data=with_more(""))
    outcome, before = process(task), process(own)
    assert len(outcome.applied) - len(before.applied) == sum(map(is_python, container.parts))
    assert not outcome.dropped
    if not before.applied:
        assert outcome.data == with_more(MERGED)


def test_the_pages_have_blocks():
    parts = [part for page in PAGES for part in opened(page.read_bytes(), str(page)).parts]
    assert sum(map(is_python, parts)) > 80
