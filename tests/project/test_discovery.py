"""Which files are looked at."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from lint_exitstack.project.configuration import Configuration
from lint_exitstack.project.discovery import Discovery

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(tree: Path, *names: str) -> None:
    for name in names:
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", "utf-8")


def found(*paths: str, **overrides) -> list[str]:
    discovery = Discovery(Configuration(overrides))
    names = [target.shown for target in discovery.targets(paths or ["."])]
    assert discovery.problems == []
    return names


def problems(*paths: str) -> list[str]:
    discovery = Discovery(Configuration())
    discovery.targets(paths)
    return discovery.problems


def test_folders_are_walked_for_python_files(tree):
    make(tree, "b.py", "a.pyi", "c.txt", "d.pyc", "inner/deep/e.py", "script")
    assert found() == ["a.pyi", "b.py", "inner/deep/e.py"]
    assert found("inner") == ["inner/deep/e.py"]


def test_a_named_file_is_taken_whatever_its_name(tree):
    make(tree, "script", "build/made.py")
    assert found("script", "build/made.py") == ["build/made.py", "script"]


def test_each_file_once(tree):
    make(tree, "a.py", "b/c.py")
    (tree / "link.py").symlink_to("a.py")
    assert found(".", "a.py", "./a.py", "b/../a.py", str(tree), "link.py", "b") == [
        "a.py",
        "b/c.py",
    ]


def test_links_to_folders_are_not_followed(tree):
    make(tree, "a/b.py")
    (tree / "a" / "loop").symlink_to(tree)
    (tree / "other").symlink_to("a")
    assert found() == ["a/b.py"]


def test_a_link_to_a_folder_is_followed_when_it_is_named(tree):
    make(tree, "a/b.py")
    (tree / "other").symlink_to("a")
    assert found("other") == ["other/b.py"]


def test_files_elsewhere_have_their_full_name(tree, tmp_path_factory):
    place = tmp_path_factory.mktemp("place")
    make(place, "a.py")
    assert found(str(place)) == [str(place / "a.py")]


def test_a_folder_called_like_a_file_is_a_folder(tree):
    make(tree, "x.py/y.py")
    assert found() == ["x.py/y.py"]
    assert found("x.py") == ["x.py/y.py"]


def test_a_dangling_link_is_found_so_that_it_is_reported(tree):
    (tree / "a.py").symlink_to("nowhere")
    (tree / ".#b.py").symlink_to("me@host.1:2")  # the lock of an editor
    assert found() == ["a.py"]
    assert problems("a.py") == ["a.py: is a link that leads nowhere"]


def test_a_missing_path_is_a_problem_and_the_others_are_taken(tree):
    make(tree, "a.py")
    discovery = Discovery(Configuration())
    assert len(discovery.targets(["gone.py", "a.py", "gone"])) == 1
    assert discovery.problems == [
        "gone.py: there is no such file or folder",
        "gone: there is no such file or folder",
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_fifo_is_never_opened(tree):
    os.mkfifo(tree / "pipe.py")
    assert found() == []
    assert problems("pipe.py") == ["pipe.py: is neither a file nor a folder"]


def test_a_name_that_isnt_utf8(tree):
    name = os.fsdecode(b"caf\xe9.py")
    make(tree, name)
    assert found() == [name]


def test_the_usual_folders_are_passed_over(tree):
    make(tree, "a.py", ".venv/b.py", "build/c.py", "x/node_modules/d.py", "builder/e.py")
    assert found() == ["a.py", "builder/e.py"]
    assert found("build") == ["build/c.py"]  # what is asked for is looked at


def test_excludes(tree):
    make(tree, "a.py", "gen/b.py", "src/gen/c.py", "src/d_gen.py", "build/e.py")
    assert found(extend_exclude=("gen",)) == ["a.py", "src/d_gen.py"]
    assert found(extend_exclude=("*_gen.py",)) == ["a.py", "gen/b.py", "src/gen/c.py"]
    assert found(exclude=("gen", "src")) == ["a.py", "build/e.py"]


def test_excludes_in_a_file_count_from_its_folder(tree):
    make(tree, "p/gen/a.py", "p/src/gen/b.py")
    (tree / "p" / "pyproject.toml").write_text(
        '[tool.lint-exitstack]\nextend-exclude = ["src/gen"]\n', "utf-8"
    )
    assert found() == ["p/gen/a.py"]


def test_named_files_are_excluded_only_by_force(tree):
    make(tree, "gen/a.py", "b.py")
    assert found("gen/a.py", "b.py", extend_exclude=("gen",)) == ["b.py", "gen/a.py"]
    forced = {"extend_exclude": ("gen",), "force_exclude": True}
    assert found("gen/a.py", "b.py", **forced) == ["b.py"]
    assert found("gen", "b.py", **forced) == ["b.py"]


def test_a_broken_configuration_costs_only_its_own_files(tree):
    make(tree, "a.py", "bad/b.py", "bad/c/d.py")
    (tree / "bad" / "pyproject.toml").write_text("[tool.lint-exitstack]\nx = 1\n", "utf-8")
    discovery = Discovery(Configuration())
    assert [target.shown for target in discovery.targets(["."])] == ["a.py"]
    [problem] = discovery.problems
    assert 'pyproject.toml:2: tool.lint-exitstack: unknown key "x"' in problem


IGNORES = {
    ".gitignore": "# words\n*.tmp.py\n/top.py\ngen/\n!keep.tmp.py\nsub/only.py\nlogs/*\n!logs/b.py\n",
    "sub/.gitignore": "!again.tmp.py\nlocal.py\n",
    ".git/info/exclude": "private.py\n",
}
FILES = (
    "a.py",
    "b.tmp.py",
    "keep.tmp.py",
    "top.py",
    "sub/top.py",
    "gen/c.py",
    "sub/gen/d.py",
    "sub/only.py",
    "other/sub/only.py",
    "sub/again.tmp.py",
    "sub/local.py",
    "local.py",
    "logs/a.py",
    "logs/b.py",
    "private.py",
    "sub/private.py",
    "foo/gen.py",
)


@pytest.fixture
def repository(tree):
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    make(tree, *FILES)
    for name, text in IGNORES.items():
        (tree / name).write_text(text, "utf-8")
    return tree


def git_keeps(tree: Path) -> list[str]:
    command = ["git", "ls-files", "--others", "--exclude-standard", "*.py"]
    listed = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True)
    return sorted(listed.stdout.splitlines())


def test_what_git_ignores_is_passed_over(repository):
    kept = git_keeps(repository)
    assert sorted(found()) == kept
    assert 5 < len(kept) < len(FILES)


def test_ignores_above_the_given_folder_count(repository):
    assert sorted(found("sub")) == [
        name for name in git_keeps(repository) if name.startswith("sub/")
    ]


def test_an_ignored_folder_is_looked_at_when_it_is_named(repository):
    assert found("gen") == ["gen/c.py"]


def test_ignores_can_be_ignored(repository):
    assert sorted(found(respect_gitignore=False)) == sorted(FILES)


def test_a_repository_in_a_repository_has_its_own_ignores(repository):
    subprocess.run(["git", "init", "-q", str(repository / "nested")], check=True)
    make(repository, "nested/top.py", "nested/x.tmp.py")
    assert found("nested") == ["nested/top.py", "nested/x.tmp.py"]
    assert {"nested/top.py", "nested/x.tmp.py"} <= set(found())


def test_ignore_files_count_outside_of_repositories_too(tree):
    make(tree, "a.py", "b.py", "c/b.py")
    (tree / "c" / ".gitignore").write_text("b.py\n", "utf-8")
    assert found() == ["a.py", "b.py"]


def test_a_named_file_with_a_broken_configuration(tree):
    make(tree, "a.py")
    (tree / "pyproject.toml").write_text("[tool.lint-exitstack]\nx = 1\n", "utf-8")
    assert len(problems("a.py", ".", "a.py")) == 1


def test_a_given_folder_is_excluded_by_force_only(tree):
    make(tree, "gen/a.py")
    assert found("gen", extend_exclude=("gen",)) == ["gen/a.py"]
    assert found("gen", extend_exclude=("gen",), force_exclude=True) == []
