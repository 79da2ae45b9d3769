"""The generator: its programs compile, are of every sort, and do the same twice."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from .programs.whole import FOCUS, programs

# Each of these must turn up in some program: a generator that lost one would prove less unseen.
FEATURES = (
    "async with", "async for", "with (", ", \\\n", "\r\n", "\t", "\f", "# noqa", "# type: ignore",
    "# far left", "nonlocal", "yield", "class Mine", "class Scope", "except*", "BOTH", "Hooked",
    "errors.KeyError", "import missing", "suppress(", ";", '"""one', "break", "continue", "return x",
    "del x", ".acquire()", ".aclose()", "is not None", "done = True", "sys.stdout", "os.chdir",
    "except BaseException", "open(", "finally", "else", "box[call", " as (x, y)", "as [y, z]",
    "from __future__", "import contextlib as c", "stack", "local_error", " as e", "continue",
)  # fmt: skip


def generated(focus, count):
    """The first programs of one focus, always the same."""
    found = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(programs(focus))
    def collect(source):
        found.append(source)

    collect()
    return found


def test_programs_compile_and_show_every_feature():
    found = [source for focus in FOCUS for source in generated(focus, 120)]
    for source in found:
        compile(source, "<generated>", "exec", dont_inherit=True)
    everything = "\n".join(found)
    assert [feature for feature in FEATURES if feature not in everything] == []
    assert any(not source.endswith("\n") for source in found)


@pytest.mark.parametrize("focus", FOCUS)
def test_a_program_does_the_same_twice(focus, worker):
    for source in generated(focus, 12):
        answer = worker.compare(source, source, budget=40)
        assert answer.get("different") == 0, (source, answer)
