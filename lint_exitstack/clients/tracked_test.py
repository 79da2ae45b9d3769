"""One test under the tracker: its options, and when which verdict is due."""

from __future__ import annotations

import inspect
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from lint_exitstack.runtime.tracking import LeakWatch, Problem, ResourceTracker

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIXTURE = "resource_tracker"
_OPTIONS = ("fds", "warnings", "order")
# Fixtures that can't be holding what the test opened, so nothing will close it after the test.
_HARMLESS = frozenset(
    {
        _FIXTURE, "cache", "capfd", "capfdbinary", "caplog", "capsys", "capsysbinary",
        "capteesys", "doctest_namespace", "monkeypatch", "pytestconfig", "record_property",
        "record_testsuite_property", "record_xml_attribute", "recwarn", "subtests", "testdir",
        "tmp_path", "tmp_path_factory", "tmpdir", "tmpdir_factory", "anyio_backend",
        "anyio_backend_name", "anyio_backend_options", "event_loop_policy",
    }
)  # fmt: skip


@dataclass(slots=True)
class TrackedTest:
    """A test, its tracker, and the problems that were told already."""

    item: pytest.Item
    tracker: ResourceTracker
    watch: AbstractContextManager[LeakWatch | None]
    told: set[Problem] = field(default_factory=set)

    @classmethod
    def of(cls, item: pytest.Item) -> TrackedTest:
        """Read the marker and the configuration; a wrong option is an error of the test."""
        options = _options(item)
        watch: AbstractContextManager[LeakWatch | None] = nullcontext()
        if options["fds"] or options["warnings"]:
            watch = LeakWatch(descriptors=options["fds"], resource_warnings=options["warnings"])
        return cls(item, ResourceTracker(ordered=options["order"]), watch)

    def judge_call(self) -> None:
        """Fail the test for what can't come right any more."""
        problems = self.tracker.problems
        if self._nothing_follows():
            problems += self.tracker.still_open
        self._fail(problems)

    def judge_finally(self) -> None:
        """Fail the teardown for what came to light since, leaks included."""
        leaks = self.watch.problems if isinstance(self.watch, LeakWatch) else ()
        self._fail((*self.tracker.problems, *self.tracker.still_open, *leaks))

    def explain(self) -> None:
        """Add what is known to the report of a test that failed by itself."""
        problems = (*self.tracker.problems, *self.tracker.still_open)
        self.told.update(problems)
        if problems:
            self.item.add_report_section("call", "resource tracker", _text(problems))

    def _nothing_follows(self) -> bool:
        """Say whether nothing is there that might close something after the test."""
        function = getattr(self.item, "function", None)
        if function is None or "request" in inspect.signature(function).parameters:
            return False  # it may have added finalizers
        return all(self._is_harmless(name) for name in _fixture_names(self.item))

    def _is_harmless(self, name: str) -> bool:
        """Know pytest's own fixtures, the event loops of its plugins, and plain parameters."""
        if name in _HARMLESS or (name.startswith("_") and name.endswith("_runner")):
            return True
        return _scope(self.item, name) is None

    def _fail(self, problems: Iterable[Problem]) -> None:
        new = [one for one in problems if one not in self.told]
        self.told.update(new)
        if new:
            pytest.fail(f"resource tracker: {_text(new)}", pytrace=False)


def set_up_first(item: pytest.Item) -> None:
    """Make the tracker the first fixture of the test's own scope, and so the last to end.

    What other fixtures and teardown methods close is closed by then. Those of wider scopes
    stay before it: what they open isn't the test's.
    """
    names = _fixture_names(item)
    if _FIXTURE in names:
        names.remove(_FIXTURE)
    own = (place for place, name in enumerate(names) if _scope(item, name) == "function")
    names.insert(next(own, len(names)), _FIXTURE)


def _fixture_names(item: pytest.Item) -> list[str]:
    names: list[str] = getattr(item, "fixturenames", [])
    return names


def _scope(item: pytest.Item, name: str) -> str | None:
    """Look up a fixture's scope; None if that is no fixture but a parameter, or `request`."""
    definitions = item.session._fixturemanager.getfixturedefs(name, item)  # noqa: SLF001 - no public way
    return definitions[-1].scope if definitions else None


def _options(item: pytest.Item) -> dict[str, bool]:
    """Put the configuration and the markers together, the one nearest to the test last."""
    options = {
        "fds": bool(item.config.getini("resource_tracker_fds")),
        "warnings": bool(item.config.getini("resource_tracker_warnings")),
        "order": True,
    }
    for marker in reversed(list(item.iter_markers(_FIXTURE))):
        unknown = [name for name in marker.kwargs if name not in _OPTIONS]
        if unknown or marker.args:
            wrong = unknown[0] if unknown else marker.args[0]
            known = ", ".join(_OPTIONS)
            raise pytest.UsageError(f"marker resource_tracker takes {known}, not {wrong!r}")
        options |= marker.kwargs
    return options


def _text(problems: Iterable[Problem]) -> str:
    return "\n  ".join(one.message for one in problems)
