"""Whatever is changed, the incremental analysis finds exactly what a full one does."""

from __future__ import annotations

import dataclasses
import re
import sysconfig
from pathlib import Path

import pytest
from edits import Editor

from lint_exitstack.analysis import analyse
from lint_exitstack.incremental import analysis, moving
from lint_exitstack.incremental.analysis import IncrementalAnalysis
from lint_exitstack.model import finding, rewrite
from lint_exitstack.model.errors import UnparsableSourceError
from lint_exitstack.model.rewrite import Suite
from lint_exitstack.model.source import Source
from lint_exitstack.semantics.bindings import FUNCTIONS
from lint_exitstack.settings import Settings

FIXTURES = Path(__file__).parents[2] / "fixtures"
LIBRARY = Path(sysconfig.get_path("stdlib"))
SETTINGS = Settings(select=("ALL",))


def texts(paths: list[Path]) -> list[str]:
    return [Source(path.read_bytes()).text for path in paths]


SMALL = texts([p for p in sorted(FIXTURES.glob("XIT*/*.py")) if p.name != "broken.py"])
LARGE = texts([LIBRARY / f"{name}.py" for name in ("tempfile", "subprocess", "shelve", "mailbox")])


def outcome(text: str, incremental: IncrementalAnalysis) -> object:
    source, fresh = Source.from_text(text, "a.py"), Source.from_text(text, "a.py")
    try:
        found = incremental.analyse(source)
    except UnparsableSourceError as error:
        return str(error), error.line
    # What is taken over from the text before is what one would read.
    assert source.comments == fresh.comments, text
    assert source.joined_lines == fresh.joined_lines, text
    return found


def expected(text: str) -> object:
    source = Source.from_text(text, "a.py")
    try:
        _ = source.tree
        return analyse(source, SETTINGS)
    except UnparsableSourceError as error:
        return str(error), error.line


def follow(text: str, editor: Editor, steps: int) -> int:
    """Make `steps` changes, most of which build on one another; return how many were good."""
    incremental = IncrementalAnalysis(SETTINGS)
    good, last = 0, ""
    for _ in range(steps):
        found = outcome(text, incremental)
        assert found == expected(text), text
        broken = isinstance(found, tuple) and found and isinstance(found[0], str)
        good += not broken
        if not broken and editor.random.random() < 0.3:
            there_and_back(text, editor, incremental)
        last = last if broken else text
        # Broken code stays broken for long if nobody mends it.
        text = editor.changed(last if broken and editor.random.random() < 0.7 else text)
    return good


def there_and_back(text: str, editor: Editor, incremental: IncrementalAnalysis) -> None:
    """Try a change; nothing of it may be left when it's taken back."""
    changed = Source.from_text(editor.changed(text), "a.py")
    if incremental.step(changed) is not None:
        incremental.back(Source.from_text(text, "a.py"))


@pytest.mark.parametrize("seed", range(4))
def test_random_changes_of_fixtures(seed):
    editor = Editor(seed, SMALL)
    good = 0
    for _ in range(8):
        chosen = editor.random.sample(SMALL, 2)
        good += follow("\n".join(chosen), editor, 12)
    assert good > 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_thousands_of_changes(seed):
    editor = Editor(seed, SMALL)
    pick = editor.random
    for _ in range(4):
        text = pick.choice(LARGE) if pick.random() < 0.2 else "\n".join(pick.sample(SMALL, 4))
        follow(text.replace("\n", "\r\n") if pick.random() < 0.1 else text, editor, 25)


def test_every_line_of_a_finding_moves():
    """A field that holds lines and isn't known to would stay behind."""
    counted = {(Suite, "start"), (Suite, "stop")}
    for module in (finding, rewrite):
        for kind in vars(module).values():
            if dataclasses.is_dataclass(kind):
                for field in dataclasses.fields(kind):
                    name = (kind, field.name)
                    if re.search(r"\bint\b", str(field.type)) and name not in counted:
                        assert name in moving._LINES, name


def test_what_stays_is_not_looked_at_again(monkeypatch):
    looked = []
    original = analysis.Inquiry.findings

    def findings(self, places, context):
        places = list(places)
        looked.extend(place.node.name for place in places if isinstance(place.node, FUNCTIONS))
        return original(self, places, context)

    monkeypatch.setattr(analysis.Inquiry, "findings", findings)
    text = "import os\n" + "".join(
        f"\n\ndef f{n}():\n    with open('a') as a:\n        print(a)\n" for n in range(9)
    )
    incremental = IncrementalAnalysis(SETTINGS)
    outcome(text, incremental)
    looked.clear()
    outcome(text.replace("def f4():\n", "def f4():\n    # new\n"), incremental)
    assert set(looked) == {"f3", "f4", "f5"}
