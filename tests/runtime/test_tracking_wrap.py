"""Wrapped objects behave as themselves and are tracked."""

import asyncio
import socket
import sqlite3
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing, contextmanager, suppress

import pytest
import trio

from lint_exitstack.runtime.tracking import InjectedFailure, ResourceTracker, check_every_failure


@pytest.fixture
def tracker():
    return ResourceTracker()


def faults(tracker):
    return [one.fault for one in tracker.problems]


class TestFiles:
    def test_it_is_the_file(self, tracker, tmp_path):
        path = tmp_path / "text"
        path.write_text("one\ntwo\n")
        raw = path.open()
        with tracker.wrap(raw) as file:
            assert isinstance(file, type(raw))
            assert list(file) == ["one\n", "two\n"]
            assert file.name == str(path)
            assert file.fileno() == raw.fileno()
            assert repr(file) == f"<tracked {raw!r}>"
        assert raw.closed
        assert (tracker.opens, tracker.closes) == (1, 1)
        assert tracker.enters == ("TextIOWrapper",)
        tracker.assert_clean()

    def test_entering_gives_the_proxy(self, tracker, tmp_path):
        file = tracker.wrap((tmp_path / "text").open("w"))
        with file as entered:
            assert entered is file

    def test_closed_by_hand_and_by_the_block(self, tracker, tmp_path):
        with tracker.wrap((tmp_path / "text").open("w"), "log") as file:
            file.close()
        assert faults(tracker) == ["closed-twice"]
        assert tracker.problems[0].message.startswith("'log' closed twice: opened at ")

    def test_the_body_s_error_is_kept(self, tracker, tmp_path):
        with suppress(KeyError), tracker.wrap((tmp_path / "text").open("w")):
            raise KeyError
        assert [type(error) for error in tracker.errors] == [KeyError]
        tracker.assert_clean()

    def test_attributes_are_set_on_the_object(self, tracker):
        class Plain:
            def close(self):
                pass

        raw = Plain()
        proxy = tracker.wrap(raw)
        proxy.level = 3
        assert raw.level == 3
        del proxy.level
        assert not hasattr(raw, "level")
        proxy.close()

    def test_special_methods_pass(self, tracker):
        class Bag(list):
            def close(self):
                self.clear()

        with closing(tracker.wrap(Bag([3, 1, 2]))) as bag:
            assert (len(bag), bag[0], 3 in bag, sorted(bag)) == (3, 3, True, [1, 2, 3])
            bag[0] = 9
            del bag[1]
            assert list(reversed(bag)) == [2, 9]
        tracker.assert_clean()

    def test_what_the_object_lacks_the_proxy_lacks(self, tracker):
        class Plain:
            def close(self):
                pass

        proxy = tracker.wrap(Plain())
        for attempt in (len, iter, bytes):
            with pytest.raises(TypeError):
                attempt(proxy)
        with pytest.raises(TypeError), proxy:
            pytest.fail("entered")
        with pytest.raises(AttributeError):
            proxy.missing
        proxy.close()

    def test_injected_close_failure_closes_the_file(self, tracker, tmp_path):
        raw = (tmp_path / "text").open("w")
        tracker.fail_at(2)
        with pytest.raises(InjectedFailure, match="close 'TextIOWrapper'"), tracker.wrap(raw):
            pass
        assert raw.closed

    def test_injected_opening_failure_closes_the_file(self, tracker, tmp_path):
        raw = (tmp_path / "text").open("w")
        tracker.fail_at(1)
        with pytest.raises(InjectedFailure):
            tracker.wrap(raw)
        assert raw.closed
        tracker.assert_clean()

    def test_a_failing_close_is_recorded(self, tracker):
        class Stubborn:
            def close(self):
                raise OSError("no")

        with pytest.raises(OSError, match="no"):
            tracker.wrap(Stubborn()).close()
        tracker.assert_clean()
        assert isinstance(tracker.events[-1].error, OSError)


