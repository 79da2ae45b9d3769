"""One tracker among tasks of asyncio and trio, and among threads."""

import asyncio
import threading
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
import trio

from lint_exitstack.runtime.tracking import InjectedFailure, ResourceTracker


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
