"""The fixtures of the rules, and the settings that each is meant for."""

from __future__ import annotations

import tomllib
from pathlib import Path

from lint_exitstack.model.source import Source
from lint_exitstack.project.configuration import layered
from lint_exitstack.settings import Settings
from lint_exitstack.settings_keys import read_table

FIXTURES = Path(__file__).parents[1] / "fixtures"
CASES = sorted(
    path
    for path in FIXTURES.glob("XIT*/**/*.py")
    if "behaviour" not in path.relative_to(FIXTURES).parts
)


def settings_for(path: Path) -> Settings:
    """Only the rule of the folder, with what a `.toml` beside the fixture says."""
    code = path.relative_to(FIXTURES).parts[0]
    table = path.with_suffix(".toml")
    values = tomllib.loads(table.read_text("utf-8")) if table.exists() else {}
    read = read_table(values, lambda key: f"{table}: {key}", str(path.parent))
    return layered(Settings(select=(code,)), read)


def load(path: Path) -> Source:
    return Source(path.read_bytes(), path.relative_to(FIXTURES).as_posix())
