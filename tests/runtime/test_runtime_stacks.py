"""ExitStack and AsyncExitStack: what is documented, and the faults of contextlib that ours lacks."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import functools
import gc
import pickle
import sys
import threading
import traceback
import types
import weakref
from unittest import mock

import pytest

from lint_exitstack import runtime
from lint_exitstack.runtime import AsyncExitStack, ExitStack, PendingExit


class Recorder:
    def __init__(self, log, name, *, swallow=False, failure=None):
        self.log, self.name, self.swallow, self.failure = log, name, swallow, failure

    def __enter__(self):
        self.log.append(("enter", self.name))
        return self.name

    def __exit__(self, kind, exc, tb):
        self.log.append(("exit", self.name, kind, sys.exception()))
        if self.failure:
            raise self.failure
        return self.swallow


def chain(exc):
    links = []
    while exc is not None:
        assert exc not in links, "a circle"
        links.append(exc)
        exc = exc.__context__
    return links


def test_the_whole_chain_is_kept_when_exits_fail_after_a_clean_body():
    first, second, third = ValueError(1), KeyError(2), OSError(3)
    with pytest.raises(OSError) as caught, ExitStack() as stack:
        stack.enter_context(Recorder([], "c", failure=third))
        stack.enter_context(Recorder([], "b", failure=second))
        stack.enter_context(Recorder([], "a", failure=first))
    assert chain(caught.value) == [third, second, first]
    # contextlib: python/cpython#102201
    with pytest.raises(OSError) as caught, contextlib.ExitStack() as stack:
        for failure in (OSError(3), KeyError(2), ValueError(1)):
            stack.enter_context(Recorder([], "x", failure=failure))
    assert len(chain(caught.value)) == 1


def test_what_is_handled_outside_stays_in_the_chain():
    outside = RuntimeError("outside")
    try:
        raise outside
    except RuntimeError:
        with pytest.raises(ValueError) as caught, ExitStack() as stack:
            stack.callback(int, "x")
    assert chain(caught.value)[-1] is outside


def test_an_exit_that_raises_what_it_was_given_makes_no_circle():
    """contextlib makes the exception its own context here, and the outer stack never ends."""

    def again(kind, exc, tb):
        raise exc

    failure = ValueError("body")
    handled = KeyError("handled meanwhile")
    try:
        raise handled
    except KeyError:
        with pytest.raises(ValueError) as caught, ExitStack() as outer:
            outer.push(again)
            inner = outer.enter_context(ExitStack())
            inner.push(again)
            raise failure
    assert chain(caught.value) == [failure, handled]


def test_an_exit_called_by_hand_handles_what_it_is_given():
    log = []
    stack = ExitStack()
    stack.enter_context(Recorder(log, "a", failure=KeyError("from exit")))
    failure = ValueError()
    with pytest.raises(KeyError) as caught:
        stack.__exit__(ValueError, failure, None)
    assert log[-1] == ("exit", "a", ValueError, failure)
    assert caught.value.__context__ is failure


def test_a_kind_without_exception_is_no_exception():
    log = []
    stack = ExitStack()
    stack.enter_context(Recorder(log, "a", swallow=True))
    assert stack.__exit__(ValueError, None, None) is False
    assert log[-1] == ("exit", "a", None, None)


def test_explicit_none_context_and_suppressed_context_survive():
    failure = KeyError("new")

    def replace(kind, exc, tb):
        try:
            raise failure from None
        finally:
            failure.__context__ = None

    with pytest.raises(KeyError), ExitStack() as stack:
        stack.callback(lambda: None)
        stack.push(replace)
        raise ValueError
    assert failure.__context__ is None
    assert failure.__suppress_context__


def test_no_frame_of_the_stack_in_tracebacks():
    def fail():
        raise ValueError

    with pytest.raises(ValueError) as caught:
        with ExitStack() as stack:
            stack.callback(lambda: None)
            stack.callback(fail)
            raise KeyError
    for exc in chain(caught.value):
        names = [frame.name for frame in traceback.extract_tb(exc.__traceback__)]
        assert set(names) <= {"test_no_frame_of_the_stack_in_tracebacks", "fail"}, names


def test_ten_thousand_failing_exits_need_no_recursion():
    def fail():
        raise ValueError

    with pytest.raises(ValueError) as caught, ExitStack() as stack:
        for _ in range(10_000):
            stack.callback(fail)
    length = 0
    exc = caught.value
    while exc is not None:
        exc, length = exc.__context__, length + 1
    assert length == 10_000


def test_a_frozen_exception_passes():
    class Frozen(Exception):
        def __setattr__(self, name, value):
            raise AttributeError(name)

    with pytest.raises(Frozen), ExitStack() as stack:
        stack.callback(lambda: None)
        stack.enter_context(runtime.contextmanager(lambda: (yield))())
        raise Frozen


def test_nothing_refers_in_a_circle_to_what_left():
    """A failing block must not need the garbage collector to let go of its exception."""

    class Failure(Exception):
        pass

    def block():
        with ExitStack() as stack:
            stack.callback(lambda: None)
            stack.callback(fail)
            stack.callback(fail)
            raise Failure

    def fail():
        raise Failure

    gc.collect()
    gc.disable()
    try:
        try:
            block()
        except Failure as failure:
            seen = [weakref.ref(exc) for exc in chain(failure)]
        assert len(seen) == 3
        assert [reference() for reference in seen] == [None] * 3
    finally:
        gc.enable()


def test_callbacks_registered_while_unwinding_run():
    log = []
    with ExitStack() as stack:
        stack.callback(log.append, "last")
        stack.callback(lambda: stack.callback(log.append, "added"))
    assert log == ["added", "last"]


def test_pop_all_while_unwinding_keeps_the_rest():
    log, kept = [], []
    with ExitStack() as stack:
        stack.callback(log.append, "kept")
        stack.callback(lambda: kept.append(stack.pop_all()))
    assert log == []
    kept[0].close()
    assert log == ["kept"]


def test_pop_all_of_subclasses_with_constructor_arguments():
    class Named(ExitStack):
        __slots__ = ("extra",)

        def __init__(self, name, *, extra):
            super().__init__()
            self.name, self.extra = name, extra

    class Fresh(ExitStack):
        def __init__(self, log=None):
            super().__init__()
            self.log = [] if log is None else log

    log = []
    stack = Named("n", extra=1)
    stack.callback(log.append, 1)
    moved = stack.pop_all()
    assert type(moved) is Named
    assert (moved.name, moved.extra) == ("n", 1)
    stack.close()
    assert log == []
    moved.close()
    assert log == [1]
    fresh = Fresh([1]).pop_all()
    assert fresh.log == [], "without required arguments the constructor makes the new stack"


def test_pending_exits_and_repr():
    def callback(*args, **kwds):
        pass

    def exit_function(*details):
        return False

    lock = threading.Lock()
    stack = ExitStack()
    assert repr(stack) == "<ExitStack: nothing pending>"
    stack.enter_context(lock)
    stack.push(exit_function)
    stack.callback(callback, 1, two=2)
    views = stack.pending_exits
    assert [view.kind for view in views] == ["manager", "exit", "callback"]
    assert all(type(view) is PendingExit for view in views)
    assert views[0].target is lock
    assert views[1].target is exit_function
    assert (views[2].target, views[2].args, views[2].kwargs) == (callback, (1,), {"two": 2})
    assert not any(view.is_async for view in views)
    prefix = f"{test_pending_exits_and_repr.__name__}.<locals>."
    assert repr(stack) == (
        f"<ExitStack: <manager lock>, <exit {prefix}exit_function>, <callback {prefix}callback>>"
    )
    stack.close()
    assert stack.pending_exits == ()
    with pytest.raises(AttributeError):
        stack.pending_exits = ()


def test_repr_runs_no_code_of_the_target():
    class Hostile:
        def __repr__(self):
            raise AssertionError

        __getattr__ = None

        def __call__(self):
            pass

    stack = ExitStack()
    stack.callback(Hostile())
    assert "Hostile" in repr(stack)


def test_methods_are_found_as_with_finds_them():
    log = []

    class Meta(type):
        def __enter__(cls):
            raise AssertionError

        __exit__ = __enter__

    class Unmanaged(metaclass=Meta):
        pass

    class Everything:
        @classmethod
        def __enter__(cls):
            log.append(cls)

        @staticmethod
        def __exit__(*details):
            log.append(details[1])

    class Property:
        @property
        def __enter__(self):
            return lambda: "property"

        __exit__ = functools.partialmethod(lambda self, word, *details: log.append(word), "partial")

    class Instance:
        def __init__(self):
            self.__enter__ = self.__exit__ = lambda *details: None

    with ExitStack() as stack:
        stack.enter_context(Everything())
        assert stack.enter_context(Property()) == "property"
        for wrong in (Unmanaged(), Instance(), 3):
            with pytest.raises(TypeError, match="the context manager protocol") as caught:
                stack.enter_context(wrong)
            assert caught.value.__context__ is None
    assert log == [Everything, "partial", None]


def test_a_changed_class_is_noticed():
    class_log = []

    with ExitStack() as stack:
        stack.enter_context(Changing())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Changing, "__exit__", lambda *details: class_log.append("patched"))
        with ExitStack() as stack:
            stack.enter_context(Changing())
        patch.delattr(Changing, "__exit__")
        with pytest.raises(TypeError), ExitStack() as stack:
            stack.enter_context(Changing())
        patch.setattr(
            Changing,
            "__exit__",
            staticmethod(lambda *details: class_log.append(len(details))),
            raising=False,
        )
        with ExitStack() as stack:
            stack.enter_context(Changing())
    assert class_log == ["patched", 3]


class Changing:
    def __enter__(self):
        return self

    def __exit__(self, *details):
        return None


def test_classes_are_not_kept_alive():
    class Local:
        def __enter__(self):
            return self

        def __exit__(self, *details):
            return None

    with ExitStack() as stack:
        stack.enter_context(Local())
    reference = weakref.ref(Local)
    del Local, stack
    gc.collect()
    assert reference() is None


def test_an_enter_that_raises_key_error_is_entered_once():
    log = []

    class Bad:
        def __enter__(self):
            log.append("enter")
            raise KeyError

        def __exit__(self, *details):
            raise AssertionError

    for _ in range(2):
        with pytest.raises(KeyError) as caught, ExitStack() as stack:
            stack.enter_context(Bad())
        assert caught.value.__context__ is None
    assert log == ["enter", "enter"]


def test_mock_managers_and_mock_open():
    with ExitStack() as stack:
        manager = mock.MagicMock()
        manager.__exit__.return_value = False
        stack.enter_context(manager)
        stack.enter_context(mock.patch("builtins.open", mock.mock_open(read_data="text")))
        opened = open("nowhere")  # noqa: PTH123 - that name is patched
        assert stack.enter_context(opened).read() == "text"
    manager.__enter__.assert_called_once_with()
    manager.__exit__.assert_called_once_with(None, None, None)


def test_every_keyword_reaches_the_callback():
    seen = {}
    with ExitStack() as stack:
        assert stack.callback(lambda **kwds: seen.update(kwds), self=1, callback=2, exit=3)
        with pytest.raises(TypeError):
            stack.callback(callback=print)
    assert seen == {"self": 1, "callback": 2, "exit": 3}


def test_truth_of_a_callback_swallows_nothing_truth_of_an_exit_does():
    with pytest.raises(ValueError), ExitStack() as stack:
        stack.callback(lambda: True)
        raise ValueError
    with ExitStack() as stack:
        stack.push(lambda *details: [1])
        raise ValueError


def test_forgotten_stacks_run_nothing():
    log = []
    stack = ExitStack()
    stack.callback(log.append, 1)
    del stack
    gc.collect()
    assert log == []


def test_attributes_can_be_set_and_weak_references_made():
    stack = ExitStack()
    stack.label = "mine"
    assert weakref.ref(stack)() is stack
    assert issubclass(ExitStack, runtime.AbstractContextManager)
    assert issubclass(ExitStack, contextlib.AbstractContextManager)
    assert issubclass(AsyncExitStack, contextlib.AbstractAsyncContextManager)
    assert isinstance(ExitStack[bool], types.GenericAlias)
    with pytest.raises(TypeError):
        ExitStack(1)
    with pytest.raises((TypeError, AttributeError)):
        pickle.dumps(functools.partial(lambda: None))
    assert copy.copy(stack).label == "mine"


def test_a_generator_resumed_elsewhere_is_not_given_a_stale_context():
    def steps():
        with ExitStack() as stack:
            stack.callback(int, "x")
            stack.push(lambda *details: True)
            yield
            raise KeyError

    try:
        raise RuntimeError("only while the generator starts")
    except RuntimeError:
        running = steps()
        next(running)
    with pytest.raises(ValueError) as caught:
        next(running)
    assert caught.value.__context__ is None


class AsyncRecorder:
    def __init__(self, log, failure=None):
        self.log, self.failure = log, failure

    async def __aenter__(self):
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, kind, exc, tb):
        await asyncio.sleep(0)
        self.log.append(exc)
        if self.failure:
            raise self.failure


def test_async_stack_mixes_both_kinds():
    log = []

    async def callback(word):
        log.append(word)

    async def swallow(kind, exc, tb):
        log.append(kind)
        return True

    async def main():
        async with AsyncExitStack() as stack:
            stack.callback(log.append, "sync callback")
            stack.push_async_callback(callback, "async callback")
            stack.push_async_exit(swallow)
            await stack.enter_async_context(AsyncRecorder(log))
            stack.enter_context(Recorder([], "sync"))
            stack.push_async_exit(AsyncRecorder(log))
            stack.push(lambda *details: False)
            views = stack.pending_exits
            assert [view.kind for view in views] == [
                "callback",
                "callback",
                "exit",
                "manager",
                "manager",
                "manager",
                "exit",
            ]
            assert [view.is_async for view in views] == [
                False,
                True,
                True,
                True,
                False,
                True,
                False,
            ]
            raise failure

    failure = ValueError()
    asyncio.run(main())
    assert log == [failure, failure, ValueError, "async callback", "sync callback"]


def test_async_stack_refuses_the_other_kind_and_says_so():
    async def main():
        async with AsyncExitStack() as stack:
            with pytest.raises(TypeError, match=r"asynchronous context manager.*meant for 'with'"):
                await stack.enter_async_context(Recorder([], "x"))
            with pytest.raises(TypeError, match=r"the context manager.*meant for 'async with'"):
                stack.enter_context(AsyncRecorder([]))
            assert not stack.pending_exits

    asyncio.run(main())


def test_async_stack_keeps_the_chain_and_shows_no_frames():
    async def main():
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(AsyncRecorder([], KeyError("outer")))
            await stack.enter_async_context(AsyncRecorder([], ValueError("inner")))

    with pytest.raises(KeyError) as caught:
        asyncio.run(main())
    assert [type(exc) for exc in chain(caught.value)] == [KeyError, ValueError]
    files = {
        f.filename for exc in chain(caught.value) for f in traceback.extract_tb(exc.__traceback__)
    }
    assert not any("lint_exitstack" in name for name in files)


def test_aclose_and_pop_all():
    log = []

    async def main():
        stack = AsyncExitStack()
        stack.callback(log.append, 1)
        moved = stack.pop_all()
        await stack.aclose()
        assert log == []
        await moved.aclose()
        await moved.aclose()

    asyncio.run(main())
    assert log == [1]
    assert not hasattr(AsyncExitStack, "close")


def test_cancellation_passes_through_every_exit():
    log = []

    async def main():
        async def body():
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(AsyncRecorder(log))
                stack.callback(log.append, "callback")
                await asyncio.sleep(60)

        task = asyncio.create_task(body())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert log[0] == "callback"
    assert isinstance(log[1], asyncio.CancelledError)


class Suspended:
    """A manager whose exit waits; what is thrown in there leaves it."""

    async def __aenter__(self):
        return self

    async def __aexit__(self, *details):
        await pause()


@types.coroutine
def pause():
    yield


def cancelled_in_exit(block):
    """Run a coroutine function to where it waits, throw a cancellation in, return what leaves."""
    running = block()
    running.send(None)
    with pytest.raises(asyncio.CancelledError) as caught:
        running.throw(asyncio.CancelledError("thrown in"))
        running.send(None)
    return [type(exc) for exc in chain(caught.value)]


@pytest.mark.parametrize("fails", [False, True])
def test_a_cancellation_in_an_exit_has_the_context_of_nested_with(fails):
    async def nested():
        async with Suspended():
            async with Suspended():
                if fails:
                    raise ValueError

    async def stacked():
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(Suspended())
            await stack.enter_async_context(Suspended())
            if fails:
                raise ValueError

    expected = [asyncio.CancelledError, ValueError] if fails else [asyncio.CancelledError]
    assert cancelled_in_exit(nested) == cancelled_in_exit(stacked) == expected


def test_a_cancellation_that_leaves_at_once_has_the_body_as_context():
    """The interpreter sets it in the coroutine with the block; no stack can prevent that."""

    async def nested():
        async with Suspended():
            with runtime.suppress(ValueError):
                raise ValueError

    async def stacked():
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(Suspended())
            stack.enter_context(runtime.suppress(ValueError))
            raise ValueError

    assert cancelled_in_exit(nested) == [asyncio.CancelledError]
    assert cancelled_in_exit(stacked) == [asyncio.CancelledError, ValueError]
