"""Each row of the standard library against the real thing: opened, left, watched."""

import asyncio
import contextlib
import inspect
import multiprocessing
import sys
import tempfile
import threading
import tomllib
import warnings
from pathlib import Path

import pytest
import specimens_files
import specimens_network
import specimens_processes
import specimens_storage
from dotted_names import find
from specimens import Boom, Lab
from watching import async_by_hand, async_by_with, by_hand, by_with

import lint_exitstack.semantics
from lint_exitstack.semantics.catalogue import Exit, resource

pytestmark = [
    # A forked child in a process with threads (xdist has some) is none of our business here.
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
]

FOLDER = Path(lint_exitstack.semantics.__file__).parent
ROWS = tomllib.loads((FOLDER / "catalogue.toml").read_text())["stdlib"]
SYNC = {
    **specimens_files.SYNC,
    **specimens_storage.SYNC,
    **specimens_network.SYNC,
    **specimens_processes.SYNC,
}
ASYNC = {**specimens_storage.ASYNC, **specimens_processes.ASYNC}


@pytest.fixture
def labs(tmp_path):
    made = []

    def make():
        lab = Lab(tmp_path / str(len(made)))
        lab.folder.mkdir()
        made.append(lab)
        return lab

    yield make
    for lab in made:
        lab.stack.close()


def close_by_hand_at_last(specimen, thing, found):
    with warnings.catch_warnings(action="ignore"), contextlib.suppress(Exception):
        if not specimen.released(thing):
            getattr(thing, found.closes[0])()


@pytest.mark.parametrize("name", [name for name in SYNC if resource(name).exit is Exit.SAME])
def test_the_exit_is_the_closing_method(name, labs):
    found, specimen = resource(name), SYNC[name]
    assert not found.is_async
    assert found.same_as
    for method in found.same_as:
        expected = by_hand(specimen, labs(), method)
        assert expected[0]
        assert by_with(specimen, labs(), found, body_fails=False) == expected
        assert by_with(specimen, labs(), found, body_fails=True) == expected


@pytest.mark.parametrize("name", [name for name in SYNC if resource(name).exit is Exit.DIFFERS])
def test_the_exit_differs(name, labs):
    found, specimen = resource(name), SYNC[name]
    ends = [by_with(specimen, labs(), found, body_fails=fails) for fails in (False, True)]
    for method in found.closes:
        hand = by_hand(specimen, labs(), method)
        if method in found.same_as:
            assert ends == [hand, hand]
        elif method == found.closes[0]:
            assert ends != [hand, hand]


@pytest.mark.parametrize("name", [name for name in SYNC if resource(name).exit is Exit.NONE])
def test_there_is_no_manager(name, labs):
    found, specimen = resource(name), SYNC[name]
    lab = labs()
    thing = specimen.opens(lab)
    with pytest.raises((TypeError, AttributeError)), thing:
        pytest.fail("entered")
    assert not specimen.released(thing)
    getattr(thing, found.closes[0])()
    assert specimen.released(thing)


@pytest.mark.parametrize("name", [name for name in ASYNC if resource(name).exit is not Exit.NONE])
def test_async_exits(name, labs):
    found, specimen = resource(name), ASYNC[name]
    assert found.is_async

    async def main():
        hand = await async_by_hand(specimen, labs(), found)
        return hand, [await async_by_with(specimen, labs(), found, one) for one in (False, True)]

    hand, ends = asyncio.run(main())
    assert hand[0]
    assert (ends == [hand, hand]) == (found.exit is Exit.SAME)


@pytest.mark.parametrize("name", [name for name in ASYNC if resource(name).exit is Exit.NONE])
def test_there_is_no_async_manager(name, labs):
    found, specimen = resource(name), ASYNC[name]

    async def main():
        thing = await specimen.opens(labs())
        for manager in ("__enter__", "__aenter__"):
            assert not hasattr(type(thing), manager)
        assert not specimen.released(thing)
        getattr(thing, found.closes[0])()
        for attempt in range(500):
            if specimen.released(thing):
                break
            await asyncio.sleep(0.01)
        assert specimen.released(thing)

    asyncio.run(main())


LOCK_ROWS = [name for name, row in ROWS.items() if row.get("lock")]
LOCKS = [
    name for row in LOCK_ROWS for name in (row, *ROWS[row].get("also", "").split())
    if not name.startswith("multiprocessing.Manager.")
]  # fmt: skip


def make_lock(name):
    """Make a lock; classes that nobody calls directly are seen on what the functions return."""
    if name == "_thread.LockType":
        return threading.Lock()
    if name.startswith("multiprocessing.synchronize."):
        made = getattr(multiprocessing, name.rpartition(".")[2])()
        assert isinstance(made, find(name))
        return made
    return find(name)()


def is_free(made):
    """Whether another thread could take it."""
    taken = []

    def attempt():
        if made.acquire(False):
            taken.append(True)
            made.release()

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return bool(taken)


