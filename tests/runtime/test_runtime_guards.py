"""Scope guards: which run is decided by how the block was left."""

from __future__ import annotations

import asyncio

import pytest

from lint_exitstack.runtime.guards import AsyncScopeGuard, ScopeGuard


def leave(how):
    if how == "success":
        return
    raise {"error": ValueError, "interrupt": KeyboardInterrupt, "exit": GeneratorExit}[how]


@pytest.mark.parametrize("how", ["success", "error", "interrupt", "exit"])
def test_which_guard_runs(how):
    log = []
    try:
        with ScopeGuard() as guard:
            guard.callback(log.append, "always")
            guard.on_failure(log.append, "failure")
            guard.on_success(log.append, "success")
            leave(how)
    except BaseException as exc:
        assert how != "success" and type(exc) is not AssertionError
    assert log == ["success", "always"] if how == "success" else log == ["failure", "always"]


def test_requests_are_rolled_back_together():
    server = []

    def post(name):
        if name == "refused":
            raise ConnectionError
        server.append(name)
        return name

    def create(*names):
        with ScopeGuard() as guard:
            for name in names:
                post(name)
                guard.on_failure(server.remove, name)

    with pytest.raises(ConnectionError):
        create("a", "b", "refused")
    assert server == []
    create("a", "b")
    assert server == ["a", "b"]


def test_hooks_chosen_by_outcome():
    log = []

    def event(fails):
        with ScopeGuard() as guard:
            guard.on_success(log.append, "success hook")
            guard.on_failure(log.append, "failure hook")
            log.append("event")
            if fails:
                raise ZeroDivisionError

    event(False)
    with pytest.raises(ZeroDivisionError):
        event(True)
    assert log == ["event", "success hook", "event", "failure hook"]


def test_a_guard_sees_what_leaves_at_its_turn():
    log = []
    with ScopeGuard() as guard:
        guard.on_success(log.append, "outer success")
        guard.on_failure(log.append, "outer failure")
        guard.push(lambda *details: True)
        guard.on_failure(log.append, "inner failure")
        raise ValueError
    assert log == ["inner failure", "outer success"]
    log.clear()
    with pytest.raises(ValueError), ScopeGuard() as guard:
        guard.on_failure(log.append, "an exit failed")
        guard.callback(int, "x")
        guard.on_success(log.append, "body succeeded")
    assert log == ["body succeeded", "an exit failed"]


def test_return_is_success_and_close_is():
    log = []

    def block():
        with ScopeGuard() as guard:
            guard.on_success(log.append, "success")
            return "value"

    assert block() == "value"
    guard = ScopeGuard()
    guard.on_success(log.append, "closed")
    guard.on_failure(log.append, "never")
    guard.close()
    assert log == ["success", "closed"]


def test_a_guard_swallows_nothing_and_what_it_raises_has_its_context():
    with pytest.raises(ValueError), ScopeGuard() as guard:
        guard.on_failure(lambda: True)
        raise ValueError
    with pytest.raises(KeyError) as caught, ScopeGuard() as guard:
        guard.on_failure({}.__getitem__, "missing")
        raise ValueError
    assert isinstance(caught.value.__context__, ValueError)


def test_guards_are_shown_moved_and_usable_as_decorators():
    log = []
    with ScopeGuard() as guard:

        @guard.on_failure
        def undo(*args, **kwds):
            log.append("undo")

        guard.on_success(undo, 1, callback=2)
        kinds = [(view.kind, view.target, view.args, view.kwargs) for view in guard.pending_exits]
        assert kinds == [("on_failure", undo, (), {}), ("on_success", undo, (1,), {"callback": 2})]
        assert "<on_failure" in repr(guard)
        moved = guard.pop_all()
    assert type(moved) is ScopeGuard
    assert log == []
    with pytest.raises(OSError), moved:
        raise OSError
    assert log == ["undo"]


@pytest.mark.parametrize("fails", [False, True])
def test_async_guards(fails):
    log = []

    async def note(word):
        await asyncio.sleep(0)
        log.append(word)

    async def main():
        async with AsyncScopeGuard() as guard:
            guard.on_failure(log.append, "failure")
            guard.on_success(log.append, "success")
            guard.on_async_failure(note, "async failure")
            guard.on_async_success(note, "async success")
            assert [v.is_async for v in guard.pending_exits] == [False, False, True, True]
            if fails:
                raise ValueError

    if fails:
        with pytest.raises(ValueError):
            asyncio.run(main())
    else:
        asyncio.run(main())
    word = "failure" if fails else "success"
    assert log == [f"async {word}", word]
