"""Every behaviour fixture: safe fixes change no run, unsafe ones only what their hazards name."""

import pytest

from .directives import FIXTURES, behaviour_fixtures
from .reading import describe, describe_difference
from .rewriting import rewrite
from .world.hazards import NEVER_AT_RUN_TIME, PREDICATES

# suppress splits exception groups from this version on; before it there is nothing to see.
SEEN_FROM = {"exception-group": "3.12"}

ALL = behaviour_fixtures()


@pytest.fixture(params=ALL, ids=[one.id for one in ALL])
def fixture(request):
    return request.param


def test_there_are_fixtures_for_what_the_rules_offer():
    assert len(ALL) == len(list(FIXTURES.glob("XIT*/behaviour/*.py")))
    assert {one.code for one in ALL} >= {"XIT101", "XIT102", "XIT103", "XIT104", "XIT301", "XIT302"}


def test_the_fix_is_what_the_fixture_says(fixture):
    safe = rewrite(fixture.text, fixture.settings, unsafe=False)
    unsafe = rewrite(fixture.text, fixture.settings, unsafe=True)
    assert (safe.complaints, unsafe.complaints) == ((), ())
    safe_hazards = set(safe.hazards()) - set(fixture.settings.accept_hazards)
    assert safe_hazards == set()
    if fixture.verdict == "safe":
        assert safe.codes() == (fixture.code,)
        assert unsafe.after == safe.after, "another fix of this fixture is unsafe"
    elif fixture.verdict == "unsafe":
        assert (safe.codes(), unsafe.codes()) == ((), (fixture.code,))
        assert sorted(unsafe.hazards()) == sorted(fixture.hazards)
    else:
        assert (safe.codes(), unsafe.codes()) == ((), ())


def test_a_safe_fix_changes_no_run(fixture, worker):
    if not fixture.runs_on(worker.version):
        pytest.skip(f"the fixture's settings exclude Python {worker.version}")
    safe = rewrite(fixture.text, fixture.settings, unsafe=False)
    hazards = fixture.settings.accept_hazards
    answer = worker.compare(safe.before, safe.after, hazards=hazards, budget=fixture.budget)
    assert "error" not in answer, answer
    assert not answer["unexplained"], describe(safe, worker.version, answer)
    assert not answer["static"], describe(safe, worker.version, answer)
    assert answer["runs"] > 20, "the fixture does nothing that could fail"


@pytest.mark.parametrize(
    "unsafe", [one for one in ALL if one.verdict == "unsafe"], ids=lambda one: one.id
)
def test_an_unsafe_fix_changes_what_its_hazards_name(unsafe, workers):
    rewritten = rewrite(unsafe.text, unsafe.settings, unsafe=True)
    shown = {}
    for worker in workers:
        if not unsafe.runs_on(worker.version):
            continue
        answer = worker.compare(
            rewritten.before, rewritten.after, hazards=rewritten.hazards(), budget=unsafe.budget
        )
        assert "error" not in answer, answer
        assert not answer["unexplained"], describe(rewritten, worker.version, answer)
        shown |= answer["shown"]
    newest = workers[-1].version
    visible = {name for name in unsafe.hazards if SEEN_FROM.get(name, "") <= newest}
    silent = visible - set(shown) - NEVER_AT_RUN_TIME
    assert silent == set(unsafe.unseen), "hazards that no run shows, and those said to be unseen"
    seen_all_the_same = {
        name: [*describe_difference(shown[name])] for name in set(shown) & NEVER_AT_RUN_TIME
    }
    assert seen_all_the_same == {}


def test_every_hazard_has_a_meaning_at_run_time():
    used = {name for one in ALL for name in one.hazards}
    assert used <= set(PREDICATES)
