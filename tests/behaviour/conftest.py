"""Workers for the session, and how many generated programs to try."""

import os

import pytest

from .interpreters import REQUIRED, VERSIONS, Worker, find_interpreter, required_versions

EXAMPLES = "LINT_EXITSTACK_BEHAVIOUR_EXAMPLES"

TALLIES = pytest.StashKey()
WORKERS = pytest.StashKey()


def pytest_addoption(parser):
    parser.addoption(
        "--behaviour-examples",
        type=int,
        default=None,
        help=f"generated programs to try for each kind of program (also ${EXAMPLES})",
    )


@pytest.fixture(scope="session")
def examples(request):
    """How many programs of each kind to generate; None leaves the number to the test."""
    given = request.config.getoption("behaviour_examples", default=None)
    return given if given is not None else int(os.environ.get(EXAMPLES, "0")) or None


@pytest.fixture(scope="session")
def found_workers(request):
    """A worker for each interpreter that is there; started on first use."""
    workers = {}
    for version in VERSIONS:
        command = find_interpreter(version)
        if command is not None:
            workers[version] = Worker(version, command)
    request.config.stash[WORKERS] = workers
    yield workers
    for worker in workers.values():
        worker.close()


@pytest.fixture(params=VERSIONS)
def worker(request, found_workers):
    """The worker of one version."""
    if request.param not in found_workers:
        reason = f"no working python{request.param}"
        if request.param in required_versions():
            pytest.fail(f"{reason}, though {REQUIRED} asks for it")
        pytest.skip(reason)
    return found_workers[request.param]


@pytest.fixture(scope="session")
def workers(found_workers):
    """All interpreters that are there, the required ones certainly."""
    missing = sorted(set(required_versions()) - set(found_workers))
    if missing:
        pytest.fail(f"{REQUIRED} asks for {', '.join(missing)}, which can't be run")
    if not found_workers:
        pytest.skip("no interpreter to run programs in")
    return tuple(found_workers.values())


def pytest_terminal_summary(terminalreporter, config):
    """Say how much was run: a proof without figures is none."""
    workers = config.stash.get(WORKERS, {}).values()
    if not any(worker.runs for worker in workers):
        return
    terminalreporter.section("behaviour oracle")
    for worker in workers:
        terminalreporter.line(
            f"Python {worker.version}: {worker.jobs} comparisons, {worker.runs} runs, "
            f"{worker.operations} operations, {worker.failed} plans with a failure"
        )
    for focus, tally in config.stash.get(TALLIES, {}).items():
        terminalreporter.line(f"generated {focus}: {tally}")
