"""What is generated is up to date, and what the README says is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lint_exitstack import fix_source

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("writer", ["write_rules.py", "write_reference.py"])
def test_generated_pages_are_up_to_date(writer: str) -> None:
    run = subprocess.run(
        [sys.executable, str(ROOT / "docs" / writer), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_readme_shows_what_the_fix_really_does() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    before, after = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)[:2]
    imports = "import gzip\nimport os\nimport shutil\n"
    result = fix_source(f"{imports}\n\n{before}")
    assert result.source == f"{imports}from contextlib import suppress\n\n\n{after}"


def test_links_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_part_of_the_package_has_its_place_in_the_house() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    house = page.partition("## The house")[2].partition("\n## ")[0]
    cells = " ".join(re.findall(r"^\| (`.*?) \|", house, re.MULTILINE))
    parts = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in (ROOT / "lint_exitstack").iterdir()
        if not path.name.startswith(("_", ".")) and path.name != "py.typed"
    }
    assert set(re.findall(r"`([^`]+)`", cells)) == parts
