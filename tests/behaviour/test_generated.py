"""Generated programs: whatever the fixes make of them holds up, and safe fixes change no run."""

from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, settings as hypothesis_settings
from hypothesis.strategies import sampled_from

from lint_exitstack.settings import Settings

from .conftest import TALLIES
from .programs.whole import programs
from .reading import describe, keep
from .rewriting import rewrite

DEFAULT_EXAMPLES = 45
BUDGET = 40

# What each kind of program is fixed for, and the share of programs that must get a fix of any
# sort: without it the test would prove nothing.
SELECTED = {
    "nests": ("XIT1",),
    "stacks": ("XIT1",),
    "passes": ("XIT3",),
    "cleanups": ("ALL",),
    "mixed": ("ALL",),
}
LEAST_CHANGED = {"nests": 0.4, "stacks": 0.4, "passes": 0.4, "cleanups": 0.4, "mixed": 0.3}
RUNTIMES = ("contextlib", "lint_exitstack.runtime")


@dataclass
class Tally:
    """What a generated run did, for the report at the end."""

    programs: int = 0
    changed: Counter = field(default_factory=Counter)
    codes: Counter = field(default_factory=Counter)
    hazards: Counter = field(default_factory=Counter)
    shown: Counter = field(default_factory=Counter)


@pytest.fixture
def counterexamples(request):
    return request.config.cache.mkdir("behaviour")


@pytest.mark.parametrize("focus", SELECTED)
def test_generated_programs_keep_their_behaviour(
    focus, examples, workers, counterexamples, request
):
    tally = Tally()
    known = examples is None

    @hypothesis_settings(
        max_examples=examples or DEFAULT_EXAMPLES,
        derandomize=known,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(programs(focus), sampled_from(RUNTIMES))
    def hold(source, runtime):
        tally.programs += 1
        chosen = Settings(
            select=SELECTED[focus], target_version=(3, 11), runtime=runtime, exit_stack_depth=3
        )
        safe, unsafe = (rewrite(source, chosen, unsafe=unsafe) for unsafe in (False, True))
        check(safe, workers, tally, counterexamples)
        if unsafe.after != safe.after:
            check(unsafe, workers, tally, counterexamples)

    hold()
    least = LEAST_CHANGED[focus] * tally.programs
    assert sum(tally.changed.values()) >= least, tally
    request.config.stash.setdefault(TALLIES, {})[focus] = tally


def check(rewritten, workers, tally, folder):
    """One program, one sort of fixes, all interpreters."""
    source = rewritten.before
    assert not rewritten.complaints, "\n".join(
        [source, rewritten.after, *rewritten.complaints, keep(folder, source)]
    )
    if not rewritten.changed:
        return
    tally.changed["unsafe" if rewritten.hazards() else "safe"] += 1
    tally.codes.update(rewritten.codes())
    tally.hazards.update(rewritten.hazards())
    for worker in workers:
        worker.post(source, rewritten.after, hazards=rewritten.hazards(), budget=BUDGET)
    # Every answer is taken before any is judged: none may be left for the next program.
    answers = [(worker, worker.receive()) for worker in workers]
    for worker, answer in answers:
        wrong = answer.get("error") or answer["unexplained"] or answer["static"]
        assert not wrong, "\n".join(
            [describe(rewritten, worker.version, answer), keep(folder, source)]
        )
        tally.shown.update(list(answer["shown"]))
