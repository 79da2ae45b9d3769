"""Where fetched validators are kept between runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fetched import junit_schema, multitool

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def sarif_multitool(pytestconfig: pytest.Config) -> Path:
    return multitool(pytestconfig.cache.mkdir("fetched"))


@pytest.fixture(scope="session")
def junit_xsd(pytestconfig: pytest.Config) -> Path:
    return junit_schema(pytestconfig.cache.mkdir("fetched"))
