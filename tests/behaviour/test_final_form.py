"""Whatever a single fix makes: nothing is left for XIT101, and it's what XIT101 would have made."""

from dataclasses import replace

import pytest
from fixture_files import CASES, FIXTURES, load, settings_for
from hypothesis import HealthCheck, Phase, given, settings as hypothesis_settings

from lint_exitstack.model.errors import UnparsableSourceError
from lint_exitstack.model.source import Source
from lint_exitstack.settings import Settings

from .directives import behaviour_fixtures
from .final_forms import MERGING, problems
from .programs.whole import programs

DEFAULT_EXAMPLES = 60


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.relative_to(FIXTURES).as_posix())
def test_fixtures(path):
    chosen = settings_for(path)
    try:
        found = [*problems(load(path), replace(chosen, select=(*chosen.select, MERGING)))]
    except UnparsableSourceError:
        return
    assert found == []


@pytest.mark.parametrize("one", behaviour_fixtures(), ids=lambda one: one.id)
def test_behaviour_fixtures(one):
    source = Source.from_text(one.text, one.id)
    select = (*one.settings.select, MERGING)
    assert [*problems(source, replace(one.settings, select=select))] == []


@pytest.mark.parametrize("focus", ["cleanups", "mixed"])
def test_generated_programs(focus, examples):
    @hypothesis_settings(
        max_examples=examples or DEFAULT_EXAMPLES,
        derandomize=examples is None,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(programs(focus))
    def hold(text):
        chosen = Settings(select=("ALL",), target_version=(3, 11), exit_stack_depth=3)
        assert [*problems(Source.from_text(text), chosen)] == [], text

    hold()
