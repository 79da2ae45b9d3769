"""Descriptors and ResourceWarnings: found, placed, and nothing else disturbed."""

import io
import os
import socket
import subprocess
import sys
import tempfile
import tracemalloc
import warnings

import pytest

from lint_exitstack.runtime import _tracking_leaks
from lint_exitstack.runtime.tracking import LeakWatch, open_descriptors


def test_a_clean_block_has_no_problems(tmp_path):
    with LeakWatch() as watch, (tmp_path / "a").open("w"), socket.socket():
        pass
    assert watch.problems == ()
    assert not tracemalloc.is_tracing()


def test_a_held_file_is_placed(tmp_path):
    with LeakWatch(resource_warnings=False) as watch:
        file = (tmp_path / "held").open("w")
    (problem,) = watch.problems
    assert problem.fault == "descriptor"
    assert (
        f"descriptor {file.fileno()} ({tmp_path / 'held'}) left open: opened at " in problem.message
    )
    assert f"{__file__}:{test_a_held_file_is_placed.__code__.co_firstlineno + 2}" in problem.message
    file.close()


def test_a_held_socket_is_placed():
    with LeakWatch(resource_warnings=False) as watch:
        held = socket.socket()
    (problem,) = watch.problems
    assert f"opened at {__file__}:" in problem.message
    held.close()


def test_a_bare_descriptor_has_no_object_to_ask(tmp_path):
    with LeakWatch() as watch:
        number = os.open(tmp_path / "bare", os.O_CREAT | os.O_RDWR)
    (problem,) = watch.problems
    assert problem.message == (
        f"descriptor {number} ({tmp_path / 'bare'}) left open: opened where no Python object tells"
    )
    os.close(number)


def test_a_number_that_changed_hands_is_found(tmp_path):
    before = os.open(tmp_path / "before", os.O_CREAT | os.O_RDWR)
    with LeakWatch() as watch:
        os.close(before)
        after = os.open(tmp_path / "after", os.O_CREAT | os.O_RDWR)
    assert after == before
    assert [one.name for one in watch.problems] == [str(tmp_path / "after")]
    os.close(after)


def test_a_dropped_file_warns_with_its_place(tmp_path):
    with LeakWatch() as watch:
        (tmp_path / "dropped").open("w")
    (problem,) = watch.problems
    assert problem.fault == "resource-warning"
    assert problem.message.startswith("ResourceWarning: unclosed file <")
    assert f"opened at {__file__}:" in problem.message


def test_a_cycle_is_collected_first(tmp_path):
    class Holder:
        pass

    with LeakWatch() as watch:
        holder = Holder()
        holder.itself = holder
        holder.file = (tmp_path / "cycle").open("w")
        del holder
    assert [one.fault for one in watch.problems] == ["resource-warning"]


def test_a_warning_without_a_source():
    with LeakWatch(descriptors=False) as watch:
        warnings.warn("something is open", ResourceWarning, stacklevel=1)
    (problem,) = watch.problems
    assert problem.message.startswith(f"ResourceWarning: something is open: noticed at {__file__}:")


def test_other_warnings_go_where_they_would_have_gone():
    with pytest.warns(UserWarning, match="still heard") as heard:
        with LeakWatch() as watch:
            warnings.warn("still heard", UserWarning, stacklevel=1)
    assert watch.problems == ()
    assert [str(one.message) for one in heard] == ["still heard"]


def test_an_error_in_the_block_comes_out(tmp_path):
    with pytest.raises(KeyError), LeakWatch() as watch:
        (tmp_path / "dropped").open("w")
        raise KeyError
    assert len(watch.problems) == 1


def test_tracing_that_was_on_stays_on():
    tracemalloc.start()
    try:
        with LeakWatch():
            pass
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()


def test_tracing_that_sees_the_library_only_names_the_library():
    tracemalloc.start(1)
    try:
        with tempfile.TemporaryFile() as file:
            assert _tracking_leaks._made_at(file).startswith(tempfile.__file__)
    finally:
        tracemalloc.stop()


def test_an_object_older_than_the_tracing_is_named_without_a_place():
    buffer = io.BytesIO()
    assert _tracking_leaks._made_at(buffer) is None


def test_descriptors_of_this_process(tmp_path):
    with (tmp_path / "open").open("w") as file:
        assert open_descriptors()[file.fileno()] == str(tmp_path / "open")
        assert _tracking_leaks._probed
        assert dict(_tracking_leaks._probed())[file.fileno()] == "unknown"
    assert str(tmp_path / "open") not in open_descriptors().values()


def test_descriptors_where_the_system_has_no_listing(monkeypatch, tmp_path):
    monkeypatch.setattr(_tracking_leaks, "_LISTINGS", (str(tmp_path / "missing"),))
    with (tmp_path / "open").open("w") as file:
        assert file.fileno() in open_descriptors()


def test_a_listing_without_links(monkeypatch, tmp_path):
    (tmp_path / "0").touch()
    monkeypatch.setattr(_tracking_leaks, "_LISTINGS", (str(tmp_path),))
    assert open_descriptors() == {0: "unknown"}


def test_the_tracker_needs_the_standard_library_only():
    code = (
        "import sys; before = set(sys.modules); import lint_exitstack.runtime.tracking;"
        "new = {m.partition('.')[0] for m in set(sys.modules) - before};"
        "print(sorted(new - set(sys.stdlib_module_names)));"
        "print(sorted(m for m in sys.modules if m.startswith('lint_exitstack.')"
        " and not m.startswith('lint_exitstack.runtime')));"
        "print({'asyncio', 'pathlib', 'unittest', 'pytest', 'libcst'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["['lint_exitstack']", "[]", "set()"]
