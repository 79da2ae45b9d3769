"""`check` with a cache: what it saves, what it must never change, and when it must not be asked."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cache_runs import POISON, poison, program, shelf
from client_samples import CLEAN, DOCUMENT, HELD, NEST, NOTEBOOK

from lint_exitstack.project.cache.cache import NAME
from lint_exitstack.reports import formats, needs

ROOT = Path(__file__).parents[2]
REST = (
    f"Title\n=====\n\n.. code-block:: python\n\n{''.join(f'   {x}' for x in NEST.splitlines(True))}"
)
CHANGED = {"xit101.py", "trip.ipynb", "page.md"}
PLAIN = tuple(name for name in formats() if not needs([name]))


@pytest.fixture
def many(project):
    """Fixtures of all rules, and files of every kind that can be checked, or can't."""
    for path in sorted((ROOT / "fixtures").glob("XIT*/basic.py")):
        shutil.copy(path, project / f"{path.parent.name.lower()}.py")
    (project / "bom.py").write_bytes(b"\xef\xbb\xbf" + NEST.encode())
    (project / "latin.py").write_bytes(b"# coding: latin-1\nx = '\xe9'; " + HELD.encode())
    (project / "broken.py").write_text("x = = 1\n")
    (project / "bytes.py").write_bytes(b"x = '\xe9'\n")
    (project / "silent.py").write_text(NEST.replace(":\n", ":  # noqa: XIT101\n", 1))
    (project / "trip.ipynb").write_text(json.dumps(NOTEBOOK))
    (project / "page.md").write_text(DOCUMENT)
    (project / "page.rst").write_text(REST)
    return project


@pytest.mark.parametrize("names", [PLAIN, formats()], ids=["plain", "all"])
def test_the_same_is_said_cold_warm_and_without(many, names):
    def said(*options: str) -> tuple[object, ...]:
        reports = [f"--output-format={name}=../{name}.out" for name in names]
        ran = program(many, "--docs", "--output-format=full", *reports, *options)
        assert ran.returncode == 1
        return ran.stdout, ran.stderr, *((many.parent / f"{x}.out").read_bytes() for x in names)

    without = said("--no-cache")
    assert not (many / NAME).exists()
    assert said() == without
    assert said() == without
    poison(many)
    tampered = said()
    assert all((POISON in str(one)) for one in (tampered[0], *tampered[2:]))
    assert said("--no-cache") == without


def test_what_changed_is_examined_again(many):
    program(many, "--docs")
    poison(many)
    (many / "xit101.py").write_text(HELD)
    notebook = NOTEBOOK | {"cells": [NOTEBOOK["cells"][0] | {"source": HELD}]}
    (many / "trip.ipynb").write_text(json.dumps(notebook))
    (many / "page.md").write_text(DOCUMENT.replace(NEST, HELD))
    ran = program(many, "--docs", "--output-format", "concise")
    said = re.findall(r"^([\w.]+\.\w+):(.*)", ran.stdout, re.MULTILINE)
    known = {name for name, text in said if POISON in text}
    assert {name for name, text in said if POISON not in text} == CHANGED
    assert known >= {"xit301.py", "page.rst", "broken.py", "bytes.py", "latin.py"}
    assert known.isdisjoint(CHANGED)


@pytest.mark.parametrize(
    ("options", "is_known"),
    [
        ((), True),
        (("--extend-exclude", "other", "--force-exclude"), True),
        (("--no-respect-gitignore",), True),
        (("--exit-zero", "-j", "2"), True),
        (("--line-length", "60"), False),
        (("--target-version", "3.12"), False),
        (("--extend-select", "XIT4"), False),
        (("--ignore-noqa",), False),
        (("--per-file-ignores", "a.py:XIT3"), False),
        (("--no-cache",), False),
    ],
)
def test_settings_count_if_they_matter(run, project, options, is_known):
    (project / "a.py").write_text(NEST)
    run("check")
    poison(project)
    ran = run("check", *options)
    assert "a.py:1:1" in ran.out
    assert (POISON in ran.out) is is_known


def test_a_changed_configuration_counts(run, project):
    (project / "a.py").write_text(NEST)
    (project / "pyproject.toml").write_text("[tool.lint-exitstack]\nmax-with-items = 3\n")
    run("check")
    poison(project)
    assert POISON in run("check").out
    (project / "pyproject.toml").write_text("[tool.lint-exitstack]\nmax-with-items = 4\n")
    assert "a.py:1:1: XIT101" in run("check").out
    assert POISON not in run("check").out


def test_the_same_content_elsewhere_is_another_file(run, project):
    for folder in ("src", "tests"):
        (project / folder).mkdir()
        (project / folder / "a.py").write_text(NEST)
    ignores = ("--per-file-ignores", "tests/*:XIT1")
    cold = run("check", *ignores)
    assert run("check", *ignores) == cold
    assert ("src" in cold.out, "tests" in cold.out) == (True, False)


def test_a_module_that_contextlib_comes_to_need(run, project):
    (project / "keyword.py").write_text(HELD)
    assert "bootstrap-module" not in run("check").out
    (project / "contextlib.py").write_text(CLEAN)
    warm = run("check")
    assert warm == run("check", "--no-cache")
    assert "bootstrap-module" in warm.out


