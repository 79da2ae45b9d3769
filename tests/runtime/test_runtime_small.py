"""suppress, closing, nullcontext, redirections, chdir, the abstract bases, contextmanager."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import io
import pickle
import sys
import traceback
import types
import weakref
from pathlib import Path

import pytest

from lint_exitstack import runtime


def test_everything_of_contextlib_is_there():
    assert set(contextlib.__all__) | {"AsyncContextDecorator", "PendingExit"} == set(
        runtime.__all__
    )
    assert all(hasattr(runtime, name) for name in runtime.__all__)


def test_suppress_splits_groups():
    with runtime.suppress(ValueError, KeyError):
        raise ExceptionGroup("all", [ValueError(), ExceptionGroup("in", [KeyError()])])
    with runtime.suppress(KeyboardInterrupt):
        raise BaseExceptionGroup("base", [KeyboardInterrupt()])
    whole = BaseExceptionGroup("some", [GeneratorExit(), KeyError()])
    with pytest.raises(BaseExceptionGroup) as caught, runtime.suppress(KeyError):
        raise whole
    assert [type(exc) for exc in caught.value.exceptions] == [GeneratorExit]
    whole = ExceptionGroup("none of them", [OSError()])
    with pytest.raises(ExceptionGroup) as caught, runtime.suppress(KeyError):
        raise whole
    assert caught.value is not whole
    assert caught.value.exceptions == whole.exceptions


def test_suppress_takes_nested_tuples_for_plain_errors_only():
    with runtime.suppress((ValueError, KeyError)):
        raise KeyError
    with pytest.raises(TypeError), runtime.suppress("no class"):
        raise KeyError


def test_suppress_enters_however_it_is_called():
    """Its `__enter__` is a function in C that ignores what it is given."""
    manager = runtime.suppress(ValueError)
    assert manager.__enter__() is None
    assert type(manager).__enter__(manager) is None
    with contextlib.ExitStack() as stack:
        assert stack.enter_context(manager) is None
        raise ValueError
    with runtime.ExitStack() as stack:
        assert stack.enter_context(manager) is None
        raise ValueError


def test_suppress_honours_subclass_hooks():
    class Meta(type):
        def __subclasscheck__(cls, other):
            return True

    class Any(Exception, metaclass=Meta):
        pass

    with runtime.suppress(Any):
        raise OSError


@pytest.mark.parametrize("name", ["closing", "nullcontext", "redirect_stdout", "chdir"])
def test_small_managers_work_on_a_contextlib_stack(name, tmp_path):
    argument = {"closing": io.StringIO(), "redirect_stdout": io.StringIO(), "chdir": tmp_path}
    before = Path.cwd(), sys.stdout
    with contextlib.ExitStack() as stack:
        stack.enter_context(getattr(runtime, name)(argument.get(name)))
    assert (Path.cwd(), sys.stdout) == before


def test_closing_closes_and_says_what_is_missing():
    stream = io.StringIO()
    with runtime.closing(stream) as same:
        assert same is stream
    assert stream.closed
    with pytest.raises(AttributeError), runtime.closing(3):
        pass


def test_aclosing_and_async_nullcontext():
    closed = []

    class Thing:
        async def aclose(self):
            closed.append(True)

    async def main():
        async with runtime.aclosing(Thing()) as thing:
            assert isinstance(thing, Thing)
        async with runtime.nullcontext("value") as value:
            assert value == "value"

    asyncio.run(main())
    assert closed == [True]


def test_redirections_nest_in_themselves():
    stream = io.StringIO()
    redirection = runtime.redirect_stderr(stream)
    with redirection as target, redirection:
        assert target is stream
        sys.stderr.write("text\n")
    sys.stderr.write("elsewhere\n")
    assert stream.getvalue() == "text\n"


def test_chdir_nests_in_itself_and_raises_when_the_way_back_is_gone(tmp_path):
    here = Path.cwd()
    going = runtime.chdir(tmp_path)
    with going, going:
        assert Path.cwd() == tmp_path.resolve()
    assert Path.cwd() == here
    gone = tmp_path / "gone"
    gone.mkdir()
    with runtime.chdir(gone):
        with pytest.raises(FileNotFoundError), runtime.chdir(here):
            gone.rmdir()
    assert Path.cwd() == here


def test_abstract_bases_recognise_managers():
    class Manager:
        def __enter__(self):
            return self

        def __exit__(self, *details):
            return None

    class Half(Manager):
        __exit__ = None

    class Incomplete(runtime.AbstractContextManager):
        pass

    assert issubclass(Manager, runtime.AbstractContextManager)
    assert not issubclass(Half, runtime.AbstractContextManager)
    assert not issubclass(Manager, runtime.AbstractAsyncContextManager)
    assert not issubclass(Manager, Incomplete)
    with pytest.raises(TypeError):
        Incomplete()
    assert isinstance(runtime.AbstractContextManager[int, bool], types.GenericAlias)
    assert runtime.AbstractContextManager.__slots__ == ()
    assert runtime.AbstractAsyncContextManager.__slots__ == ()


@runtime.contextmanager
def generator_manager(*args):
    """Docstring."""
    yield args


def test_generator_managers_are_described_by_their_function():
    assert generator_manager.__name__ == "generator_manager"
    assert generator_manager().__doc__ == "Docstring."
    assert generator_manager.__wrapped__.__name__ == "generator_manager"


def test_generator_managers_are_no_more_copied_than_contextlibs():
    theirs = contextlib.contextmanager(generator_manager.__wrapped__)
    for protocol in (pickle.dumps, copy.deepcopy):
        for manager in (generator_manager(), theirs()):
            with pytest.raises((TypeError, pickle.PicklingError)):
                protocol(manager)
    assert type(copy.copy(generator_manager())) is type(generator_manager())


def test_generator_managers_drop_their_arguments():
    class Thing:
        pass

    @runtime.contextmanager
    def holding(thing):
        del thing
        yield

    thing = Thing()
    reference = weakref.ref(thing)
    with holding(thing):
        del thing
        assert reference() is None


def test_generator_managers_leave_no_frames():
    @runtime.contextmanager
    def replacing():
        try:
            yield
        except ValueError:
            raise KeyError from None

    with pytest.raises(KeyError) as caught:
        with replacing():
            raise ValueError
    for exc in (caught.value, caught.value.__context__):
        files = {frame.filename for frame in traceback.extract_tb(exc.__traceback__)}
        assert files == {__file__}


def test_generators_that_break_the_rule():
    @runtime.contextmanager
    def never():
        return
        yield

    @runtime.contextmanager
    def twice():
        yield
        yield

    @runtime.contextmanager
    def once_more():
        try:
            yield
        except ValueError:
            yield

    with pytest.raises(RuntimeError, match="didn't yield"), never():
        pass
    manager = twice()
    with pytest.raises(RuntimeError, match="didn't stop"), manager:
        pass
    assert manager.gen.gi_frame is None, "the generator was closed"
    manager = once_more()
    with pytest.raises(RuntimeError, match="didn't stop after throw"), manager:
        raise ValueError
    assert manager.gen.gi_frame is None


def test_async_generators_that_break_the_rule():
    @runtime.asynccontextmanager
    async def never():
        return
        yield

    @runtime.asynccontextmanager
    async def twice():
        yield
        yield

    async def main():
        with pytest.raises(RuntimeError, match="didn't yield"):
            async with never():
                pass
        manager = twice()
        with pytest.raises(RuntimeError, match="didn't stop"):
            async with manager:
                pass
        assert manager.gen.ag_frame is None, "the generator was closed"
        manager = twice()
        with pytest.raises(ValueError):
            async with manager:
                await manager.gen.aclose()
                raise ValueError

    asyncio.run(main())


def test_a_frozen_exception_passes_generator_managers():
    """python/cpython#99856: contextlib assigns to its `__traceback__`."""

    class Frozen(Exception):
        def __setattr__(self, name, value):
            raise AttributeError(name)

    with pytest.raises(Frozen), generator_manager():
        raise Frozen
