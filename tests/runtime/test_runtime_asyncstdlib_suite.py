"""asyncstdlib's own tests of its contextlib and iterator scopes, run on `runtime.aio`."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from importlib.metadata import version

import pytest
import runtime_interpreters as interpreters

# Test name -> why ours may fail it. Each has to fail, or its entry goes.
EXCLUDED = {
    "test_contextlib.py::test_misuse_enter_context": (
        "expects AttributeError for what isn't a manager; `async with` and contextlib raise "
        "TypeError"
    ),
    "test_contextlib.py::test_exit_stack_stitch_context": (
        "expects the KeyError that an exit handled while raising to be missing from the chain; "
        "nested with keeps it, see test_stitched_context_is_that_of_nested_with"
    ),
}
PLUGIN = """
import asyncstdlib
from lint_exitstack.runtime import aio
for name in aio.__all__:
    setattr(asyncstdlib, name, getattr(aio, name))
"""


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    """Fetch and unpack the source distribution; its package isn't used, the tests are."""
    folder = tmp_path_factory.mktemp("asyncstdlib")
    fetch = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        ":all:",
    ]
    fetch += [
        "--dest",
        str(folder),
        f"asyncstdlib=={version('asyncstdlib')}",
    ]
    done = subprocess.run(fetch, capture_output=True, text=True, timeout=120, check=False)
    archives = list(folder.glob("*.tar.gz"))
    if not archives:
        pytest.skip(f"the sdist of asyncstdlib can't be had: {done.stderr.strip()[-200:]}")
    with tarfile.open(archives[0]) as archive:
        members = [m for m in archive.getmembers() if "/unittests/" in m.name]
        archive.extractall(folder, members=members, filter="data")
    (tests,) = folder.glob("*/unittests")
    (tests.parent / "use_ours.py").write_text(PLUGIN)
    return tests.parent


def test_asyncstdlib_suite(suite):
    command = [sys.executable, "-m", "pytest", "-p", "use_ours", "-q", "-rA", "-W", "ignore"]
    command += [
        "-p",
        "no:cacheprovider",
        "unittests/test_contextlib.py",
        "unittests/test_asynctools.py",
    ]
    done = subprocess.run(
        command,
        cwd=suite,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PYTHONPATH": f"{suite}:{interpreters.ROOT}", "PATH": ""},
    )
    outcomes = dict(
        re.findall(r"^(?:PASSED|FAILED|ERROR) unittests/(\S+)()", done.stdout, re.MULTILINE)
    )
    failed = set(re.findall(r"^(?:FAILED|ERROR) unittests/(\S+)", done.stdout, re.MULTILINE))
    print(f"{len(outcomes)} run, {len(failed)} failed")  # noqa: T201 - the figures, shown by `pytest -rP`
    assert failed == set(EXCLUDED), done.stdout
    assert len(outcomes) > 30
