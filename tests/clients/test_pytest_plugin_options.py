"""The plugin's options, and its company: descriptors, warnings, async plugins, xdist."""

import pytest
from plugin_runs import runner

pytest_plugins = "pytester"


@pytest.fixture
def run(pytester, monkeypatch):
    return runner(pytester, monkeypatch)


class TestOnRequest:
    DESCRIPTOR = """
        import os, pytest
        HELD = []

        @pytest.mark.resource_tracker({options})
        def test_leak(tmp_path):
            HELD.append(open(tmp_path / "held", "w"))
        """

    def test_descriptors(self, run):
        result = run(self.DESCRIPTOR.format(options="fds=True"))
        result.assert_outcomes(passed=1, errors=1)
        result.stdout.re_match_lines(
            [r"resource tracker: descriptor \d+ \(.*/held\) left open: opened at .*test_it.py:6$"]
        )

    def test_not_unless_asked(self, run):
        run(self.DESCRIPTOR.format(options="")).assert_outcomes(passed=1)

    def test_by_the_configuration_and_not_by_a_nearer_marker(self, run):
        source = """
            import pytest
            HELD = []

            def test_leak(tmp_path):
                HELD.append(open(tmp_path / "held", "w"))

            @pytest.mark.resource_tracker(fds=False)
            def test_allowed(tmp_path):
                HELD.append(open(tmp_path / "held", "w"))
            """
        ini = "usefixtures = resource_tracker\nresource_tracker_fds = true\n"
        result = run(source, ini=ini)
        result.assert_outcomes(passed=2, errors=1)
        result.stdout.re_match_lines([r"ERROR test_it.py::test_leak.*"])

    def test_resource_warnings(self, run):
        result = run("""
            import pytest, warnings
            pytestmark = pytest.mark.resource_tracker(warnings=True)

            def test_leak(tmp_path):
                open(tmp_path / "dropped", "w")

            def test_clean(tmp_path):
                with open(tmp_path / "kept", "w"):
                    warnings.warn("something else")
            """)
        result.assert_outcomes(passed=2, errors=1, warnings=1)
        result.stdout.re_match_lines(
            [
                r"resource tracker: ResourceWarning: unclosed file <.*dropped.*>: opened at .*test_it.py:5"
            ]
        )
        result.stdout.fnmatch_lines(["*UserWarning: something else"])

    def test_resource_warnings_by_the_configuration(self, run):
        source = """
            import socket

            def test_leak(resource_tracker):
                socket.socket()
            """
        result = run(source, "-W", "error", ini="resource_tracker_warnings = true\n")
        result.assert_outcomes(passed=1, errors=1)
        result.stdout.re_match_lines([r".*unclosed <socket.*opened at .*test_it.py:4"])

    def test_fixtures_that_close_later_are_no_leak(self, run):
        result = run("""
            import pytest

            @pytest.fixture
            def file(tmp_path):
                with open(tmp_path / "a", "w") as file:
                    yield file

            @pytest.mark.resource_tracker(fds=True, warnings=True)
            def test_it(file):
                pass
            """)
        result.assert_outcomes(passed=1)

    @pytest.mark.parametrize(
        ("options", "wrong"), [("fd=True", "'fd'"), ("'fds'", "'fds'")], ids=["name", "position"]
    )
    def test_a_wrong_option_is_an_error(self, run, options, wrong):
        result = run(f"""
            import pytest

            @pytest.mark.resource_tracker({options})
            def test_it():
                pass
            """)
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(
            [f"*marker resource_tracker takes fds, warnings, order, not {wrong}"]
        )


class TestAsync:
    def test_pytest_asyncio(self, run):
        source = """
            import asyncio, pytest

            @pytest.mark.asyncio
            async def test_clean(resource_tracker):
                async def work():
                    async with resource_tracker.managed_resource():
                        await asyncio.sleep(0)
                await asyncio.gather(work(), work())

            @pytest.mark.asyncio
            @pytest.mark.resource_tracker(fds=True, warnings=True)
            async def test_leak(resource_tracker):
                await asyncio.sleep(0)
                resource_tracker.open("db")
            """
        result = run(source, plugins=["asyncio"])
        result.assert_outcomes(passed=1, failed=1)
        result.stdout.re_match_lines([r"resource tracker: 'db' left open: .*:14 in test_leak"])

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_anyio(self, run, backend):
        source = f"""
            import anyio, pytest

            @pytest.fixture
            def anyio_backend():
                return "{backend}"

            @pytest.mark.anyio
            async def test_clean(resource_tracker):
                async def work():
                    async with resource_tracker.managed_resource():
                        await anyio.sleep(0)
                async with anyio.create_task_group() as group:
                    group.start_soon(work)
                    group.start_soon(work)

            @pytest.mark.anyio
            async def test_twice(resource_tracker):
                async with resource_tracker.managed_resource("db") as db:
                    await db.aclose()
            """
        result = run(source, plugins=["anyio"])
        result.assert_outcomes(passed=1, failed=1)
        result.stdout.re_match_lines([r"resource tracker: 'db' closed twice: .*:18 in test_twice"])

    def test_pytest_trio(self, run):
        source = """
            import pytest, trio

            @pytest.mark.trio
            async def test_clean(resource_tracker, nursery):
                async def work():
                    async with resource_tracker.managed_resource():
                        await trio.sleep(0)
                nursery.start_soon(work)
                await work()

            @pytest.mark.trio
            async def test_leak(resource_tracker):
                resource_tracker.open("db")
                await trio.sleep(0)
            """
        result = run(source, plugins=["trio"])
        result.assert_outcomes(passed=1, failed=1)
        result.stdout.re_match_lines([r"resource tracker: 'db' left open: .*:13 in test_leak"])


def test_xdist(run):
    result = run(
        """
        import pytest

        @pytest.mark.parametrize("number", range(8))
        @pytest.mark.resource_tracker(fds=True, warnings=True)
        def test_it(resource_tracker, number):
            resource = resource_tracker.open(f"r{number}")
            if number % 4:
                resource.close()
        """,
        "-n2",
        plugins=["xdist"],
    )
    result.assert_outcomes(passed=6, failed=2)
    for number in (0, 4):
        result.stdout.re_match_lines_random(
            [rf".*'r{number}' left open: opened at .*:6 in test_it"]
        )
