"""Absurd input, and bugs of ours."""

from __future__ import annotations

import pytest
from client_samples import NEST

from lint_exitstack.api import check_source
from lint_exitstack.fixing import Failure
from lint_exitstack.project.one_file import Task, dropped
from lint_exitstack.settings import Settings

ABSURD = {
    "parentheses.py": b"x = " + b"(" * 3000 + b")" * 3000 + b"\n",
    "sum.py": b"x = " + b"+".join([b"1"] * 100_000) + b"\n",
    "blocks.py": b"".join(b" " * depth + b"if x:\n" for depth in range(1000))
    + b" " * 1000
    + b"x\n",
    "null.py": b"x = 1\0\n",
}


@pytest.mark.parametrize("options", [[], ["--fix", "--unsafe-fixes"]])
def test_absurd_files_get_a_message_each(run, project, options):
    for name, data in ABSURD.items():
        (project / name).write_bytes(data + NEST.encode())
    (project / "dangling.py").symlink_to("nowhere")
    (project / "x.py").mkdir()
    (project / "x.py" / "plain.py").write_text("x = 1\n")
    ran = run("check", "--output-format", "concise", *options)
    assert (ran.status, ran.err) == (1, "")
    *lines, closing = ran.out.splitlines()
    assert [line.split(":")[0] for line in lines] == sorted([*ABSURD, "dangling.py"])
    assert all(" XIT90" in line for line in lines)
    assert closing == "Found 5 problems."
    assert all(
        (project / name).read_bytes() == data + NEST.encode() for name, data in ABSURD.items()
    )


def test_a_very_long_line_is_checked_and_cropped(run, project):
    (project / "a.py").write_text("x = '" + "y" * 3_000_000 + "'; y = = 1\n" + NEST)
    ran = run("check")
    assert ran.status == 1
    assert len(ran.out) < 2000


def test_a_fix_that_failed_its_proof_is_called_our_bug(project):
    [finding] = check_source(NEST)
    task = Task(str(project / "a.py"), "a.py", Settings())
    assert dropped(task, "1:1", Failure(finding, "comments", "1 got lost")) == (
        'a.py:1:1: XIT101 was not fixed: its rewrite failed the check "comments" (1 got lost). '
        "This is a bug of lint-exitstack: please report it."
    )
