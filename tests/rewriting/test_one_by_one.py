"""Fixes of many findings of one file are those that each would have by itself."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lint_exitstack import fixing
from lint_exitstack.analysis import analyse
from lint_exitstack.fixing import edits_for_all
from lint_exitstack.model.source import Source
from lint_exitstack.settings import Settings

FIXTURES = Path(__file__).parents[2] / "fixtures"
TEXTS = [path.read_bytes() for path in sorted(FIXTURES.glob("XIT[1-7]*/*.py"))]
SETTINGS = Settings(select=("ALL",))


@pytest.mark.parametrize("seed", range(6))
def test_they_are_those_of_each_alone(seed: int) -> None:
    chosen = random.Random(seed).sample(TEXTS, 6)
    source = Source.from_text(b"\n".join(chosen).decode("utf-8", "replace"), "a.py")
    found = [finding for finding in analyse(source, SETTINGS) if finding.rewrite is not None][:20]
    assert len(found) > 5
    together = edits_for_all(source, found, SETTINGS)
    alone = [edits_for_all(source, (finding,), SETTINGS)[0] for finding in found]
    for one, other in zip(together, alone, strict=True):
        assert bool(one) == bool(other)
        assert source.edited(one) == source.edited(other)


def test_what_a_rewrite_does_elsewhere_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixing, "_FEW", 0)
    text = "import os\n\n\ndef f(p):\n    try:\n        os.remove(p)\n    except OSError:\n        pass\n"
    source = Source.from_text(text + text.replace("f(", "g("), "a.py")
    found = analyse(source, SETTINGS)
    first, second = (edits for edits in edits_for_all(source, found, SETTINGS))
    assert first != second
    assert "from contextlib import suppress" in source.edited(first)
    assert "from contextlib import suppress" in source.edited(second)
