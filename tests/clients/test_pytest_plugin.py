"""The plugin in real pytest runs: what it judges, when, and what it says."""

import re
import subprocess
import sys

import pytest
from plugin_runs import ROOT, runner

pytest_plugins = "pytester"


@pytest.fixture
def run(pytester, monkeypatch):
    return runner(pytester, monkeypatch)


def test_a_clean_test_passes(run):
    result = run("""
        def test_clean(resource_tracker):
            with resource_tracker.managed_resource("outer"):
                with resource_tracker.managed_resource("inner"):
                    pass
        """)
    result.assert_outcomes(passed=1)


def test_it_is_found_by_its_entry_point(run, monkeypatch, pytester):
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    pytester.makepyfile("def test_it(resource_tracker): pass")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_left_open_fails_the_test_and_says_where(run):
    result = run("""
        def connect(tracker):
            return tracker.open("db")

        def test_leak(resource_tracker):
            connect(resource_tracker)
        """)
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines(
        [r"resource tracker: 'db' left open: opened at .*test_it.py:2 in connect"]
    )
    assert "pytest_plugin.py" not in result.stdout.str()


def test_closed_twice_fails_the_test(run):
    result = run("""
        def test_twice(resource_tracker):
            with resource_tracker.managed_resource("db") as db:
                db.close()
        """)
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines(
        [
            r"resource tracker: 'db' closed twice: opened at .*:2 in.*closed at .*:3 in.*again at .*:2 in.*"
        ]
    )


def test_out_of_order_fails_the_test_unless_order_does_not_matter(run):
    result = run("""
        import pytest

        def fifo(tracker):
            first, second = tracker.open("first"), tracker.open("second")
            first.close()
            second.close()

        def test_fifo(resource_tracker):
            fifo(resource_tracker)

        @pytest.mark.resource_tracker(order=False)
        def test_any_order(resource_tracker):
            fifo(resource_tracker)
        """)
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.re_match_lines(
        [r"resource tracker: 'first' closed out of order: opened at .*:4 in fifo"]
    )


def test_injected_failures_are_not_faults(run):
    result = run("""
        import pytest

        def test_injection(resource_tracker):
            resource_tracker.fail_at(2, OSError("disk full"))
            with pytest.raises(OSError), resource_tracker.managed_resource("db"):
                pass
            resource_tracker.assert_exits("db")
        """)
    result.assert_outcomes(passed=1)


def test_a_test_that_fails_by_itself_keeps_its_reason(run):
    result = run("""
        def test_broken(resource_tracker):
            resource_tracker.open("db")
            assert 1 == 2
        """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E       assert 1 == 2",
            "*Captured resource tracker call*",
            "'db' left open: opened at *test_it.py:2 in test_broken",
        ]
    )


def test_fixtures_may_close_what_they_and_the_test_opened(run):
    result = run("""
        from contextlib import ExitStack
        import pytest

        @pytest.fixture
        def stack(resource_tracker):
            with ExitStack() as stack, resource_tracker.managed_resource("fixture's"):
                yield stack

        def test_stack(stack, resource_tracker):
            stack.enter_context(resource_tracker.managed_resource("test's", ordered=False))

        def test_finalizer(resource_tracker, request):
            request.addfinalizer(resource_tracker.open("test's").close)

        class TestClass:
            def teardown_method(self):
                self.resource.close()

            def test_method(self, resource_tracker):
                self.resource = resource_tracker.open("method's")
        """)
    result.assert_outcomes(passed=3)


def test_what_stays_open_after_all_fixtures_is_an_error(run):
    result = run("""
        import pytest

        @pytest.fixture
        def forgetful(resource_tracker):
            yield resource_tracker.open("fixture's")

        def test_it(forgetful):
            pass
        """)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.re_match_lines([r".*left open: opened at .*test_it.py:5 in forgetful"])


def test_wider_fixtures_are_set_up_before_the_tracker(run):
    result = run("""
        import pytest

        @pytest.fixture(scope="session", autouse=True)
        def log(tmp_path_factory):
            with open(tmp_path_factory.mktemp("log") / "log", "w") as file:
                yield file

        @pytest.fixture(scope="module")
        def data(tmp_path_factory):
            with open(tmp_path_factory.mktemp("data") / "data", "w") as file:
                yield file

        @pytest.mark.resource_tracker(fds=True, warnings=True)
        def test_it(data):
            pass
        """)
    result.assert_outcomes(passed=1)


def test_each_problem_is_told_once(run):
    result = run("""
        import pytest

        @pytest.fixture
        def other():
            yield

        def test_it(other, resource_tracker):
            resource_tracker.open("left")
            twice = resource_tracker.open("twice")
            twice.close()
            twice.close()
        """)
    result.assert_outcomes(failed=1, errors=1)
    told = [line for line in result.outlines if line.startswith("resource tracker: ")]
    assert [line.split(":")[1].strip() for line in told] == [
        "'left' left open",
        "'twice' closed twice",
    ]


def test_parameters_and_harmless_fixtures_do_not_put_the_verdict_off(run):
    result = run("""
        import pytest

        @pytest.mark.parametrize("name", ["a", "b"])
        def test_leak(resource_tracker, name, tmp_path, monkeypatch, capsys):
            resource_tracker.open(name)
        """)
    result.assert_outcomes(failed=2)


def test_unittest_and_doctest_items(run, pytester):
    pytester.makefile(".txt", doc=">>> 1 + 1\n2\n")
    result = run(
        """
        import unittest, pytest

        @pytest.mark.usefixtures("resource_tracker")
        class TestCase(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def take(self, resource_tracker):
                self.tracker = resource_tracker

            def test_clean(self):
                self.addCleanup(self.tracker.open().close)

            def test_twice(self):
                resource = self.tracker.open("db")
                resource.close()
                resource.close()
        """,
        "--doctest-glob=*.txt",
    )
    result.assert_outcomes(passed=2, failed=1)


def test_xfail_and_skip(run):
    result = run("""
        import pytest

        @pytest.mark.xfail(strict=True)
        def test_known_leak(resource_tracker):
            resource_tracker.open("db")

        def test_skipped(resource_tracker):
            pytest.skip("later")
        """)
    result.assert_outcomes(xfailed=1, skipped=1)


@pytest.mark.parametrize(
    ("option", "lines"),
    [
        ("--markers", ["@pytest.mark.resource_tracker(*"]),
        ("--fixtures", ["resource_tracker -- *pytest_plugin.py:*", "*Track resources: the test*"]),
        ("--help", ["*resource_tracker_fds (bool):*"]),
    ],
)
def test_help(run, option, lines):
    run("", option).stdout.fnmatch_lines(lines)


def test_a_run_that_does_not_use_it_imports_next_to_nothing():
    code = (
        "import sys, pytest; before = set(sys.modules);"
        "import lint_exitstack.clients.pytest_plugin;"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        "lint_exitstack", "lint_exitstack.clients", "lint_exitstack.clients.pytest_plugin"
    ]  # fmt: skip


def test_the_documentation_runs(run, pytester):
    """Each example of docs/tracking.md that is a test module passes, or fails as it says."""
    text = (ROOT / "docs" / "tracking.md").read_text()
    examples = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    tests = [one for one in examples if "def test_" in one]
    assert len(tests) >= 4
    for example in tests:
        outcomes = run(example).parseoutcomes()
        assert outcomes.get("failed", 0) == example.count("# fails")
        assert outcomes.get("errors", 0) == example.count("# errors")
        assert sum(outcomes.values()) >= example.count("def test_")
