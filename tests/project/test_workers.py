"""Tasks in several processes."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from lint_exitstack.project import workers
from lint_exitstack.project.one_file import Task
from lint_exitstack.settings import Settings

NEST = "with a:\n    with b:\n        pass\n"


def make_tasks(folder, count: int) -> list[Task]:
    tasks = []
    for number in range(count):
        path = folder / f"a{number:03}.py"
        path.write_text(NEST if number % 2 else "x = 1\n", "utf-8")
        tasks.append(Task(str(path), path.name, Settings()))
    return tasks


SCRIPT = textwrap.dedent(
    """
    import os, sys
    from pathlib import Path
    from lint_exitstack.project import workers
    from lint_exitstack.project.one_file import Task
    from lint_exitstack.settings import Settings

    class Deadly(Settings):
        # Dies wherever it's unpickled by somebody else than its maker.
        def __reduce__(self):
            return kill, (os.getpid(),)

    def kill(parent):
        if os.getpid() != parent:
            os._exit(9)

    tasks = [Task(str(path), path.name, Settings()) for path in sorted(Path(sys.argv[1]).iterdir())]
    if sys.argv[2:]:
        tasks[5] = Task(tasks[5].path, tasks[5].shown, Deadly())
    if __name__ == "__main__":
        for outcome in workers.run(tasks, 2):
            print(outcome.shown, len(outcome.reported), *outcome.errors)
    """
)


def run_script(folder, *arguments: str) -> list[str]:
    # A process of its own: forking is for programs without threads, and pytest may have some.
    script = folder.with_suffix(".script.py")
    script.write_text(SCRIPT, "utf-8")
    command = [sys.executable, str(script), str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "files"
    place.mkdir()
    make_tasks(place, 60)
    return place


def test_outcomes_come_in_order(folder):
    assert run_script(folder) == [f"a{number:03}.py {number % 2}" for number in range(60)]


def test_a_file_that_kills_its_process_costs_only_itself(folder):
    lines = run_script(folder, "deadly")
    assert lines[5] == "a005.py 0 a005.py: internal error: the process died of this file"
    del lines[5]
    expected = [f"a{number:03}.py {number % 2}" for number in range(60) if number != 5]
    assert lines == expected


def test_few_files_need_no_processes(tmp_path):
    outcomes = list(workers.run(make_tasks(tmp_path, 3), 8))
    assert [len(outcome.reported) for outcome in outcomes] == [0, 1, 0]
    assert workers.processors() >= 1
