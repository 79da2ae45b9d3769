"""Notebooks run in a real kernel before and after they are fixed: the same outputs."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbclient import NotebookClient
from notebooks_made import of_codes

from lint_exitstack.project.one_file import Mode, Task, process
from lint_exitstack.settings import Settings

pytestmark = pytest.mark.filterwarnings("default")

CELLS = (
    "%matplotlib_is_not_needed = 1\n".replace("%matplotlib_is_not_needed", "setting"),
    "import asyncio\nimport io\nimport os\nfrom contextlib import asynccontextmanager",
    (
        "class Noted:\n"
        "    def __init__(self, name):\n        self.name = name\n"
        "    def __enter__(self):\n        print('enter', self.name)\n        return self\n"
        "    def __exit__(self, *about):\n        print('exit', self.name, about[0])\n"
        "    def close(self):\n        print('close', self.name)"
    ),
    "with Noted('a') as a:\n    with Noted('b') as b:\n        print(a.name, b.name);",
    "%%capture said\ntry:\n    os.remove('gone')\nexcept FileNotFoundError:\n    pass\nprint('there')",
    "said.stdout",
    (
        "@asynccontextmanager\nasync def note(name):\n    print('in', name)\n    yield name\n"
        "    print('out', name)"
    ),
    (
        "async with note('c') as c:\n    async with note('d') as d:\n"
        "        await asyncio.sleep(0)\n        print(c, d)"
    ),
    (
        "def last(text):\n    stream = io.StringIO(text)\n    try:\n        return stream.read()\n"
        "    finally:\n        stream.close()\n\nlast('e')"
    ),
    "x = !echo 'with a:'\nx",
    "%%bash\necho 'with a:'",
    "try:\n    {}['f']\nexcept KeyError:\n    pass\nlen(open('here.txt').read())",
    "open('here.txt').read()",
)


def outputs(data: bytes, folder) -> list[object]:
    notebook = nbformat.reads(data.decode(), as_version=4)
    folder.joinpath("here.txt").write_text("here")
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}})
    done = client.execute()
    return [json.loads(json.dumps(cell.outputs)) for cell in done.cells]


@pytest.mark.slow
def test_a_fixed_notebook_says_the_same(tmp_path):
    data = of_codes(*CELLS)
    settings = Settings(select=("ALL",))
    task = Task("a.ipynb", "a.ipynb", settings, Mode.FIX, unsafe=True, data=data)
    outcome = process(task)
    assert not outcome.dropped
    applied = {finding.code for finding in outcome.applied}
    assert {"XIT101", "XIT301", "XIT201"} <= applied
    before, after = outputs(data, tmp_path), outputs(outcome.data, tmp_path)
    assert before == after
    # The notebook did say something: an empty run proves nothing.
    assert sum(map(bool, before)) >= 8
