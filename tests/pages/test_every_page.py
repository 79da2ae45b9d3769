"""What any page shows: commands that are understood, settings that are taken, data that can be read."""

from __future__ import annotations

import json
import re
import shlex
import tomllib

import page_reading
import pytest

from lint_exitstack.clients.arguments import configuration, parse
from lint_exitstack.clients.outputs import outputs
from lint_exitstack.model.hazards import FORBIDS, MAY_DIFFER
from lint_exitstack.settings_keys import read_table

PAGES = {
    path.relative_to(page_reading.ROOT).as_posix(): path.read_text("utf-8")
    for path in (page_reading.ROOT / "README.md", *page_reading.DOCS.glob("*.md"))
}
SHELLS = {"", "console", "sh", "bash"}


def commands(text: str) -> list[str]:
    """Our commands in a page: in blocks of a shell and without language, behind `$` or `run:`."""
    lines = [
        line
        for block in page_reading.blocks(text)
        for line in block.text.splitlines()
        if block.language in SHELLS or line.strip().startswith("- ")
    ]
    found = [re.fullmatch(r"(?:\$ |\s*- (?:run: )?)?(lint-exitstack .*)", line) for line in lines]
    return [match[1] for match in found if match]


COMMANDS = sorted({(name, line) for name, text in PAGES.items() for line in commands(text)})


def test_there_are_commands():
    assert len(COMMANDS) >= 30


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_commands_are_understood(page, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = line.replace("CODE", "XIT101")
    arguments = parse(shlex.split(line, comments=True)[1:])
    if arguments.command == "check":
        outputs(arguments)
        configuration(arguments)


@pytest.mark.parametrize("page", PAGES)
def test_settings_are_taken(page):
    for block in page_reading.blocks(PAGES[page], "toml"):
        table = tomllib.loads(block.text).get("tool", {}).get("lint-exitstack", {})
        read_table(table, str, ".")


@pytest.mark.parametrize("page", PAGES)
def test_data_can_be_read(page):
    for block in page_reading.blocks(PAGES[page], "json"):
        json.loads(block.text)


@pytest.mark.parametrize("page", PAGES)
def test_python_can_be_compiled(page):
    for block in page_reading.blocks(PAGES[page], "python"):
        compile(block.text, page, "exec", dont_inherit=True)


def test_links_to_hazards_name_one():
    linked = re.findall(r"hazards\.md#([a-z-]+)", "".join(PAGES.values()))
    assert set(linked) <= {*MAY_DIFFER, *FORBIDS}
