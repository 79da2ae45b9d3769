"""Whatever is changed, the incremental analysis finds exactly what a full one does."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest
from edits import Editor

from lint_exitstack.analysis import analyse
from lint_exitstack.incremental.analysis import IncrementalAnalysis
from lint_exitstack.model.errors import UnparsableSourceError
from lint_exitstack.model.source import Source
from lint_exitstack.settings import Settings

FIXTURES = Path(__file__).parents[2] / "fixtures"
LIBRARY = Path(sysconfig.get_path("stdlib"))
SETTINGS = Settings(select=("ALL",))


def texts(paths: list[Path]) -> list[str]:
    return [Source(path.read_bytes()).text for path in paths]


SMALL = texts([p for p in sorted(FIXTURES.glob("XIT*/*.py")) if p.name != "broken.py"])
LARGE = texts([LIBRARY / f"{name}.py" for name in ("tempfile", "subprocess", "shelve", "mailbox")])


def outcome(text: str, analysis: IncrementalAnalysis) -> object:
    try:
        return analysis.analyse(Source.from_text(text, "a.py"))
    except UnparsableSourceError as error:
        return str(error), error.line


def expected(text: str) -> object:
    source = Source.from_text(text, "a.py")
    try:
        _ = source.tree
        return analyse(source, SETTINGS)
    except UnparsableSourceError as error:
        return str(error), error.line


def follow(text: str, editor: Editor, steps: int) -> int:
    """Make `steps` changes, most of which build on one another; return how many were good."""
    analysis = IncrementalAnalysis(SETTINGS)
    good, last = 0, ""
    for _ in range(steps):
        found = outcome(text, analysis)
        assert found == expected(text), text
        broken = isinstance(found, tuple) and found and isinstance(found[0], str)
        good += not broken
        last = last if broken else text
        # Broken code stays broken for long if nobody mends it.
        text = editor.changed(last if broken and editor.random.random() < 0.7 else text)
    return good


@pytest.mark.parametrize("seed", range(4))
def test_random_changes_of_fixtures(seed):
    editor = Editor(seed, SMALL)
    good = 0
    for _ in range(8):
        chosen = editor.random.sample(SMALL, 2)
        good += follow("\n".join(chosen), editor, 12)
    assert good > 20
