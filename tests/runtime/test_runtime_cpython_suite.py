"""CPython's own tests of contextlib, as shipped with each interpreter, run on the runtime."""

from __future__ import annotations

import pytest
import runtime_interpreters as interpreters

# Test name -> why ours may fail it. Each has to fail, or its entry goes.
EXCLUDED = {
    "test.test_contextlib.TestExitStack.test_exit_exception_traceback": (
        "lists contextlib's internal frames line by line, and says that it isn't a statement of "
        "what is desired; our stack leaves no frames, as nested with has none"
    ),
    "test.test_contextlib_async.TestAsyncExitStack.test_exit_exception_traceback": "the same",
}


@pytest.mark.parametrize("version", interpreters.VERSIONS)
def test_cpython_suite(version):
    outcome = interpreters.run(version, "run_cpython_suite.py")
    print(f"{version}: {outcome['run']} run, {len(outcome['failed'])} failed")  # noqa: T201 - the figures, shown by `pytest -rP`
    unexpected = {k: v for k, v in outcome["failed"].items() if k not in EXCLUDED}
    assert not unexpected, "\n".join(unexpected.values())
    assert set(outcome["failed"]) == set(EXCLUDED), "an exclusion that isn't needed"
    assert outcome["run"] > 140
