"""docs/configuration.md names everything that can be configured."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from lint_exitstack.settings_keys import KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text("utf-8")


def test_every_key_has_its_row():
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE, re.MULTILINE)
    assert rows == list(KEYS)


def test_every_option_of_the_plugin_is_named():
    command = [sys.executable, "-m", "flake8", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    options = set(re.findall(r"--xit-[a-z0-9-]+", done.stdout))
    assert options == set(re.findall(r"--xit-[a-z0-9-]+", PAGE))
