"""What a cached finding keeps, and what names it."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from fixture_files import FIXTURES, settings_for

from lint_exitstack.project.cache.keys import Keys
from lint_exitstack.project.cache.plain import plain, reported
from lint_exitstack.project.one_file import Mode, Task, process
from lint_exitstack.settings import Settings

CASES = sorted(FIXTURES.glob("XIT*/basic.py"))
# Which files are looked at, and where the cache is, says nothing about what is found in them.
ABOUT_FILES = {
    "exclude",
    "extend_exclude",
    "force_exclude",
    "respect_gitignore",
    "docs",
    "cache_dir",
}
TASK = Task("/p/a.py", "a.py", Settings())


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_all_but_the_rewrite_comes_back(path):
    settings = replace(settings_for(path), rule_url="https://docs.example/{code}/")
    task = Task(str(path), path.name, settings, edits=True, compare=True, identify=True)
    found = process(task).reported
    assert found
    back = tuple(reported(json.loads(json.dumps(plain(item))), task.settings) for item in found)
    bare = tuple(
        replace(item, finding=replace(item.finding, rewrite=None, edits=())) for item in found
    )
    assert back == bare


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_each_setting_names_the_task(field):
    settings = replace(Settings(), **{field.name: ("something", "else")})
    same = Keys().of(replace(TASK, settings=settings)) == Keys().of(TASK)
    assert same is (field.name in ABOUT_FILES)


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ({"path": "/p/b.py"}, False),
        ({"edits": True}, False),
        ({"compare": True}, False),
        ({"identify": True}, False),
        ({"lines": (range(3),)}, False),
        ({"lines": ()}, False),
        ({"shown": "../p/a.py"}, True),
        ({"mode": Mode.FIX}, True),
        ({"unsafe": True}, True),
        ({"path": "/p/\udc80.py"}, False),
    ],
)
def test_what_else_names_it(change, is_same):
    assert (Keys().of(replace(TASK, **change)) == Keys().of(TASK)) is is_same
