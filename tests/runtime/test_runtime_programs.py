"""Generated programs: a stack must not be told from nested `with`."""

from __future__ import annotations

import contextlib

import pytest
import runtime_interpreters as interpreters
import runtime_programs as programs

from lint_exitstack import runtime


@pytest.mark.parametrize("version", interpreters.VERSIONS)
@pytest.mark.parametrize(
    "scale",
    [pytest.param("400", id="some"), pytest.param("10000", id="many", marks=pytest.mark.slow)],
)
def test_stacks_do_as_nested_with(version, scale):
    figures = interpreters.run(version, "runtime_programs.py", scale, timeout=1200)
    for name, (count, different, *examples) in figures.items():
        print(f"{version}: {name}: {count} programs, {different} differ")  # noqa: T201 - the figures, shown by `pytest -rP`
        if not name.startswith("contextlib"):
            assert not different, (name, examples)
    assert sum(figure[0] for figure in figures.values()) > 4000
    assert {name for name in figures if "asyncio" in name}


def test_contextlib_differs_where_the_runtime_says():
    """The comparison sees differences: contextlib has them, tracebacks left aside too."""
    count, different = programs.compare(
        programs.every_failure(["sync"], 2), contextlib.ExitStack, tracebacks=False
    )
    assert count > 1000
    assert different
    # The best known: the body succeeds and both exits raise.
    assert any(
        program.body is None and [step[2].__name__ for step in program.steps] == ["raises"] * 2
        for program in different
    )


def test_a_program_that_returns_out_of_the_block_may_differ():
    """What no stack can do: take back a `return` that ran before the exits did.

    Nested `with` goes on behind the outer statement when that swallows what the exit of an inner
    one raised, although the block was left by `return`.
    """

    class Raising:
        def __enter__(self):
            return self

        def __exit__(self, *details):
            raise ValueError

    def nested():
        with runtime.suppress(ValueError):
            with Raising():
                return "returned"
        return "went on"

    def stacked():
        with runtime.ExitStack() as stack:
            stack.enter_context(runtime.suppress(ValueError))
            stack.enter_context(Raising())
            return "returned"
        return "went on"

    assert nested() == "went on"
    assert stacked() == "returned"
