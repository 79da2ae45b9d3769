"""Run the interpreter's own contextlib tests on our module; print the outcome as JSON."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import json
import sys
import tempfile
import types
import unittest
from unittest import mock

from lint_exitstack import runtime

# What the tests import has to have its own contextlib before ours takes the name.
USED = (asyncio, tempfile, mock)
NAMES = ("test.test_contextlib", "test.test_contextlib_async")


def load(name):
    """Execute the installed test module with `contextlib` meaning ours."""

    if importlib.util.find_spec("test.support.testcase"):
        pass
    spec = importlib.util.find_spec(name)
    module = types.ModuleType(name)
    module.__file__ = spec.origin
    original = sys.modules["contextlib"]
    sys.modules["contextlib"] = runtime
    sys.modules[name] = module
    try:
        exec(spec.loader.get_code(name), module.__dict__)
    finally:
        sys.modules["contextlib"] = original
    assert module.ExitStack is runtime.ExitStack if "async" not in name else True
    return module


def main():
    modules = [load(name) for name in NAMES]
    assert modules[0].contextmanager is runtime.contextmanager
    assert modules[1].AsyncExitStack is runtime.AsyncExitStack
    suite = unittest.TestSuite(map(unittest.defaultTestLoader.loadTestsFromModule, modules))
    result = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    failed = {test.id(): text for test, text in result.failures + result.errors}
    json.dump(
        {"run": result.testsRun, "skipped": len(result.skipped), "failed": failed}, sys.stdout
    )


if __name__ == "__main__":
    main()
