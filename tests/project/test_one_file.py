"""What is done with one file, from a task to its outcome."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from lint_exitstack.project.differences import unified_diff
from lint_exitstack.project.one_file import Mode, Task, process
from lint_exitstack.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

NEST = b"with a:\n    with b:\n        pass\n"
MERGED = b"with a, b:\n    pass\n"
UNSAFE = b"import m\n\ntry:\n    m.f()\nexcept ValueError:\n    pass\n"


def task(path: Path, **about) -> Task:
    return Task(str(path), path.name, about.pop("settings", Settings()), **about)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes(NEST)
    return path


def codes(outcome) -> list[str]:
    return [item.finding.code for item in outcome.reported]


def test_checking_changes_nothing(file):
    outcome = process(task(file))
    assert codes(outcome) == ["XIT101"]
    assert outcome.reported[0].text == "with a:"
    assert outcome.reported[0].edits is None
    assert file.read_bytes() == NEST


def test_fixing_writes_the_file_once(file):
    outcome = process(task(file, mode=Mode.FIX))
    assert codes(outcome) == []
    assert [finding.code for finding in outcome.applied] == ["XIT101"]
    assert file.read_bytes() == MERGED
    assert process(task(file, mode=Mode.FIX)).applied == ()


def test_a_diff_writes_nothing(file):
    outcome = process(task(file, mode=Mode.DIFF))
    assert outcome.diff == (
        "--- a.py\n+++ a.py\n@@ -1,3 +1,2 @@\n"
        "-with a:\n-    with b:\n-        pass\n+with a, b:\n+    pass\n"
    )
    assert file.read_bytes() == NEST


def test_unsafe_fixes_need_to_be_asked_for(file):
    file.write_bytes(UNSAFE)
    assert process(task(file, mode=Mode.FIX)).applied == ()
    assert file.read_bytes() == UNSAFE
    assert len(process(task(file, mode=Mode.FIX, unsafe=True)).applied) == 1
    assert b"with suppress(ValueError):" in file.read_bytes()


def test_edits_on_request(file):
    [item] = process(task(file, edits=True)).reported
    assert "".join(edit.content for edit in item.edits) == MERGED.decode()


def test_content_that_is_no_file(tmp_path):
    outcome = process(task(tmp_path / "gone.py", data=NEST, mode=Mode.FIX))
    assert outcome.data == MERGED
    assert not (tmp_path / "gone.py").exists()
    broken = process(task(tmp_path / "gone.py", data=b"with a\n", mode=Mode.FIX))
    assert (codes(broken), broken.data) == (["XIT901"], b"with a\n")


@pytest.mark.parametrize(
    ("data", "code", "line", "column", "message"),
    [
        (b"x = 1\nwith a\n", "XIT901", 2, 6, "expected ':'"),
        (b"x = 1\n\0\n", "XIT902", 2, 0, "the file contains a null byte"),
        (b"x = 1\n# \xff\n", "XIT902", 2, 0, "byte 0xff isn't utf-8: declare"),
        (b"# coding: nonsense\n", "XIT902", 1, 0, "unknown encoding: nonsense"),
        (b"(" * 3000 + b")" * 3000, "XIT901", 1, None, ""),
    ],
)
def test_files_that_cant_be_checked(file, data, code, line, column, message):
    file.write_bytes(data)
    [item] = process(task(file)).reported
    assert (item.finding.code, item.finding.line) == (code, line)
    assert message in item.finding.message
    if column is not None:
        assert item.finding.span.start.column == column


def test_a_file_that_cant_be_opened(tmp_path):
    (tmp_path / "a.py").symlink_to("nowhere")
    [item] = process(task(tmp_path / "a.py")).reported
    assert item.finding.code == "XIT902"
    assert item.finding.message == "the file can't be read: No such file or directory"


def test_these_findings_can_be_left_out(file):
    file.write_bytes(b"with a\n")
    settings = Settings(per_file_ignores=(("a.py", ("XIT9",)),))
    assert process(task(file, settings=settings)).reported == ()


def test_a_file_that_cant_be_written_keeps_its_findings(file):
    file.chmod(0o444)
    outcome = process(task(file, mode=Mode.FIX))
    assert outcome.errors == ("a.py: is read-only; nothing was changed",)
    assert (codes(outcome), outcome.applied) == (["XIT101"], ())
    assert file.read_bytes() == NEST


def test_suppressions_are_honoured_and_judged_after_a_fix(file):
    file.write_bytes(
        NEST + b"x = 1  # exitstack: ignore[XIT301] nosec\n" + NEST.replace(b":", b":  # noqa", 1)
    )
    outcome = process(task(file, mode=Mode.FIX))
    assert codes(outcome) == ["XIT001"]
    assert len(outcome.applied) == 1
    assert b"with a:  # noqa\n" in file.read_bytes()


def test_new_suppressions(file):
    outcome = process(task(file, mode=Mode.IGNORE, reason="later"))
    assert (outcome.added, codes(outcome)) == (1, [])
    assert b"with a:  # exitstack: ignore[XIT101] later\n" in file.read_bytes()
    assert process(task(file, mode=Mode.IGNORE)).added == 0


def test_a_reason_that_the_file_cant_hold(file):
    file.write_bytes(b"# coding: latin-1\n" + NEST)
    outcome = process(task(file, mode=Mode.IGNORE, reason="\N{SNOWMAN}"))
    assert outcome.errors == ("a.py: the reason can't be written in iso-8859-1",)
    assert file.read_bytes() == b"# coding: latin-1\n" + NEST


def test_an_unexpected_error_is_told_with_its_traceback(file):
    outcome = process(task(file, settings=Settings(exit_stack_depth=None)))
    [error] = outcome.errors
    assert error.startswith("a.py: internal error, please report it with this traceback:\n")
    assert "TypeError" in error


def test_of_a_very_long_line_only_a_part_is_kept(file):
    file.write_bytes(b"x = '" + b"y" * 5000 + b"'; a b\n")
    [item] = process(task(file)).reported
    assert len(item.text) <= 300
    assert item.text.endswith("yyy'; a b")
    assert item.text[item.finding.span.start.column - item.offset] in "ab"


def test_tasks_and_outcomes_travel_between_processes(file):
    one = task(file, edits=True)
    assert pickle.loads(pickle.dumps(one)) == one
    outcome = process(one)
    assert pickle.loads(pickle.dumps(outcome)) == outcome


def test_a_diff_without_a_final_line_end():
    assert unified_diff("a\nb", "a\nc", "f.py") == (
        "--- f.py\n+++ f.py\n@@ -1,2 +1,2 @@\n a\n"
        "-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
    )
    assert unified_diff("a\r\n", "a\r\n", "f.py") == ""
    assert unified_diff("a\r\n\f\r\n", "b\r\n\f\r\n", "f.py").endswith("-a\r\n+b\r\n \f\r\n")
