"""Pytest runs with the plugin, each a process of its own, as if the distribution were installed."""

import os
import tomllib
from pathlib import Path

import lint_exitstack

ROOT = Path(lint_exitstack.__file__).parent.parent
METADATA = "Metadata-Version: 2.1\nName: lint-exitstack\nVersion: 0\n"


def entry_points():
    with (ROOT / "pyproject.toml").open("rb") as file:
        points = tomllib.load(file)["project"]["entry-points"]["pytest11"]
    return "[pytest11]\n" + "".join(f"{name} = {module}\n" for name, module in points.items())


def install(pytester, monkeypatch):
    """Make the distribution look installed; nothing but what a test names is loaded."""
    info = pytester.path / "site" / "lint_exitstack-0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(METADATA)
    (info / "entry_points.txt").write_text(entry_points())
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(info.parent), str(ROOT)]))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def runner(pytester, monkeypatch):
    """Give the function that runs pytest over a test module, with these plugins beside ours."""
    install(pytester, monkeypatch)

    def run(source, *args, plugins=(), ini=""):
        pytester.makeini(f"[pytest]\naddopts = --strict-markers -p no:cacheprovider\n{ini}")
        pytester.makepyfile(test_it=source)
        loaded = [arg for name in ("lint_exitstack", *plugins) for arg in ("-p", name)]
        return pytester.runpytest_subprocess(*loaded, *args)

    return run
