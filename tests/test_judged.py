"""The verdicts that the figures of docs/precision.md rest on are well formed."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

from lint_exitstack.rules import all_rules

ENTRIES = tomllib.loads(
    (Path(__file__).parents[1] / "benchmarks" / "judged.toml").read_text("utf-8")
)["finding"]


def test_each_finding_has_one_verdict_and_a_reason() -> None:
    keys = Counter(
        (e["package"], e["path"], e["code"], e["digest"], e.get("nth", 1)) for e in ENTRIES
    )
    assert not [key for key, number in keys.items() if number > 1]
    assert {e["code"] for e in ENTRIES} <= {rule.code for rule in all_rules()}
    for entry in ENTRIES:
        assert isinstance(entry["verdict"], bool), entry
        assert entry["reason"].strip() and entry["version"] and entry["line"] > 0, entry
