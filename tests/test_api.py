"""`check_source` and `fix_source`."""

from __future__ import annotations

import pytest

import lint_exitstack
from lint_exitstack import (
    Fixability,
    Position,
    Settings,
    SourceError,
    UnparsableSourceError,
    UnreadableSourceError,
    UsageError,
    check_source,
    fix_source,
)

NEST = "with a:\n    with b:\n        pass\n"
MERGED = "with a, b:\n    pass\n"
HELD = "import m\n\ntry:\n    m.f()\nexcept ValueError:\n    pass\n"


def test_every_public_name_is_there():
    assert dir(lint_exitstack) == lint_exitstack.__all__
    for name in lint_exitstack.__all__:
        assert getattr(lint_exitstack, name) is not None
    assert set(lint_exitstack._HOMES) == set(lint_exitstack.__all__) - {"__version__"}
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        lint_exitstack.nonsense


@pytest.mark.parametrize("source", [NEST, NEST.encode(), b"\xef\xbb\xbf#\n" + NEST.encode()])
def test_checking_text_and_bytes(source):
    [finding] = check_source(source)
    assert (finding.code, finding.name) == ("XIT101", "collapsible-with")
    assert finding.fixability is Fixability.SAFE
    assert finding.span.start.column == 0


def test_the_path_and_the_settings_count():
    settings = Settings(per_file_ignores=(("gen/*", ("XIT1",)),))
    assert check_source(NEST, path="gen/a.py", settings=settings) == ()
    assert len(check_source(NEST, path="src/a.py", settings=settings)) == 1
    assert check_source(NEST, settings=Settings(select=("XIT3",))) == ()


def test_comments_count():
    silenced = NEST.replace(":", ":  # noqa", 1)
    assert check_source(silenced) == ()
    assert fix_source(silenced).source == silenced
    assert [item.code for item in check_source("x = 1  # noqa: XIT101\n")] == ["XIT001"]


def test_fixing_text():
    result = fix_source(HELD + NEST)
    assert result.source == HELD + MERGED
    assert [finding.code for finding in result.applied] == ["XIT101"]
    assert [finding.code for finding in result.findings] == ["XIT301"]
    assert result.failures == ()
    assert fix_source(result.source).source == result.source


def test_fixing_bytes_keeps_what_they_are():
    data = b"\xef\xbb\xbfx = 1\r\n" + NEST.encode().replace(b"\n", b"\r\n")
    assert fix_source(data).source == b"\xef\xbb\xbfx = 1\r\nwith a, b:\r\n    pass\r\n"
    latin = b"# coding: latin-1\n# \xe9\n" + NEST.encode()
    assert fix_source(latin).source == b"# coding: latin-1\n# \xe9\n" + MERGED.encode()


def test_a_mark_in_text_is_kept():
    assert fix_source("\ufeffx = 1\n" + NEST).source == "\ufeffx = 1\n" + MERGED


def test_unsafe_fixes_on_request():
    assert fix_source(HELD).source == HELD
    result = fix_source(HELD, unsafe=True)
    assert "with suppress(ValueError):" in result.source
    assert result.findings == ()


@pytest.mark.parametrize("function", [check_source, fix_source])
def test_sources_that_cant_be_used(function):
    with pytest.raises(UnparsableSourceError) as caught:
        function("x = 1\ny = = 2\n")
    assert Position(caught.value.line, caught.value.column) == (2, 4)
    with pytest.raises(UnreadableSourceError, match="null byte"):
        function(b"\0")
    with pytest.raises(SourceError):
        function(b"\xff")
    with pytest.raises(UsageError, match='"XIT77" is neither'):
        function(NEST, settings=Settings(select=("XIT77",)))
