"""Files are replaced in one step, or left as they were."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from lint_exitstack.project.writing import WriteError, replace_file


def folder_holds(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_content_changes_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    replace_file(path, b"old", b"new\r\n")
    assert path.read_bytes() == b"new\r\n"
    assert folder_holds(tmp_path) == ["a.py"]


@pytest.mark.parametrize("mode", [0o755, 0o600, 0o664])
def test_the_mode_is_kept(tmp_path, mode):
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    path.chmod(mode)
    replace_file(path, b"old", b"new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    real = tmp_path / "elsewhere" / "real.py"
    real.write_bytes(b"old")
    link = tmp_path / "link.py"
    link.symlink_to(Path("elsewhere") / "real.py")
    replace_file(link, b"old", b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert folder_holds(tmp_path / "elsewhere") == ["real.py"]


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes(b"somebody's")
    with pytest.raises(WriteError, match=r"has changed while it was worked on"):
        replace_file(path, b"old", b"new")
    assert path.read_bytes() == b"somebody's"
    assert folder_holds(tmp_path) == ["a.py"]


def test_a_read_only_file_is_left_alone(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(WriteError, match="is read-only; nothing was changed"):
        replace_file(path, b"old", b"new")
    assert path.read_bytes() == b"old"


def test_a_file_that_vanished_is_not_made_anew(tmp_path):
    with pytest.raises(WriteError, match="No such file"):
        replace_file(tmp_path / "gone.py", b"old", b"new")
    assert folder_holds(tmp_path) == []


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "a.py").mkdir()
    with pytest.raises(WriteError, match="is no regular file"):
        replace_file(tmp_path / "a.py", b"old", b"new")


def test_a_dangling_link_is_left_alone(tmp_path):
    (tmp_path / "a.py").symlink_to("nowhere")
    with pytest.raises(WriteError, match="No such file"):
        replace_file(tmp_path / "a.py", b"old", b"new")
    assert (tmp_path / "a.py").is_symlink()


UNPRIVILEGED = textwrap.dedent(
    """
    import os, sys
    from pathlib import Path
    from lint_exitstack.project.writing import WriteError, replace_file
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    try:
        replace_file(Path(sys.argv[1]), b"old", b"new")
    except WriteError as error:
        print(error)
    """
)


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
def test_a_folder_without_the_right_to_write(tmp_path):
    # pytest's folders are closed to other users, whom root has to become to lack a right.
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    folder = tmp_path / "closed"
    folder.mkdir()
    path = folder / "a.py"
    path.write_bytes(b"old")
    path.chmod(0o666)
    folder.chmod(0o555)
    try:
        command = [sys.executable, "-c", UNPRIVILEGED, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    finally:
        folder.chmod(0o755)
    assert done.stdout == "can't be written (Permission denied); nothing was changed\n"
    assert path.read_bytes() == b"old"
    assert folder_holds(folder) == ["a.py"]


INTERRUPTED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from lint_exitstack.project.writing import replace_file
    step = int(sys.argv[2])
    calls = 0

    def interrupt(frame, event, argument):
        global calls
        if event == "call" and frame.f_code.co_filename.endswith("writing.py"):
            return lines
        return None

    def lines(frame, event, argument):
        global calls
        if event == "line":
            calls += 1
            if calls == step:
                os.kill(os.getpid(), signal.SIGINT)
        return lines

    sys.settrace(interrupt)
    try:
        replace_file(Path(sys.argv[1]), b"old", b"new")
    except KeyboardInterrupt:
        sys.settrace(None)
        print("interrupted")
    else:
        sys.settrace(None)
        print("done")
    """
)


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
def test_an_interrupt_at_any_line_leaves_one_or_the_other(tmp_path):
    path = tmp_path / "a.py"
    outcomes = []
    for step in range(1, 100, 3):
        path.write_bytes(b"old")
        command = [sys.executable, "-c", INTERRUPTED, str(path), str(step)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        outcomes.append((done.stdout.strip(), path.read_bytes()))
        assert path.read_bytes() in (b"old", b"new")
        assert len(folder_holds(tmp_path)) == 1
        if done.stdout == "done\n":
            break
    assert ("interrupted", b"old") in outcomes
    assert outcomes[-1] == ("done", b"new")
