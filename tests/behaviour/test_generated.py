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
from .rewriting import one_at_a_time, rewrite

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
    alone: int = 0  # programs whose fixes had to be judged one at a time
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
            check(unsafe, workers, tally, counterexamples, one_at_a_time(source, chosen))

    hold()
    least = LEAST_CHANGED[focus] * tally.programs
    assert sum(tally.changed.values()) >= least, tally
    request.config.stash.setdefault(TALLIES, {})[focus] = tally


def check(rewritten, workers, tally, folder, steps=()):
    """One program, one sort of fixes, all interpreters.

    A hazard is judged by where two runs part. Where several fixes part them in several ways, each of
    the `steps` that make the same program out of the old one has to be explained by its own.
    """
    source = rewritten.before
    assert not rewritten.complaints, "\n".join(
        [source, rewritten.after, *rewritten.complaints, keep(folder, source)]
    )
    if not rewritten.changed:
        return
    tally.changed["unsafe" if rewritten.hazards() else "safe"] += 1
    tally.codes.update(rewritten.codes())
    tally.hazards.update(rewritten.hazards())
    wrong = judged(rewritten, workers, tally)
    if wrong and len(rewritten.applied) > 1:
        tally.alone += 1
        *_, last = alone = list(steps)
        if last.after == rewritten.after:
            wrong = next(filter(None, (judged(one, workers, tally) for one in alone)), None)
    assert not wrong, "\n".join([wrong, keep(folder, source)])


def judged(rewritten, workers, tally):
    """Return what is wrong with a rewrite, in words."""
    for worker in workers:
        worker.post(rewritten.before, rewritten.after, hazards=rewritten.hazards(), budget=BUDGET)
    # Every answer is taken before any is judged: none may be left for the next program.
    answers = [(worker, worker.receive()) for worker in workers]
    for worker, answer in answers:
        if answer.get("error") or answer["unexplained"] or answer["static"]:
            return answer.get("error") or describe(rewritten, worker.version, answer)
        tally.shown.update(list(answer["shown"]))
    return None
