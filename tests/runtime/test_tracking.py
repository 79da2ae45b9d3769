"""The tracker itself: counts, order, places, injected failures; sync, async, threads, tasks."""

import asyncio
import inspect
import threading
from contextlib import (
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
    suppress,
)

import pytest
import trio
import trio.lowlevel

from lint_exitstack.runtime.tracking import (
    InjectedFailure,
    ResourceTracker,
    acheck_every_failure,
    check_every_failure,
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


class TestInjection:
    def test_of_an_opening(self):
        tracker = ResourceTracker()
        tracker.fail_at(2)
        with pytest.raises(InjectedFailure, match="operation 2, open 'inner'"):
            with tracker.managed_resource("outer"), tracker.managed_resource("inner"):
                pytest.fail("entered")
        assert tracker.enters == tracker.exits == ("outer",)
        assert [type(error) for error in tracker.errors] == [InjectedFailure]
        tracker.assert_clean()

    def test_of_a_close_which_closes_all_the_same(self):
        tracker = ResourceTracker()
        tracker.fail_at(3, OSError("disk full"))
        with pytest.raises(OSError, match="disk full") as failure:
            with tracker.managed_resource("outer"), tracker.managed_resource("inner"):
                pass
        assert tracker.injected is failure.value
        tracker.assert_exits("inner", "outer")
        tracker.assert_clean()
        assert tracker.events[2].error is failure.value

    @pytest.mark.parametrize("error", [KeyboardInterrupt, GeneratorExit, SystemExit])
    def test_of_any_exception(self, error):
        tracker = ResourceTracker()
        with pytest.raises(error), tracker.managed_resource() as resource:
            tracker.fail_next(error)
            resource.use()
        tracker.assert_clean()

    def test_of_a_group(self):
        tracker = ResourceTracker()
        tracker.fail_at(1, ExceptionGroup("both", [OSError(), ValueError()]))
        with pytest.raises(ExceptionGroup):
            tracker.open()

    def test_too_late(self):
        tracker = ResourceTracker()
        tracker.open().close()
        with pytest.raises(ValueError, match="operation 2 has passed: 2 were done"):
            tracker.fail_at(2)


class TestEveryFailure:
    def test_a_careful_scenario_passes(self):
        def scenario(tracker):
            with ExitStack() as stack:
                for name in "abc":
                    stack.enter_context(tracker.managed_resource(name)).use()

        # Undisturbed, nine operations failing in turn, and a last run that no failure reached.
        assert check_every_failure(scenario) == 11
        assert check_every_failure(scenario, KeyboardInterrupt) == 11

    def test_a_leak_on_an_error_path_is_found(self):
        def scenario(tracker):
            first = tracker.open("first")
            second = tracker.open("second")
            second.close()
            first.close()

        with pytest.raises(AssertionError, match="with operation 2 failing: 'first' left open"):
            check_every_failure(scenario)

    def test_a_leak_anyway_is_found(self):
        with pytest.raises(AssertionError, match=r"^'resource' left open"):
            check_every_failure(lambda tracker: tracker.open())

    def test_an_error_that_hides_the_failure_comes_out(self):
        def scenario(tracker):
            try:
                resource = tracker.open()
            finally:
                resource.close()

        with pytest.raises(UnboundLocalError):
            check_every_failure(scenario)

    def test_failures_may_be_wrapped(self):
        def scenario(tracker):
            try:
                with tracker.managed_resource():
                    pass
            except InjectedFailure as failure:
                if len(tracker.events) > 1:
                    raise ExceptionGroup("all", [failure]) from None
                raise RuntimeError("no resource") from failure

        assert check_every_failure(scenario) == 4

    def test_order_can_be_left_out(self):
        def scenario(tracker):
            with suppress(InjectedFailure), ExitStack() as stack:
                first = tracker.open()
                stack.push(lambda *_: None if first.closed else first.close())
                with tracker.managed_resource():
                    first.close()

        with pytest.raises(AssertionError, match="out of order"):
            check_every_failure(scenario)
        assert check_every_failure(scenario, ordered=False) == 6

    def test_async(self):
        async def scenario(tracker):
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(tracker.managed_resource("a"))
                stack.push_async_callback(tracker.open("b").aclose)

        async def leaky(tracker):
            await (await open_later(tracker)).aclose()
            tracker.open()

        async def open_later(tracker):
            await asyncio.sleep(0)
            return tracker.open()

        assert asyncio.run(acheck_every_failure(scenario)) == 6
        with pytest.raises(AssertionError, match="left open"):
            asyncio.run(acheck_every_failure(leaky))

    def test_async_error_of_the_scenario(self):
        async def scenario(tracker):
            raise LookupError

        with pytest.raises(LookupError):
            asyncio.run(acheck_every_failure(scenario))


class TestAsync:
    @pytest.mark.parametrize("run", [lambda main: asyncio.run(main()), trio.run])
    def test_resources(self, run):
        tracker = ResourceTracker()

        async def main():
            async with tracker.managed_resource("outer"):
                inner = tracker.managed_resource("inner")
                async with inner as entered:
                    assert entered is inner
                    with suppress(KeyError):
                        async with tracker.managed_resource("innermost"):
                            raise KeyError
                await tracker.open("by hand").aclose()

        run(main)
        tracker.assert_clean()
        tracker.assert_exits("innermost", "inner", "by hand", "outer")
        assert [type(error) for error in tracker.errors] == [KeyError]
        assert all(event.site.file == __file__ for event in tracker.events)

    def test_an_async_stack_is_not_the_opener(self):
        tracker = ResourceTracker()

        async def main():
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(tracker.managed_resource())
                assert "<locals>.main" in tracker.still_open[0].message

        asyncio.run(main())

    def test_a_generator_manager(self):
        tracker = ResourceTracker()

        @asynccontextmanager
        async def manager():
            async with tracker.managed_resource():
                yield

        async def main():
            async with manager():
                assert "<locals>.manager" in tracker.still_open[0].message

        asyncio.run(main())
        tracker.assert_clean()

    def test_asyncio_tasks_may_interleave(self):
        tracker = ResourceTracker()

        async def first(opened, go):
            async with tracker.managed_resource("first"):
                opened.set()
                await go.wait()

        async def main():
            opened, go = asyncio.Event(), asyncio.Event()
            task = asyncio.create_task(first(opened, go))
            await opened.wait()
            async with tracker.managed_resource("second"):
                go.set()
                await task

        asyncio.run(main())
        tracker.assert_exits("first", "second")
        tracker.assert_clean()

    def test_trio_tasks_may_interleave(self):
        tracker = ResourceTracker()

        async def first(closing, task_status):
            async with tracker.managed_resource("first"):
                task_status.started()
                await closing.wait()

        async def main():
            closing = trio.Event()
            async with trio.open_nursery() as nursery:
                await nursery.start(first, closing)
                async with tracker.managed_resource("second"):
                    closing.set()
                    while tracker.closes == 0:
                        await trio.lowlevel.checkpoint()

        trio.run(main)
        tracker.assert_exits("first", "second")
        tracker.assert_clean()

    def test_one_task_may_not(self):
        tracker = ResourceTracker()

        async def main():
            first, second = tracker.open("first"), tracker.open("second")
            await first.aclose()
            await second.aclose()

        asyncio.run(main())
        assert [one.fault for one in tracker.problems] == ["out-of-order"]


class TestThreads:
    def test_threads_may_interleave(self):
        tracker = ResourceTracker()
        opened, closing = threading.Event(), threading.Event()

        def work():
            with tracker.managed_resource("thread's"):
                opened.set()
                closing.wait()

        thread = threading.Thread(target=work)
        thread.start()
        opened.wait()
        with tracker.managed_resource("main's"):
            closing.set()
            thread.join()
        tracker.assert_exits("thread's", "main's")
        tracker.assert_clean()

    def test_nothing_is_lost_when_many_threads_open_and_close(self):
        tracker = ResourceTracker()
        start = threading.Barrier(8)

        def work():
            start.wait()
            for _ in range(200):
                with tracker.managed_resource("a"), tracker.managed_resource("b") as inner:
                    inner.use()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert tracker.opens == tracker.closes == 3200
        assert tracker.operations == 8000
        assert sorted(event.number for event in tracker.events) == list(range(1, 8001))
        tracker.assert_clean()

    def test_one_failure_hits_one_thread(self):
        tracker = ResourceTracker()
        tracker.fail_at(500)
        hits = []

        def work():
            for _ in range(100):
                try:
                    with tracker.managed_resource():
                        pass
                except InjectedFailure as failure:
                    hits.append(failure)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert hits == [tracker.injected]
        tracker.assert_clean()

    def test_of_two_threads_that_close_the_same_one_is_second(self):
        tracker = ResourceTracker()
        for _ in range(50):
            resource = tracker.open("shared")
            threads = [threading.Thread(target=resource.close) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert tracker.closes == 50
        assert [one.fault for one in tracker.problems] == ["closed-twice"] * 50


def test_nothing_tracked_is_clean():
    with nullcontext(ResourceTracker()) as tracker:
        tracker.assert_clean()
        tracker.assert_exits()
