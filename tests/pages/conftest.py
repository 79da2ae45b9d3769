"""What several pages need: our program, run in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lint_exitstack.clients.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def lint(tmp_path, monkeypatch, capsys) -> Callable[..., str]:
    """Run the program in `tmp_path` and return what it prints; mistakes are failures."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def run(*arguments: str) -> str:
        status = main(arguments)
        said = capsys.readouterr()
        assert status < 2, said.err
        return said.out

    return run
