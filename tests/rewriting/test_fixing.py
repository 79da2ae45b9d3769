"""The loop: rounds, order, composition, and what stays untouched."""

from __future__ import annotations

import pytest

from lint_exitstack.analysis import analyse
from lint_exitstack.fixing import edits_for_all, fix
from lint_exitstack.model.source import Source
from lint_exitstack.settings import Settings

EVERYTHING = Settings(select=("XIT1", "XIT3"), target_version=(3, 11))


def fixed(text: str, settings: Settings = EVERYTHING, *, unsafe: bool = False) -> str:
    result = fix(Source.from_text(text), settings, unsafe=unsafe)
    assert not result.failures
    return result.source.text


def test_inner_and_outer_rewrites_compose() -> None:
    text = """\
import os

with a:
    with b:
        try:
            os.remove(x)
        except OSError:
            pass
        with c:
            with d:
                run()
"""
    assert (
        fixed(text)
        == """\
import os
from contextlib import suppress

with a, b:
    with suppress(OSError):
        os.remove(x)
    with c, d:
        run()
"""
    )


def test_a_suppress_that_stands_alone_joins_its_parent() -> None:
    text = "import os\n\nwith lock:\n    try:\n        os.remove(x)\n    except OSError:\n        pass\n"
    assert fixed(text).endswith("with lock, suppress(OSError):\n    os.remove(x)\n")


def test_more_nests_than_rounds() -> None:
    nest = "def f{0}():\n    with a:\n        one()\n        with b:\n            two()\n            with c:\n                three()\n                with d:\n                    four()\n"
    text = "\n\n".join(nest.format(n) for n in range(14))
    settings = Settings(select=("XIT102",))
    assert fixed(text, settings, unsafe=True).count("ExitStack() as stack:") == 14


def test_a_nest_in_the_last_level_of_a_nest() -> None:
    deep = ""
    for level in range(12):
        pad = "    " * level
        deep += f"{pad}with a{level}:\n{pad}    step({level})\n"
    settings = Settings(select=("XIT102",))
    text = fixed(
        f"def f():\n    {deep.replace(chr(10), chr(10) + '    ').rstrip()}\n", settings, unsafe=True
    )
    assert text.count("enter_context") == 12
    assert text.count("with ") == 1


def test_twenty_one_managers() -> None:
    text = "with " + ", ".join(f"a{n}" for n in range(12)) + ":\n    with "
    text += ", ".join(f"b{n}" for n in range(9)) + ":\n        run()\n"
    result = fixed(text, Settings(select=("XIT101",)), unsafe=True)
    assert result.count("enter_context") == 21
    compile(result, "fixed", "exec")


def test_suppressed_findings_are_left_alone() -> None:
    text = "with a:  # exitstack: ignore[XIT101] on purpose\n    with b:\n        run()\n"
    assert fixed(text) == text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_bytes_around_a_rewrite_stay(newline: str, bom: bool, encoding: str) -> None:
    if bom and encoding != "utf-8":
        pytest.skip("a BOM means UTF-8")
    before = [
        f"# coding: {encoding}",
        "x = '\t é'   ",
        "",
        "with a:",
        "\twith b:",
        "\t\trun()",
        "y=1",
    ]
    after = [*before[:3], "with a, b:", "\trun()", "y=1"]
    mark = b"\xef\xbb\xbf" if bom else b""
    data = mark + newline.join(before).encode(encoding)
    result = fix(Source(data), EVERYTHING)
    assert result.source.data == mark + newline.join(after).encode(encoding)


def test_edits_are_minimal_lines() -> None:
    source = Source.from_text("import os\nx = 1\nwith a:\n    with b:\n        run()\ny = 2\n")
    (finding,) = analyse(source, EVERYTHING)
    edits = edits_for_all(source, (finding,), EVERYTHING)[0]
    assert [(span.start, span.end, text) for span, text in edits] == [
        ((3, 0), (6, 0), "with a, b:\n    run()\n")
    ]


def test_too_deep_code_is_found_but_not_rewritten() -> None:
    text = f"with a:\n    with b:\n        x = {'-' * 120}y\n"
    (finding,) = analyse(Source.from_text(text), EVERYTHING)
    assert [hazard.name for hazard in finding.hazards] == ["too-deep"]
    assert fixed(text, unsafe=True) == text


def test_a_module_and_names_of_it_may_be_needed_at_once() -> None:
    # `suppress` means something else here, `closing` doesn't.
    text = """\
suppress = 3

try:
    f(x)
except OSError:
    pass
try:
    x.read()
finally:
    x.close()
"""
    result = fixed(text, Settings(select=("XIT2", "XIT3")), unsafe=True)
    assert "with contextlib.suppress(OSError):\n    f(x)\n" in result
    assert "closing(x):\n    x.read()\n" in result
