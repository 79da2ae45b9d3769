"""Path patterns: those of .gitignore, counted from a folder."""

from __future__ import annotations

import pytest

from lint_exitstack.patterns import Patterns, anchored


@pytest.mark.parametrize(
    ("pattern", "path", "meant"),
    [
        ("build", "/w/p/build/a.py", True),
        ("build", "/w/p/src/build/a.py", True),
        ("build/", "/w/p/src/build/a.py", True),
        ("build", "/w/p/rebuild/a.py", False),
        ("*_gen.py", "/w/p/a/b_gen.py", True),
        ("src/*.py", "/w/p/src/a.py", True),
        ("src/*.py", "/w/p/other/src/a.py", False),
        ("src/*.py", "/w/p/src/deep/a.py", False),
        ("src/**", "/w/p/src/deep/a.py", True),
        ("**/deep/a.py", "/w/p/src/deep/a.py", True),
        ("/a.py", "/w/p/a.py", True),
        ("/a.py", "/w/p/src/a.py", False),
        ("a.py", "/elsewhere/a.py", True),
    ],
)
def test_patterns(pattern, path, meant):
    patterns = Patterns((anchored(pattern, "/w/p"),), "/w/p")
    assert patterns.match(path) is meant


def test_a_name_above_the_root_doesnt_count():
    assert not Patterns(("build",), "/home/build/project").match("/home/build/project/a.py")


def test_a_folder_is_met_by_patterns_for_folders_alone():
    patterns = Patterns((anchored("/gen/", "/w"),), "/w")
    assert patterns.match("/w/gen", folder=True)
    assert not patterns.match("/w/gen")


def test_no_patterns_meet_nothing():
    assert not Patterns(()).match("/a")


def test_odd_characters_in_the_folder_are_no_wildcards():
    patterns = Patterns((anchored("src/a.py", "/w/[x]*"),), "/w/[x]*")
    assert patterns.match("/w/[x]*/src/a.py")
    assert not patterns.match("/w/x/src/a.py")