def test_another_build_of_the_program_trusts_nothing(project):
    (project / "a.py").write_text(NEST)
    copy = project / "elsewhere"
    ours = Path(importlib.util.find_spec("lint_exitstack").origin).parent
    shutil.copytree(ours, copy / "lint_exitstack", ignore=shutil.ignore_patterns("__pycache__"))
    environment = os.environ | {"PYTHONPATH": str(copy)}
    program(project, "a.py")
    poison(project)
    # The same sources are the same program, wherever they lie.
    assert POISON in program(project, "a.py", env=environment).stdout
    with (copy / "lint_exitstack" / "analysis.py").open("a") as source:
        source.write("# changed\n")
    assert POISON not in program(project, "a.py", env=environment).stdout
    shutil.copy(ours / "analysis.py", copy / "lint_exitstack" / "analysis.py")
    (copy / "libcst-99.dist-info").mkdir()
    assert POISON not in program(project, "a.py", env=environment).stdout
    optimised = ("-O", "-m", "lint_exitstack")
    assert POISON not in program(project, "a.py", python=optimised).stdout
    assert POISON in program(project, "a.py").stdout


def test_another_version_trusts_nothing(project):
    (project / "a.py").write_text(NEST)
    program(project)
    poison(project)
    code = (
        "import sys, lint_exitstack; lint_exitstack.__version__ = '99'; "
        "from lint_exitstack.clients.cli import main; sys.exit(main())"
    )
    assert POISON not in program(project, python=("-c", code)).stdout
    assert POISON in program(project).stdout


def replaced_rows(data: bytes, row: object) -> bytes:
    document = json.loads(data)
    return json.dumps(document | {"rows": dict.fromkeys(document["rows"], row)}).encode()


def changed_finding(data: bytes, *place: int) -> bytes:
    """Put a value of a wrong kind into the findings of a cache."""
    document = json.loads(data)
    for row in document["rows"].values():
        inner = row[2]
        for index in place[:-1]:
            inner = inner[index]
        inner[place[-1]] = {"no": "such thing"}
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: bytes(len(data)),
        lambda data: b"\xff" + data,
        lambda data: b"[]",
        lambda data: b"[" * 200_000,
        lambda data: b"9" * 10_000,
        lambda data: data.replace(b'"format":1', b'"format":0'),
        lambda data: data.replace(b'"format":1', b'"format":"1"'),
        lambda data: data.replace(b'"rows":', b'"others":'),
        lambda data: replaced_rows(data, None),
        lambda data: replaced_rows(data, ["", "", []]),
        lambda data: replaced_rows(data, {"0": "", "1": 1, "2": []}),
        lambda data: changed_finding(data, 0),
        lambda data: changed_finding(data, 0, 0, 1),
        lambda data: changed_finding(data, 0, 1, 0),
        lambda data: changed_finding(data, 0, 1, 2),
        lambda data: changed_finding(data, 0, 2),
        lambda data: changed_finding(data, 0, 3, 4),
        lambda data: changed_finding(data, 0, 4),
        lambda data: changed_finding(data, 0, 5),
        lambda data: changed_finding(data, 0, 6),
        lambda data: data.replace(b'"XIT101"', b'"XIT100"'),
        lambda data: data.replace(b'"safe"', b'"secure"'),
    ],
)
def test_what_is_spoilt_is_made_anew(run, project, spoilt):
    (project / "a.py").write_text(NEST)
    cold = run("check")
    data = shelf(project).read_bytes()
    assert spoilt(data) != data
    shelf(project).write_bytes(spoilt(data))
    assert run("check") == cold
    assert json.loads(shelf(project).read_bytes()) == json.loads(data)


def test_several_runs_at_once(many):
    once = program(many, "--no-cache").stdout
    command = [sys.executable, "-m", "lint_exitstack", "check", "-j", "1"]
    runs = [
        subprocess.Popen(command, cwd=many, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert [one.communicate()[0] for one in runs] == [once] * 4
    assert {path.name for path in (many / NAME).iterdir()} == {
        ".gitignore",
        "CACHEDIR.TAG",
        shelf(many).name,
    }
    assert program(many).stdout == once
    poison(many)
    assert POISON in program(many).stdout


def test_no_process_is_started_for_what_is_known(project):
    for number in range(60):
        (project / f"a{number}.py").write_text(CLEAN)
    code = (
        "import sys; sys.addaudithook(lambda event, _: event == 'os.fork' and print('forked', flush=True)); "
        "from lint_exitstack.clients.cli import main; sys.exit(main())"
    )
    cold = program(project, "-j", "2", "-q", python=("-c", code))
    assert (cold.returncode, cold.stdout) == (0, "forked\nforked\n")
    warm = program(project, "-j", "2", "-q", python=("-c", code))
    assert (warm.returncode, warm.stdout) == (0, "")


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
@pytest.mark.parametrize("event", ["tempfile.mkstemp", "os.rename"])
def test_an_interrupt_leaves_no_half_file(project, event):
    (project / "a.py").write_text(NEST)
    # The signal comes while the file is made, and when it is about to take its place.
    code = (
        "import os, signal, sys\n"
        f"def hook(event, _):\n    if event == {event!r}: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.addaudithook(hook)\n"
        "from lint_exitstack.clients.cli import main; sys.exit(main())"
    )
    ran = program(project, python=("-c", code))
    assert (ran.returncode, ran.stdout) == (130, "")
    left = {path.name for path in (project / NAME).iterdir()}
    assert left == {".gitignore", "CACHEDIR.TAG", shelf(project).name}
    poison(project)
    assert POISON in program(project).stdout
