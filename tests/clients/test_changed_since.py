"""`--changed-since` and `--changed-lines`, in real git repositories."""

from __future__ import annotations

import subprocess

import pytest
from client_samples import CLEAN, NEST

GAP = "x = 1\n" * 5


@pytest.fixture
def git(project, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)

    def command(*arguments: str) -> str:
        who = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *who, *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    command("init", "-q", "-b", "main")
    (project / "old.py").write_text(NEST)
    (project / "both.py").write_text(NEST + GAP + CLEAN + GAP)
    (project / ".gitignore").write_text("ignored.py\n")
    command("add", ".")
    command("commit", "-qm", "one")
    return command


def found(ran) -> list[str]:
    return [line.split(": ")[0] for line in ran.out.splitlines() if " XIT" in line]


def check(run, *options: str) -> list[str]:
    return found(run("check", "--output-format", "concise", *options))


def test_only_changed_files(run, project, git):
    assert check(run, "--changed-since", "HEAD") == []
    assert run("check", "--changed-since", "HEAD").status == 0
    (project / "both.py").write_text((project / "both.py").read_text() + NEST)
    (project / "new.py").write_text(NEST)
    (project / "ignored.py").write_text(NEST)
    assert check(run, "--changed-since", "HEAD") == ["both.py:1:1", "both.py:15:1", "new.py:1:1"]
    git("add", "new.py")
    assert "new.py:1:1" in check(run, "--changed-since", "HEAD")


def test_only_changed_lines(run, project, git):
    text = (project / "both.py").read_text()
    (project / "both.py").write_text("# moves all\n" + text + NEST)
    (project / "new.py").write_text(NEST)
    options = ("--changed-since", "HEAD", "--changed-lines")
    assert check(run, *options) == ["both.py:16:1", "new.py:1:1"]
    (project / "both.py").write_text(text.replace("with b", "with c"))
    assert check(run, *options) == ["both.py:1:1", "new.py:1:1"]


def test_where_lines_went_their_neighbours_changed(run, project, git):
    (project / "a.py").write_text("with a:\n    x = 1\n    with b:\n        pass\n")
    git("add", ".")
    git("commit", "-qm", "two")
    (project / "a.py").write_text(NEST)
    assert check(run, "--changed-since", "HEAD", "--changed-lines") == ["a.py:1:1"]


def test_it_counts_from_where_the_branch_left(run, project, git):
    git("switch", "-qc", "work")
    (project / "mine.py").write_text(NEST)
    git("add", ".")
    git("commit", "-qm", "mine")
    git("switch", "-q", "main")
    (project / "old.py").write_text("y = 2\n" + NEST)
    git("commit", "-qam", "theirs")
    git("switch", "-q", "work")
    assert check(run, "--changed-since", "main") == ["mine.py:1:1"]


def test_renamed_and_oddly_named_files(run, project, git):
    git("mv", "both.py", 'ä "b"\tc.py')
    path = project / 'ä "b"\tc.py'
    path.write_text(path.read_text() + NEST)
    options = ("--changed-since", "HEAD", "--changed-lines")
    assert [place[-5:] for place in check(run, *options)] == [":15:1"]
    path.unlink()
    assert check(run, *options) == []


def test_from_a_folder_below_the_root(run, project, git, monkeypatch):
    (project / "sub").mkdir()
    (project / "sub" / "a.py").write_text(NEST)
    (project / "top.py").write_text(NEST)
    monkeypatch.chdir(project / "sub")
    assert check(run, "--changed-since", "HEAD") == ["a.py:1:1"]
    assert len(check(run, "--changed-since", "HEAD", "..")) == 2


def test_changed_files_can_be_fixed(run, project, git):
    (project / "new.py").write_text(NEST)
    assert run("check", "--fix", "--changed-since", "HEAD").status == 0
    assert (project / "old.py").read_text() == NEST
    assert "with a, b" in (project / "new.py").read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--changed-since", "nowhere"], 'git knows no revision "nowhere"'),
        (["--changed-since=--output=x"], "is no revision"),
        (["--changed-lines"], "says nothing without --changed-since"),
        (["--changed-since", "HEAD", "--changed-lines", "--fix"], "can't be combined"),
        (["--changed-since", "HEAD", "-"], "doesn't know what stdin was"),
    ],
)
def test_mistakes(run, project, git, options, said):
    ran = run("check", *options)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert not (project / "x").exists()


def test_outside_of_a_repository(run, project, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    ran = run("check", "--changed-since", "HEAD")
    assert ran.status == 2
    assert "git says: fatal: not a git repository" in ran.err
