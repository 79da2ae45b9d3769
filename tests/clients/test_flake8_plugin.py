"""The plugin in a real flake8."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from client_samples import HELD, MERGED, NEST

from lint_exitstack.rules import all_rules

LOOP = "import m\n\nfor x in m:\n    try:\n        m.f(x)\n    except ValueError:\n        pass\n"


@pytest.fixture
def flake8(project):
    def run(*arguments: str) -> list[str]:
        command = [sys.executable, "-m", "flake8", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=project)
        assert done.stderr == ""
        return done.stdout.splitlines()

    return run


def codes(lines: list[str]) -> list[str]:
    return [line.split()[1] for line in lines]


def test_flake8_knows_the_plugin(flake8):
    assert "lint-exitstack: 0.1.0" in " ".join(flake8("--version"))


def test_findings(flake8, project):
    (project / "a.py").write_text(NEST)
    (project / "b.py").write_text(MERGED)
    expected = "./a.py:1:1: XIT101 2 nested `with` statements can be one"
    assert expected in flake8()
    assert flake8("--select", "XIT") == [expected]


def test_what_is_off_by_default_is_off(flake8, project):
    (project / "a.py").write_text(LOOP)
    assert not any("XIT" in line for line in flake8())
    assert codes(flake8("--select", "XIT302")) == ["XIT302"]
    assert codes(flake8("--select", "E,F,XIT3")) == ["XIT302"]
    assert codes(flake8("--extend-select", "XIT302")) == ["XIT302"]


@pytest.mark.parametrize("select", ["E,F,W", "E,F,W,C,B,S,X1"])
def test_other_selections_dont_switch_us_on(flake8, project, select):
    (project / "a.py").write_text(NEST + HELD + LOOP)
    assert not any(code.startswith("XIT") for code in codes(flake8("--select", select)))


def test_ignoring(flake8, project):
    (project / "a.py").write_text(NEST + HELD)
    assert codes(flake8("--select", "XIT", "--extend-ignore", "XIT101")) == ["XIT301"]
    (project / "setup.cfg").write_text("[flake8]\nselect = XIT\nper-file-ignores = a.py: XIT3\n")
    assert codes(flake8()) == ["XIT101"]


def test_noqa_means_what_it_means_to_the_program(flake8, project):
    first = NEST.replace(":", ":  # noqa: XIT101", 1)
    inner = NEST.replace("b:", "b:  # noqa: XIT101")  # a line at which flake8 wouldn't look
    other = NEST.replace(":", ":  # noqa: XIT301", 1)
    (project / "a.py").write_text(first + inner + other)
    assert codes(flake8("--select", "XIT1")) == ["XIT101"]
    assert codes(flake8("--select", "XIT0")) == ["XIT001"]
    assert codes(flake8("--select", "XIT", "--disable-noqa")) == ["XIT101"] * 3


def test_our_own_comments_are_honoured_and_judged(flake8, project):
    first = NEST.replace(":", ":  # exitstack: ignore[XIT101]", 1)
    (project / "a.py").write_text(first + "x = 1  # exitstack: ignore[XIT301]\n")
    assert flake8("--select", "XIT") == ["./a.py:4:8: XIT001 nothing to suppress here: XIT301"]


def test_several_processes(flake8, project):
    for number in range(12):
        (project / f"a{number:02}.py").write_text(NEST)
    options = ["--select", "XIT", "--xit-accept-hazards", "exit-chain"]
    alone = flake8(*options, "--jobs", "1")
    assert len(alone) == 12
    assert sorted(flake8(*options, "--jobs", "2")) == sorted(alone)


def test_stdin(project):
    command = [
        sys.executable,
        "-m",
        "flake8",
        "--select",
        "XIT",
        "--stdin-display-name",
        "z.py",
        "-",
    ]
    done = subprocess.run(command, input=NEST, capture_output=True, text=True, check=False)
    assert done.stdout == "z.py:1:1: XIT101 2 nested `with` statements can be one\n"


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf", b"# coding: latin-1\r\nx = '\xe9'\r\n", b"\f\n"])
def test_files_of_all_kinds(flake8, project, data):
    (project / "a.py").write_bytes(data + NEST.encode().replace(b"\n", b"\r\n"))
    assert codes(flake8("--select", "XIT")) == ["XIT101"]


def test_a_syntax_error_is_flake8s_to_report(flake8, project):
    (project / "a.py").write_text("with a\n")
    assert codes(flake8("--select", "XIT,E9")) == ["E999"]


DEEP = "import m\n\nwith m.a:\n    x = 1\n    with m.b:\n        x = 2\n        with m.c:\n            x = 3\n"


def test_options_on_the_command_line_and_in_the_configuration(flake8, project):
    (project / "a.py").write_text(DEEP)
    assert flake8("--select", "XIT1") == []
    assert codes(flake8("--select", "XIT1", "--xit-exit-stack-depth", "3")) == ["XIT102"]
    (project / ".flake8").write_text("[flake8]\nselect = XIT1\nxit-exit-stack-depth = 3\n")
    assert codes(flake8()) == ["XIT102"]
    exempt = "[flake8]\nselect = XIT1\nxit-exit-stack-depth = 3\nxit-extend-exempt-contexts =\n    m.a,\n    m.b\n"
    (project / ".flake8").write_text(exempt)
    assert codes(flake8()) == []


def test_pyproject_counts_as_it_does_for_the_program(flake8, project):
    (project / "a.py").write_text(DEEP)
    table = "[tool.lint-exitstack]\nexit-stack-depth = 3\nignore = ['XIT102']\n"
    (project / "pyproject.toml").write_text(table)
    assert codes(flake8("--select", "XIT1")) == ["XIT102"]  # flake8 selects, not our file
    assert flake8("--select", "XIT1", "--xit-exit-stack-depth", "4") == []
    (project / "other.toml").write_text("[tool.lint-exitstack]\nexit-stack-depth = 5\n")
    assert flake8("--select", "XIT1", "--xit-config", "other.toml") == []


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--xit-accept-hazards", "exit-chian", 'did you mean "exit-chain"?'),
        ("--xit-runtime", "contextlib2", '--xit-runtime: runtime must be "contextlib"'),
        ("--xit-target-version", "2.7", "--xit-target-version: target-version must be"),
        ("--xit-config", "gone.toml", "gone.toml: can't be read"),
    ],
)
def test_mistakes_in_options(flake8, project, option, value, said):
    (project / "a.py").write_text(NEST)
    assert said in " ".join(flake8(option, value))


def test_every_option_is_documented(flake8):
    text = " ".join(flake8("--help"))
    for name in ("config", "runtime", "accept-hazards", "exempt-contexts", "max-with-items"):
        assert f"--xit-{name}" in text


def test_codes_have_the_prefix_that_the_entry_point_names():
    assert all(rule.code.startswith("XIT") for rule in all_rules())
    pyproject = Path(__file__).parents[2] / "pyproject.toml"
    assert 'XIT = "lint_exitstack.clients.flake8_plugin:Plugin"' in pyproject.read_text()
