"""docs/formats.md: all formats, and the record of a finding as it really is."""

from __future__ import annotations

import json
import re
import shlex

import page_reading
import pytest

from lint_exitstack.clients.arguments import parse
from lint_exitstack.clients.outputs import outputs
from lint_exitstack.reports import formats

PAGE = page_reading.page("formats.md")
RECORD = page_reading.sections(PAGE, 2)["json: a finding as a record"]


def test_every_format_has_its_row():
    rows = re.findall(r"^\| (`.*?) \|.*\|$", PAGE.partition("## json")[0], re.MULTILINE)
    assert sorted(re.findall(r"`([a-z-]+)`", " ".join(rows))) == sorted(formats())


def test_the_record_is_what_comes_out(tmp_path, lint):
    [code] = page_reading.blocks(RECORD, "python")
    [record] = page_reading.blocks(RECORD, "json")
    path = tmp_path / "tidy.py"
    path.write_text(code.text)
    shown = json.loads(record.text)
    assert shown["filename"].endswith("/tidy.py")
    shown["filename"] = str(path)
    options = ("check", "--isolated", "--output-format")
    assert json.loads(lint(*options, "json", path.name)) == [shown]
    [line] = lint(*options, "json-lines", path.name).splitlines()
    assert json.loads(line) == shown


def test_every_field_is_explained():
    [record] = page_reading.blocks(RECORD, "json")
    rows = re.findall(r"^\| (`.*?) \|", RECORD, re.MULTILINE)
    assert re.findall(r"`(\w+)`", " ".join(rows)) == list(json.loads(record.text))


def test_the_record_of_a_rule_has_the_fields_that_are_named(lint):
    said = RECORD[RECORD.index("prints the rules:") :]
    rule = json.loads(lint("rule", "XIT101", "--output-format", "json"))
    assert re.findall(r"`(\w+)`", said) == list(rule)


@pytest.mark.parametrize(
    "line", [line for block in page_reading.blocks(PAGE, "") for line in block.text.splitlines()]
)
def test_commands_are_understood(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outputs(parse(shlex.split(line)[1:]))
