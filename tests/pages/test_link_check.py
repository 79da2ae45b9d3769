"""docs/check_links.py finds what it is there for."""

from __future__ import annotations

import subprocess
import sys

import page_reading
import pytest

GOOD = '<h1 id="top">x</h1><a href="b.html#there">b</a><a href="#top">up</a>'
OTHER = '<p id="there">y</p><a href="https://example.org/">out</a>'


def checked(folder, first: str) -> subprocess.CompletedProcess[str]:
    (folder / "a.html").write_text(first)
    (folder / "b.html").write_text(OTHER)
    command = [sys.executable, str(page_reading.DOCS / "check_links.py"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_good_links_pass_and_foreign_ones_are_listed(tmp_path):
    done = checked(tmp_path, GOOD)
    assert (done.returncode, done.stdout) == (0, "2 pages, 3 links, 1 of them to elsewhere\n")
    assert (tmp_path / "external-links.txt").read_text() == "https://example.org/\n"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('<a href="c.html">c</a>', "a.html: c.html leads nowhere"),
        ('<a href="b.html#here">b</a>', "a.html: b.html#here: there is no such place"),
        ('<a href="#middle">m</a>', "a.html: #middle: there is no such place"),
        ('<script src="https://x.org/x.js">', "a.html: loads https://x.org/x.js from elsewhere"),
        ('<link rel="stylesheet" href="//x.org/x.css">', "a.html: loads //x.org/x.css"),
    ],
)
def test_wrong_ones_are_named(wrong, said, tmp_path):
    done = checked(tmp_path, GOOD + wrong)
    assert done.returncode == 1
    assert said in done.stdout


def test_an_empty_folder_is_no_site(tmp_path):
    command = [sys.executable, str(page_reading.DOCS / "check_links.py"), str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