class TestZombies:
    def test_exit_that_leaves_it_open(self, tracker):
        class Zombie:
            closed = False

            def close(self):
                pass

        tracker.wrap(Zombie(), "file").close()
        assert faults(tracker) == ["zombie"]
        with pytest.raises(AssertionError, match="yet its `closed` is still False: opened at "):
            tracker.assert_closed_once()

    def test_what_was_never_opened_is_no_zombie(self, tracker):
        class Closed:
            closed = False

            def close(self):
                pass

        tracker.wrap(Closed(), opens=["open"]).close()
        assert faults(tracker) == ["closed-unopened"]

    def test_sqlite_stays_open_after_its_with(self, tracker):
        connection = tracker.wrap(sqlite3.connect(":memory:"), "db", exit_closes=False)
        with connection:
            connection.execute("create table t (x)")
        with pytest.raises(AssertionError, match="'db' left open"):
            tracker.assert_clean()
        connection.close()
        tracker.assert_clean()


class TestLocksAndManagers:
    def test_a_lock_opens_when_acquired(self, tracker):
        lock = tracker.wrap(threading.Lock(), "lock", opens=["acquire"], closes=["release"])
        tracker.assert_all_closed()
        lock.acquire()
        assert [one.name for one in tracker.still_open] == ["lock"]
        assert lock.acquire(blocking=False) is False
        lock.release()
        with lock:
            assert lock.locked()
        assert (tracker.opens, tracker.closes) == (2, 2)
        tracker.assert_clean()

    def test_a_reentrant_lock(self, tracker):
        lock = tracker.wrap(threading.RLock(), opens=["acquire"], closes=["release"])
        with lock, lock:
            lock.acquire()
            lock.release()
        assert (tracker.opens, tracker.closes) == (3, 3)
        tracker.assert_clean()

    def test_an_acquire_that_raises_opens_nothing(self, tracker):
        semaphore = threading.Semaphore(1)
        wrapped = tracker.wrap(semaphore, opens=["acquire"], closes=["release"])
        with pytest.raises(ValueError, match="non-blocking"):
            wrapped.acquire(blocking=False, timeout=1)
        assert tracker.opens == 0

    def test_a_bare_manager_opens_on_entry(self, tracker):
        @contextmanager
        def transaction():
            yield "begun"

        manager = tracker.wrap(transaction(), "transaction")
        tracker.assert_clean()
        with manager as value:
            assert value == "begun"
            assert tracker.enters == ("transaction",)
        tracker.assert_exits("transaction")

    def test_swallowing_is_passed_on(self, tracker):
        with tracker.wrap(suppress(KeyError)):
            raise KeyError
        tracker.assert_clean()

    def test_an_entry_that_raises_opens_nothing(self, tracker):
        @contextmanager
        def broken():
            raise LookupError
            yield

        with pytest.raises(LookupError), tracker.wrap(broken()):
            pytest.fail("entered")
        assert (tracker.opens, tracker.closes) == (0, 0)
        assert isinstance(tracker.events[0].error, LookupError)

    def test_other_closing_methods(self, tracker):
        process = subprocess.Popen([sys.executable, "-c", ""])
        wrapped = tracker.wrap(process, "child", closes=["wait"])
        assert wrapped.wait() == 0
        tracker.assert_clean()
        tracker.assert_exits("child")

    def test_special_methods_that_are_no_functions(self, tracker):
        class Enter:
            def __call__(self):
                return "entered"

        class Odd:
            __enter__ = Enter()

            @staticmethod
            def __exit__(*details):
                return details[0] is KeyError

        with tracker.wrap(Odd()) as value:
            assert value == "entered"
            raise KeyError