def check_lock(made, found):
    assert found.closes == ("release",)
    assert made.acquire()
    assert not is_free(made)
    made.release()
    assert is_free(made)
    for body_fails in (False, True):
        try:
            with made as bound:
                assert bound is not made
                assert bound is True
                assert not is_free(made)
                if found.reentrant:
                    assert made.acquire(False)
                    made.release()
                if body_fails:
                    raise Boom
        except Boom:
            assert body_fails
        assert is_free(made)


@pytest.mark.parametrize("name", [name for name in LOCKS if not resource(name).is_async])
def test_locks(name):
    made = make_lock(name)
    check_lock(made, resource(name))
    if resource(name).kind == "lock":
        made.acquire()
        assert made.acquire(False) == resource(name).reentrant


def test_manager_locks():
    with multiprocessing.Manager() as manager:
        for name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition"):
            check_lock(getattr(manager, name)(), resource(f"multiprocessing.Manager.{name}"))


@pytest.mark.parametrize("name", [name for name in LOCKS if resource(name).is_async])
def test_async_locks(name):
    found = resource(name)

    async def main():
        made = find(name)()
        taking = made.acquire()
        assert inspect.isawaitable(taking) == found.awaited_open
        await taking
        assert made.locked()
        made.release()
        for body_fails in (False, True):
            try:
                async with made as bound:
                    assert bound is None
                    assert made.locked()
                    if body_fails:
                        raise Boom
            except Boom:
                assert body_fails
            assert not made.locked()

    asyncio.run(main())


def test_named_temporary_file_that_outlives_its_close(tmp_path):
    if sys.version_info < (3, 12):
        pytest.skip("the keyword is new in 3.12")
    file = tempfile.NamedTemporaryFile(dir=tmp_path, delete_on_close=False)
    file.close()
    assert Path(file.name).exists()
    with tempfile.NamedTemporaryFile(dir=tmp_path, delete_on_close=False) as other:
        pass
    assert not Path(other.name).exists()
    folder = tempfile.TemporaryDirectory(dir=tmp_path, delete=False)
    with folder:
        pass
    assert Path(folder.name).exists()
    folder.cleanup()
    assert not Path(folder.name).exists()


ELSEWHERE = {
    "asyncio.ProactorEventLoop", "selectors.DevpollSelector", "selectors.KqueueSelector",
    "select.devpoll", "select.kqueue",
} | ({"xml.etree.ElementTree.iterparse"} if sys.version_info < (3, 13) else set())  # fmt: skip
# Bases and classes of which the specimens hold an instance, by the specimen that does.
INSTANCE_OF = {
    "asyncio.AbstractEventLoop": "asyncio.new_event_loop",
    "asyncio.AbstractServer": "asyncio.start_server",
    "asyncio.BaseTransport": "asyncio.Transport",
    "asyncio.ReadTransport": "asyncio.Transport",
    "asyncio.WriteTransport": "asyncio.Transport",
    "asyncio.Server": "asyncio.start_server",
    "asyncio.subprocess.Process": "asyncio.create_subprocess_exec",
}


def present(name):
    row = ROWS[resource(name).name]
    if not row.get("verified") or name in ELSEWHERE:
        return False
    try:
        find(name)
    except AttributeError:
        # Either a method of what a function returns, or of another version or platform.
        return False
    return True


def names_of_rows():
    for name, row in ROWS.items():
        if not row.get("lock"):
            yield from (name, *row.get("also", "").split())


def test_every_name_that_this_interpreter_has_is_covered(labs):
    uncovered = [name for name in names_of_rows() if present(name) and not is_covered(name, labs)]
    assert uncovered == []


def is_covered(name, labs):
    """It has a specimen, is one under another name, is the class of one, or inherits from one."""
    if name in SYNC or name in ASYNC or name in INSTANCE_OF:
        return True
    thing = find(name)
    same_row = [one for one in SYNC if resource(one) is resource(name)]
    if any(find_or_none(one) is thing for one in same_row):
        return True
    if not inspect.isclass(thing):
        return False
    if any(inherits(thing, find_or_none(one), resource(name)) for one in same_row):
        return True
    return any(isinstance(opened(one, labs), thing) for one in same_row)


def inherits(thing, base, found):
    """Whether a subclass leaves entering, leaving and closing as they are."""
    if not inspect.isclass(base) or not issubclass(thing, base):
        return False
    methods = ("__enter__", "__exit__", found.closes[0])
    return all(getattr(thing, one, None) is getattr(base, one, None) for one in methods)


def find_or_none(name):
    try:
        return find(name)
    except AttributeError:
        return None


def opened(name, labs):
    """Open a specimen and close it at once, for its class."""
    thing = SYNC[name].opens(labs())
    close_by_hand_at_last(SYNC[name], thing, resource(name))
    return thing
