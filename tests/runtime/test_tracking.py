"""The tracker itself: counts, order, places, injected failures; sync, async, threads, tasks."""

import _thread
import asyncio  # noqa: F401 - one test takes it away
import inspect
import sys
import time
from contextlib import (
    ExitStack,
    contextmanager,
    nullcontext,
    suppress,
)

import pytest

from lint_exitstack.runtime.tracking import (
    ResourceTracker,
)


def next_line():
    """This file and the line after the caller's, as a message shows them."""
    frame = inspect.currentframe().f_back
    return f"{__file__}:{frame.f_lineno + 1} in {frame.f_code.co_qualname}"


def messages(tracker):
    return [one.message for one in tracker.problems]


@pytest.mark.parametrize("raise_error", [True, False])
def test_cleanup_whether_or_not_the_body_raises(raise_error):
    tracker = ResourceTracker()
    with suppress(ValueError), tracker.managed_resource():
        if raise_error:
            raise ValueError("simulated")
    assert tracker.opens == 1
    assert tracker.closes == 1
    assert [type(error) for error in tracker.errors] == [ValueError] * raise_error
    tracker.assert_clean()


def test_no_zombie_when_the_body_has_its_own_context():
    tracker = ResourceTracker()
    with tracker.managed_resource():
        with suppress(ValueError):
            raise ValueError("inner error")
    assert tracker.closes == 1
    assert tracker.errors == ()


def test_many_databases_on_a_stack():
    tracker = ResourceTracker()

    def query_all(names):
        with ExitStack() as stack:
            connections = []
            for name in names:
                connection = tracker.open(name)
                stack.callback(connection.close)
                connections.append(connection)
            for connection in connections:
                connection.use("query")

    query_all(["primary", "replica", "analytics"])
    tracker.assert_clean()
    tracker.assert_exits("analytics", "replica", "primary")
    assert tracker.enters == ("primary", "replica", "analytics")
    assert tracker.operations == 9


def test_left_open_says_where():
    tracker = ResourceTracker()
    place = next_line()
    connection = tracker.open("db")
    tracker.open("log")
    with pytest.raises(AssertionError) as failure:
        tracker.assert_all_closed()
    assert str(failure.value).startswith("2 problems:\n  ")
    assert f"'db' left open: opened at {place}" in str(failure.value)
    connection.close()
    with pytest.raises(AssertionError, match=r"^'log' left open: opened at "):
        tracker.assert_clean()


def test_closed_twice_says_where_three_times():
    tracker = ResourceTracker()
    opened = next_line()
    resource = tracker.open("db")
    first = next_line()
    resource.close()
    again = next_line()
    resource.close()
    expected = f"'db' closed twice: opened at {opened}, closed at {first}, again at {again}"
    assert messages(tracker) == [expected]
    assert tracker.closes == 1
    tracker.assert_all_closed()
    with pytest.raises(AssertionError, match="closed twice"):
        tracker.assert_closed_once()


def test_out_of_order_names_both():
    tracker = ResourceTracker()
    outer, inner = tracker.open("outer"), tracker.open("inner")
    outer.close()
    inner.close()
    (problem,) = tracker.problems
    assert problem.fault == "out-of-order"
    assert "'outer' closed out of order: opened at " in problem.message
    assert "but 'inner', opened after it at " in problem.message
    with pytest.raises(AssertionError):
        tracker.assert_order()
    tracker.assert_closed_once()


def test_an_early_close_is_told_once():
    tracker = ResourceTracker()
    outer, middle, inner = (tracker.open(name) for name in ("outer", "middle", "inner"))
    outer.close()
    inner.close()
    middle.close()
    assert [one.name for one in tracker.problems] == ["outer"]


@pytest.mark.parametrize("whole", [True, False])
def test_order_can_be_left_out_of_it(whole):
    tracker = ResourceTracker(ordered=not whole)
    first = tracker.open("first", ordered=None if whole else False)
    second = tracker.open("second")
    first.close()
    second.close()
    tracker.assert_clean()


def test_idempotent_resources_may_be_closed_again():
    tracker = ResourceTracker()
    resource = tracker.open(idempotent=True)
    resource.close()
    resource.close()
    tracker.assert_clean()
    assert [event.action for event in tracker.events] == ["open", "close", "close"]


def test_closing_what_was_never_opened():
    tracker = ResourceTracker()
    tracker.managed_resource("db").close()
    assert [one.fault for one in tracker.problems] == ["closed-unopened"]


def test_use_after_close():
    tracker = ResourceTracker()
    with tracker.managed_resource("db") as db:
        db.use("query")
    with pytest.raises(ValueError, match="'db' is not open"):
        db.use("query")
    assert [one.fault for one in tracker.problems] == ["used-closed"]
    assert f"opened at {__file__}:" in messages(tracker)[0]


def test_value_and_self():
    tracker = ResourceTracker()
    with tracker.managed_resource(value="the value") as value:
        assert value == "the value"
    with tracker.managed_resource(value=None) as value:
        assert value is None
    resource = tracker.managed_resource("db")
    with resource as entered:
        assert entered is resource
        assert not resource.closed
        assert repr(resource) == "<TrackedResource 'db' open>"
    assert resource.closed
    assert repr(tracker) == "<ResourceTracker 3 opened, 3 closed>"


def test_opened_by_hand_and_then_entered_is_one_opening():
    tracker = ResourceTracker()
    with tracker.open():
        pass
    assert (tracker.opens, tracker.closes) == (1, 1)


def test_entered_again_and_nested():
    tracker = ResourceTracker()
    resource = tracker.managed_resource()
    with resource, resource:
        pass
    with resource:
        pass
    assert (tracker.opens, tracker.closes) == (3, 3)
    tracker.assert_clean()


def test_a_stack_is_not_the_opener():
    tracker = ResourceTracker()
    with ExitStack() as stack:
        place = next_line()
        stack.enter_context(tracker.managed_resource())
        assert f"opened at {place}" in tracker.still_open[0].message


def test_a_manager_made_by_a_generator_is():
    tracker = ResourceTracker()

    @contextmanager
    def manager():
        with tracker.managed_resource():
            yield

    with manager():
        assert "in test_a_manager_made_by_a_generator_is.<locals>.manager" in str(
            tracker.still_open[0].message
        )


def test_assert_exits_shows_what_was_closed_where():
    tracker = ResourceTracker()
    with tracker.managed_resource("a"):
        pass
    with pytest.raises(AssertionError, match=r"expected exits \('b',\), not \('a',\):\n  'a' at "):
        tracker.assert_exits("b")


def test_use_before_opening():
    tracker = ResourceTracker()
    with pytest.raises(ValueError, match="'db' is not open"):
        tracker.managed_resource("db").use()
    assert messages(tracker)[0].endswith("while not open")


def test_an_opener_without_a_line_of_its_own():
    tracker = ResourceTracker()
    _thread.start_new_thread(tracker.open, ("from C",))
    while not tracker.still_open:
        time.sleep(0.001)
    assert tracker.still_open[0].name == "from C"
    assert "_tracking_" in tracker.still_open[0].message


def test_without_asyncio_and_trio(monkeypatch):
    monkeypatch.delitem(sys.modules, "asyncio")
    monkeypatch.delitem(sys.modules, "trio", raising=False)
    tracker = ResourceTracker()
    first, second = tracker.open("first"), tracker.open("second")
    first.close()
    second.close()
    assert [one.fault for one in tracker.problems] == ["out-of-order"]


def test_nothing_tracked_is_clean():
    with nullcontext(ResourceTracker()) as tracker:
        tracker.assert_clean()
        tracker.assert_exits()
