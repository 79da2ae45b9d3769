"""Injected failures: the n-th operation, any exception, every operation in turn."""

import asyncio
from contextlib import AsyncExitStack, ExitStack, suppress

import pytest

from lint_exitstack.runtime.tracking import (
    InjectedFailure,
    ResourceTracker,
    acheck_every_failure,
    check_every_failure,
)


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

    def test_causes_in_a_circle_end(self):
        def scenario(tracker):
            try:
                tracker.open().close()
            except InjectedFailure:
                one, two = ValueError("one"), ValueError("two")
                one.__cause__, two.__cause__ = two, one
                raise one

        with pytest.raises(ValueError, match="one"):
            check_every_failure(scenario)

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
