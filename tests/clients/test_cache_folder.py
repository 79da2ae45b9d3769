"""Where the cache is kept, which runs have one, and what becomes of it with time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time

import pytest
from cache_runs import POISON, poison, program, shelf, whitewash
from client_samples import CLEAN, DOCUMENT, HELD, MERGED, NEST

from lint_exitstack.project.cache.cache import NAME

TABLE = "[tool.lint-exitstack]\n"
FILES = {".gitignore", "CACHEDIR.TAG"}


@pytest.fixture
def nest(project):
    (project / "a.py").write_text(NEST)
    return project


def names(folder) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("files", "options", "place"),
    [
        ({}, (), f"deep/{NAME}"),
        ({"pyproject.toml": TABLE}, (), NAME),
        ({"pyproject.toml": "[project]\n"}, (), f"deep/{NAME}"),
        ({"lint-exitstack.toml": ""}, (), NAME),
        ({"pyproject.toml": TABLE}, ("--isolated",), f"deep/{NAME}"),
        ({"other.toml": TABLE}, ("--config", "../other.toml"), f"deep/{NAME}"),
        ({"pyproject.toml": f'{TABLE}cache-dir = "own/cache"\n'}, (), "own/cache"),
        ({}, ("--config", 'cache-dir = "own"'), "deep/own"),
        ({"pyproject.toml": TABLE}, ("--cache-dir", "own"), "deep/own"),
    ],
)
def test_it_lies_beside_the_configuration(run, project, monkeypatch, files, options, place):
    (project / "deep").mkdir()
    (project / "deep" / "a.py").write_text(NEST)
    for name, text in files.items():
        (project / name).write_text(text)
    monkeypatch.chdir(project / "deep")
    before = set(project.rglob("*"))
    assert run("check", *options).status == 1
    made = set(project.rglob("*")) - before
    assert {project / place / name for name in FILES} <= made
    assert all(str(path).startswith(str(project / place.split("/")[0])) for path in made)
    assert sum(path.suffix == ".json" for path in made) == 1


@pytest.mark.parametrize(
    "options",
    [("--no-cache",), ("-n",), ("--show-files",), ("--show-settings",), ("--add-ignore",)],
)
def test_runs_that_have_none(run, nest, options):
    run("check", *options)
    assert names(nest) == {"a.py"}


@pytest.mark.parametrize("options", [(), ("--fix",), ("--stdin-filename", "a.py")])
def test_stdin_has_none(run_stdin, nest, options):
    run_stdin(NEST.encode(), "check", "-", *options)
    assert names(nest) == {"a.py"}


def test_stdin_asks_none(nest):
    program(nest)
    whitewash(nest)
    ran = program(nest, "-", "--stdin-filename", "a.py", input=NEST)
    assert "a.py:1:1: XIT101" in ran.stdout


def test_git_and_backups_pass_over_it(run, nest):
    run("check")
    assert names(nest / NAME) == FILES | {shelf(nest).name}
    tag = (nest / NAME / "CACHEDIR.TAG").read_bytes()
    assert tag.startswith(b"Signature: 8a477f597d28d172789f06886806bc55\n")
    subprocess.run(["git", "init", "-q"], check=True, cwd=nest)
    command = ["git", "status", "--porcelain"]
    said = subprocess.run(command, check=True, cwd=nest, capture_output=True, text=True).stdout
    assert said == "?? a.py\n"


def test_a_folder_in_use_is_left_as_it_is(run, nest):
    run("check", "--cache-dir", ".")
    assert names(nest) == {"a.py", next(nest.glob("*.json")).name}


def test_a_file_is_no_folder(run, nest):
    ran = run("check", "--cache-dir", "a.py")
    assert (ran.status, ran.out) == (2, "")
    assert f"{nest / 'a.py'}: is no folder" in ran.err


def test_where_nothing_can_be_made_there_is_none(nest):
    (nest / "file").touch()
    ran = program(nest, "--cache-dir", "file/cache")
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout == program(nest, "--cache-dir", "file/cache").stdout
    assert names(nest) == {"a.py", "file"}


def as_anybody() -> tuple[str, ...]:
    """Return what makes modes count for the superuser, too."""
    if os.geteuid():
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("nothing is read-only to the superuser")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")


@pytest.mark.skipif(os.name != "posix", reason="modes are for POSIX")
def test_a_read_only_project(nest):
    prefix = as_anybody()
    nest.chmod(0o500)
    try:
        ran = program(nest, prefix=prefix)
    finally:
        nest.chmod(0o700)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert names(nest) == {"a.py"}


@pytest.mark.skipif(os.name != "posix", reason="modes are for POSIX")
def test_a_read_only_cache_is_read(nest):
    prefix = as_anybody()
    program(nest)
    poison(nest)
    (nest / "b.py").write_text(NEST)
    before = shelf(nest).read_bytes()
    (nest / NAME).chmod(0o500)
    try:
        ran = program(nest, prefix=prefix)
    finally:
        (nest / NAME).chmod(0o700)
    assert (ran.returncode, ran.stderr, ran.stdout.count(POISON)) == (1, "", 1)
    assert shelf(nest).read_bytes() == before


def test_it_can_be_deleted(run, nest):
    cold = run("check")
    for path in (nest / NAME).iterdir():
        path.unlink()
    (nest / NAME).rmdir()
    assert run("check") == cold
    assert names(nest / NAME) == FILES | {shelf(nest).name}


def test_a_run_that_learns_nothing_writes_nothing(run, nest):
    run("check")
    before = shelf(nest).stat()
    run("check")
    assert (shelf(nest).stat().st_ino, shelf(nest).stat().st_mtime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
    )


def test_what_nobody_asks_for_goes(run, nest):
    for name in ("old.py", "newer.py"):
        (nest / name).write_text(CLEAN)
    run("check", "newer.py")
    [kept] = json.loads(shelf(nest).read_bytes())["rows"]
    run("check", "a.py", "old.py")
    document = json.loads(shelf(nest).read_bytes())
    for key, row in document["rows"].items():
        row[1] -= 29 if key == kept else 31
    shelf(nest).write_text(json.dumps(document))
    ours, others = nest / NAME / f"{'0' * 32}.json", nest / NAME / "notes.json"
    for path in (ours, others):
        path.write_text("{}")
        os.utime(path, (time.time() - 31 * 86_400,) * 2)
    run("check", "a.py")
    rows = json.loads(shelf(nest).read_bytes() if not others.exists() else mine(nest))["rows"]
    assert len(rows) == 2
    assert kept in rows
    assert (ours.exists(), others.exists()) == (False, True)


def mine(folder) -> bytes:
    [path] = (folder / NAME).glob("?" * 32 + ".json")
    return path.read_bytes()


def test_what_a_file_was_before_is_forgotten(run, nest):
    for text in (NEST, HELD, CLEAN):
        (nest / "a.py").write_text(text)
        run("check")
    assert len(json.loads(shelf(nest).read_bytes())["rows"]) == 1


@pytest.mark.parametrize("option", ["--fix", "--diff"])
def test_fixes_pass_over_what_is_known_to_need_none(run, nest, option):
    (nest / "b.py").write_text(HELD)
    run("check")
    poison(nest)
    # Only what stays as it is may be told from memory: the fix itself is always made anew.
    ran = run("check", option)
    if option == "--fix":
        assert POISON in ran.out
        assert (nest / "a.py").read_text() == MERGED
        assert "a.py" not in run("check").out
    else:
        assert ("-with a:" in ran.out, POISON in ran.out) == (True, False)
    assert (nest / "b.py").read_text() == HELD
    assert POISON not in run("check", "--fix", "--unsafe-fixes", "b.py").out
    assert "suppress" in (nest / "b.py").read_text()


def test_fixes_are_not_made_where_nothing_is_known_to_be_found(run, nest):
    run("check")
    whitewash(nest)
    assert run("check", "--fix").status == 0
    assert (nest / "a.py").read_text() == NEST
    assert run("check", "--fix", "--no-cache").status == 0
    assert (nest / "a.py").read_text() == MERGED


def test_a_run_with_fixes_leaves_what_it_found_to_the_next(run, project):
    (project / "b.py").write_text(HELD)
    fixed = run("check", "--fix")
    poison(project)
    assert fixed.out.replace("this `try` only ignores exceptions", POISON) == run("check").out


def test_a_baseline_is_compared_with_what_is_known(run, nest):
    run("check", "--baseline", "write")
    (nest / "b.py").write_text(HELD)
    cold = run("check", "--baseline", "check")
    assert run("check", "--baseline", "check") == cold
    assert ("a.py" in cold.out, "b.py" in cold.out) == (False, True)


def test_only_changed_lines_are_told_from_memory_too(run, project):
    git = ["git", "-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false"]
    (project / "a.py").write_text(NEST)
    for words in (["init", "-q"], ["add", "a.py"], ["commit", "-qm", "one"]):
        subprocess.run([*git, *words], check=True, cwd=project)
    (project / "a.py").write_text(NEST + HELD)
    run("check")
    options = ("--changed-since", "HEAD", "--changed-lines")
    cold = run("check", *options)
    assert run("check", *options) == cold
    assert ("XIT101" in cold.out, "XIT301" in cold.out) == (False, True)
    assert "XIT101" in run("check").out


def test_an_error_is_not_remembered(project):
    (project / "page.md").write_text(DOCUMENT)
    without = (
        "import sys; sys.modules['markdown_it'] = None; "
        "from lint_exitstack.clients.cli import main; sys.exit(main())"
    )
    ran = program(project, "page.md", python=("-c", without))
    assert (ran.returncode, "pip install" in ran.stderr) == (2, True)
    assert "XIT101" in program(project, "page.md").stdout
