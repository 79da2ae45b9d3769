"""The runtime stands alone: what it imports, what it costs, what it documents."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys

import pytest
import runtime_interpreters as interpreters

from lint_exitstack import runtime
from lint_exitstack.runtime import aio, guards

FOLDER = interpreters.ROOT / "lint_exitstack" / "runtime"
# What an interpreter that ran `site` has loaded anyway, and three modules without imports.
CHEAP = {"__future__", "types", "operator", "_operator", "os", "stat", "_stat", "posixpath"}
CHEAP |= {"genericpath", "os.path", "_collections_abc", "ntpath", "nt", "posix"}
LOADED = """
import json, sys
before = set(sys.modules)
import lint_exitstack.runtime
ours = set(sys.modules) - before
import lint_exitstack.runtime.aio, lint_exitstack.runtime.guards
json.dump([sorted(ours), sorted(set(sys.modules) - before)], sys.stdout)
"""


@pytest.mark.parametrize("version", interpreters.VERSIONS)
def test_importing_loads_next_to_nothing(version):
    path = interpreters.find(version)
    if path is None:
        pytest.skip(f"no working python{version} on PATH")
    done = subprocess.run(
        [path, "-S", "-c", LOADED],
        capture_output=True,
        text=True,
        check=True,
        cwd=interpreters.ROOT,
    )
    first, everything = json.loads(done.stdout)
    foreign = {name for name in everything if not name.startswith("lint_exitstack")}
    assert foreign <= CHEAP, foreign
    assert "lint_exitstack.runtime.aio" not in first


def test_nothing_of_the_rest_is_imported():
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert node.level <= 1, path
                assert not (node.module or "").startswith("lint_exitstack"), path
            if isinstance(node, ast.Import):
                assert all(not alias.name.startswith("lint_exitstack") for alias in node.names)


def public():
    for module in (runtime, aio, guards):
        for name in module.__all__:
            thing = getattr(module, name)
            yield f"{module.__name__}.{name}", thing
            if inspect.isclass(thing):
                for method, value in vars(thing).items():
                    shown = not method.startswith("_") or method in {"__enter__", "__exit__"}
                    if shown and inspect.isfunction(value):
                        yield f"{module.__name__}.{name}.{method}", value


@pytest.mark.parametrize(
    ("name", "thing"), list(public()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_everything_public_is_documented(name, thing):
    text = inspect.getdoc(thing)
    assert text and text.strip(), name
    if inspect.isclass(thing) or (inspect.isfunction(thing) and "." not in thing.__qualname__):
        assert len(text.split()) > 10, name
    if inspect.isfunction(thing) and "." not in thing.__qualname__:
        assert thing.__annotations__, name


def test_checkers_own_type_checking_name_stays_false():
    """`TYPE_CHECKING = False` is what keeps `typing` from being imported."""
    for path in [*FOLDER.glob("_*.py"), *FOLDER.glob("a*.py")]:
        if "tracking" in path.name:
            continue  # imported by tests only
        assert "from typing import TYPE_CHECKING" not in path.read_text(), path
    assert sys.modules["lint_exitstack.runtime._parameters"].TYPE_CHECKING is False
