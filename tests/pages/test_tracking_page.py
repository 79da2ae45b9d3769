"""docs/tracking.md: the two filters make a leak fail, and neither does alone."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import page_reading
import pytest

[SNIPPET] = [
    block.text
    for block in page_reading.blocks(page_reading.page("tracking.md"), "toml")
    if "filterwarnings" in block.text
]
FILTERS = tomllib.loads(SNIPPET)["tool"]["pytest"]["ini_options"]["filterwarnings"]
LEAK = "def test_leak():\n    open(__file__)\n"


@pytest.mark.parametrize(
    ("filters", "status"), [(FILTERS, 1), (FILTERS[:1], 0), (FILTERS[1:], 0)], ids=str
)
def test_filters(filters, status, tmp_path):
    (tmp_path / "test_leak.py").write_text(LEAK)
    options = [f"-W{one}" for one in filters]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "test_leak.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout
    assert ("unclosed file" in done.stdout) or not status
