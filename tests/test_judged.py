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


def test_rules_that_are_on_are_true_nine_times_in_ten() -> None:
    """Samples that were taken after a rule was mended (round 2 and later) have to show it."""
    on = {rule.code for rule in all_rules() if rule.default}
    counts = Counter((e["code"], e["verdict"]) for e in ENTRIES if e.get("round", 1) > 1)
    for code in on & {code for code, _ in counts}:
        judged = counts[code, True] + counts[code, False]
        assert judged < 10 or counts[code, True] >= 0.9 * judged, code
