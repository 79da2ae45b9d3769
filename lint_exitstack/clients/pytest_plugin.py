"""pytest plugin: the fixture `resource_tracker`, which fails tests that don't clean up.

It's imported by every pytest run, so it imports nothing but pytest until a test asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

    from lint_exitstack.clients.tracked_test import TrackedTest
    from lint_exitstack.runtime.tracking import ResourceTracker

_FIXTURE = "resource_tracker"
_TRACKED: pytest.StashKey[TrackedTest] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare what may stand in the configuration file."""
    parser.addini(
        "resource_tracker_fds",
        "tests that use resource_tracker also fail when they leave descriptors open",
        type="bool",
        default=False,
    )
    parser.addini(
        "resource_tracker_warnings",
        "tests that use resource_tracker also fail when a ResourceWarning comes up",
        type="bool",
        default=False,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers",
        "resource_tracker(fds=..., warnings=..., order=...): use the fixture of that name; look "
        "for leaked descriptors, for ResourceWarnings, at the order of exits too",
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give marked tests the fixture, and have it judge after all others were torn down."""
    names = getattr(item, "fixturenames", None)
    if names is None:
        return
    if _FIXTURE in names or item.get_closest_marker(_FIXTURE) is not None:
        from lint_exitstack.clients.tracked_test import set_up_first

        set_up_first(item)


@pytest.fixture
def resource_tracker(request: pytest.FixtureRequest) -> Generator[ResourceTracker, None, None]:
    """Track resources: the test fails if one is left open, closed twice, or out of order."""
    from lint_exitstack.clients.tracked_test import TrackedTest

    tracked = TrackedTest.of(request.node)
    request.node.stash[_TRACKED] = tracked
    with tracked.watch:
        yield tracked.tracker
    tracked.judge_finally()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Judge a tracked test as soon as it has run, so that it's the test that fails."""
    tracked = item.stash.get(_TRACKED, None)
    if tracked is None:
        return (yield)
    try:
        result = yield
    except BaseException:
        tracked.explain()
        raise
    tracked.judge_call()
    return result
