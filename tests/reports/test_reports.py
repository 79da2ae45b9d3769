"""What is printed about findings."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from lint_exitstack.model.finding import Finding, Fixability, Hazard
from lint_exitstack.model.outcome import Edit, FileOutcome, Reported
from lint_exitstack.model.position import Position, Span
from lint_exitstack.reports import format_named, formats
from lint_exitstack.reports._lines import closing
from lint_exitstack.reports._style import Style, printable, width


def span(line: int, start: int, end: int, last: int | None = None) -> Span:
    return Span(Position(line, start), Position(last or line, end))


HAZARD = Hazard("exit-chain", "the chain is lost", span(7, 4, 9))
SAFE = Finding(
    "XIT101",
    "collapsible-with",
    "too deep",
    "with a, b:",
    span(3, 4, 11),
    None,
    (),
    Fixability.SAFE,
)
UNSAFE = replace(SAFE, hazards=(HAZARD,), fixability=Fixability.UNSAFE)
FORBIDDEN = replace(
    SAFE,
    help="",
    hazards=(Hazard("class-body", "a name would appear", forbids=True),),
    fixability=Fixability.NONE,
)


def outcome(finding: Finding, text: str = "    with a:", **about) -> FileOutcome:
    return FileOutcome("/w/a.py", "a.py", (Reported(finding, text, **about),))


def rendered(name: str, *outcomes: FileOutcome, **style) -> str:
    return "".join(format_named(name).render(outcomes, Style(**style)))


def test_formats_are_found_by_their_files():
    assert {"concise", "full", "json"} <= set(formats())
    assert not any(name.startswith("_") for name in formats())


def test_a_full_report():
    assert rendered("full", outcome(SAFE)) == (
        "a.py:3:5: XIT101 [*] too deep\n"
        "  |\n"
        "3 |     with a:\n"
        "  |     ^^^^^^^\n"
        "  help: with a, b:\n"
        "\n"
        "Found 1 problem. [*] 1 fixable with `--fix`.\n"
    )


def test_a_withheld_fix_says_why():
    text = rendered("full", outcome(UNSAFE))
    assert "a.py:3:5: XIT101 too deep\n" in text
    assert "  unsafe because exit-chain: the chain is lost (line 7)\n" in text
    assert "1 more with `--unsafe-fixes`" in text
    assert "XIT101 [*]" in rendered("full", outcome(UNSAFE), unsafe=True)


def test_no_fix_says_why():
    text = rendered("full", outcome(FORBIDDEN))
    assert "  no fix because class-body: a name would appear\n" in text
    assert text.endswith("\nFound 1 problem.\n")


def test_an_accepted_hazard_is_named():
    accepted = replace(UNSAFE, fixability=Fixability.SAFE)
    text = rendered("full", outcome(accepted))
    assert "  accepted: exit-chain: the chain is lost (line 7)\n" in text


def test_help_over_several_lines_is_aligned():
    text = rendered("full", outcome(replace(SAFE, help="with (\n    a,\n):")))
    assert "  help: with (\n            a,\n        ):\n" in text


@pytest.mark.parametrize(
    ("text", "marked", "caret_line"),
    [
        ("\twith a:", span(3, 1, 7), "  | \t^^^^^^"),
        ("é = 1; with a:", span(3, 7, 13), "  |        ^^^^^^"),
        ("日本 = 1; with a:", span(3, 8, 14), "  |           ^^^^^^"),
        ("    with a:", span(3, 4, 9, last=5), "  |     ^^^^^^^"),
        ("with a:   ", span(3, 0, 9, last=5), "  | ^^^^^^^"),
        ("x", span(3, 1, 1), "  |  ^"),
        ("日本", span(3, 0, 2), "  | ^^^^"),
    ],
)
def test_the_caret_stands_below_what_it_means(text, marked, caret_line):
    lines = rendered("full", outcome(replace(SAFE, span=marked), text)).splitlines()
    assert lines[3] == caret_line


def test_a_part_of_a_long_line():
    found = outcome(replace(SAFE, span=span(3, 1000, 1007)), "yy with a: yy", offset=997)
    lines = rendered("full", found).splitlines()
    assert lines[2:4] == ["3 | ...yy with a: yy", "  |       ^^^^^^^"]


def test_a_finding_without_a_line_has_no_excerpt():
    assert rendered("full", outcome(SAFE, "")).splitlines()[1] == "  help: with a, b:"


def test_source_cant_command_the_terminal():
    text = rendered("full", outcome(SAFE, "    with '\x1b[2J\x07\u202e':"))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert printable("a\tb\u00a0c\x00") == "a\tb\u00a0c\ufffd"


def test_width():
    assert (width("abc"), width("日本"), width("e\u0301"), width("")) == (3, 4, 1, 0)


def test_colours():
    assert "\x1b[1;31mXIT101\x1b[0m" in rendered("full", outcome(SAFE), colour=True)
    assert "\x1b" not in rendered("full", outcome(SAFE))


def test_the_closing_line():
    nothing = FileOutcome("/w/a.py", "a.py")
    assert closing([nothing], Style()) == "All checks passed.\n"
    assert closing([replace(nothing, errors=("no",))], Style()) == ""
    assert closing([outcome(SAFE)], Style(brief=True)) == ""
    fixed = replace(nothing, applied=(SAFE, SAFE))
    assert closing([fixed], Style()) == "Found 2 problems (2 fixed, 0 remaining).\n"
    both = closing([fixed, outcome(UNSAFE)], Style(unsafe=True))
    assert both == (
        "Found 3 problems (2 fixed, 1 remaining). [*] 1 fixable with `--fix --unsafe-fixes`.\n"
    )


def test_a_concise_report():
    assert rendered("concise", outcome(SAFE), outcome(FORBIDDEN), brief=True) == (
        "a.py:3:5: XIT101 [*] too deep\na.py:3:5: XIT101 too deep\n"
    )


def test_json():
    edits = (Edit(span(3, 0, 0, last=5), "with a, b:\n"),)
    [first, second] = json.loads(rendered("json", outcome(UNSAFE, edits=edits), outcome(FORBIDDEN)))
    assert first == {
        "code": "XIT101",
        "name": "collapsible-with",
        "message": "too deep",
        "location": {"row": 3, "column": 5},
        "end_location": {"row": 3, "column": 12},
        "fix": {
            "applicability": "unsafe",
            "message": "with a, b:",
            "edits": [
                {
                    "content": "with a, b:\n",
                    "location": {"row": 3, "column": 1},
                    "end_location": {"row": 5, "column": 1},
                }
            ],
        },
        "filename": "/w/a.py",
        "noqa_row": 3,
        "url": None,
        "cell": None,
        "severity": "warning",
        "help": "with a, b:",
        "hazards": [
            {
                "name": "exit-chain",
                "message": "the chain is lost",
                "location": {"row": 7, "column": 5},
                "end_location": {"row": 7, "column": 10},
                "forbids": False,
            }
        ],
    }
    assert second["fix"] is None
    assert second["help"] is None
    assert second["hazards"][0]["forbids"] is True
    assert second["hazards"][0]["location"] is None


def test_json_of_nothing():
    assert json.loads(rendered("json", FileOutcome("/w/a.py", "a.py"))) == []


def test_json_has_the_fields_that_readers_of_ruffs_output_know(tmp_path):
    (tmp_path / "a.py").write_text("import os\n")
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--output-format",
        "json",
        "a.py",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    [theirs] = json.loads(done.stdout)
    edits = (Edit(span(1, 0, 0, last=2), ""),)
    [ours] = json.loads(rendered("json", outcome(SAFE, edits=edits)))
    assert set(theirs) - set(ours) <= {"cell"}
    assert set(theirs["fix"]) == set(ours["fix"])
    assert set(theirs["fix"]["edits"][0]) == set(ours["fix"]["edits"][0])
    assert set(theirs["location"]) == set(ours["location"])