class TestFactories:
    def test_whatever_a_function_makes(self, tracker, monkeypatch, tmp_path):
        monkeypatch.setattr("builtins.open", tracker.factory(open))

        def copy(source, target):
            with open(source) as one, open(target, "w") as two:  # noqa: PTH123 - what is replaced
                two.write(one.read())

        (tmp_path / "a").write_text("text")
        copy(tmp_path / "a", tmp_path / "b")
        assert (tmp_path / "b").read_text() == "text"
        assert (tracker.opens, tracker.closes) == (2, 2)
        assert {event.site.function.rpartition(".")[2] for event in tracker.events} == {"copy"}
        tracker.assert_clean()

    def test_every_failure_of_real_sockets(self):
        def scenario(tracker):
            make = tracker.factory(socket.socket, name="socket")
            with make() as one, make() as two:
                one.settimeout(1)
                two.settimeout(1)

        assert check_every_failure(scenario) == 6

    def test_coroutine_functions(self, tracker):
        class Connection:
            async def close(self):
                await asyncio.sleep(0)

        async def connect():
            return Connection()

        async def main():
            connection = await tracker.factory(connect, name="db")()
            await connection.close()

        asyncio.run(main())
        tracker.assert_exits("db")
        tracker.assert_clean()


class Stream:
    def __init__(self, fail=None):
        self.fail = fail

    async def aclose(self):
        await trio.lowlevel.checkpoint()
        if self.fail:
            raise self.fail

    async def acquire(self):
        if self.fail:
            raise self.fail
        return True

    async def __aenter__(self):
        return self

    async def __aexit__(self, *details):
        await self.aclose()


class TestAsync:
    def test_streams(self, tracker):
        async def main():
            stream = tracker.wrap(Stream(), "stream")
            async with stream as entered:
                assert entered is stream
            async with aclosing(tracker.wrap(Stream(), "second")):
                pass
            with pytest.raises(OSError, match="gone"):
                await tracker.wrap(Stream(OSError("gone")), "third").aclose()

        trio.run(main)
        tracker.assert_exits("stream", "second", "third")
        tracker.assert_clean()
        assert {event.site.file for event in tracker.events} == {__file__}

    def test_a_close_that_nobody_awaits_closes_nothing(self, tracker):
        stream = tracker.wrap(Stream(), "stream")
        closing_it = stream.aclose()
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
            closing_it.close()
            del closing_it
        assert tracker.closes == 0

    def test_an_injected_opening_failure_leaves_no_coroutine(self, tracker):
        tracker.fail_at(1)
        with pytest.raises(InjectedFailure):
            tracker.wrap(Stream())

    def test_locks(self, tracker):
        async def main():
            lock = tracker.wrap(asyncio.Lock(), "lock", opens=["acquire"], closes=["release"])
            async with lock:
                assert lock.locked()
            await lock.acquire()
            lock.release()
            with pytest.raises(OSError, match="gone"):
                await tracker.wrap(Stream(OSError("gone")), opens=["acquire"]).acquire()

        asyncio.run(main())
        assert (tracker.opens, tracker.closes) == (2, 2)
        tracker.assert_clean()

    def test_an_acquire_that_answers_no_opens_nothing(self, tracker):
        class Taken:
            async def acquire(self):
                return False

        async def main():
            assert await tracker.wrap(Taken(), opens=["acquire"]).acquire() is False

        asyncio.run(main())
        assert tracker.opens == 0

    def test_an_async_manager_whose_exit_does_not_close(self, tracker):
        async def main():
            stream = tracker.wrap(Stream(), exit_closes=False)
            async with stream:
                pass
            assert tracker.closes == 0
            await stream.aclose()

        trio.run(main)
        tracker.assert_clean()

    def test_async_generators(self, tracker):
        async def numbers():
            yield 1
            yield 2

        async def main():
            async with aclosing(tracker.wrap(numbers(), "numbers")) as source:
                return await anext(source)

        assert asyncio.run(main()) == 1
        tracker.assert_exits("numbers")


def test_an_executor_is_shut_down_by_its_exit(tracker):
    with tracker.wrap(ThreadPoolExecutor(1), "pool", closes=["shutdown"]) as pool:
        assert pool.submit(int, "7").result() == 7
    tracker.assert_exits("pool")
    tracker.assert_clean()
