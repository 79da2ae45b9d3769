"""The language server over its pipes: diagnostics, pushed or pulled, and rule pages."""

from __future__ import annotations

import attrs
import pytest
from client_samples import CLEAN, HELD, NEST
from lsprotocol import types
from server_client import NOTHING, PUSHED, editor, in_loop

from lint_exitstack.clients.server.documents import opened
from lint_exitstack.clients.server.positions import Positions

PULLING = attrs.evolve(
    PUSHED,
    text_document=attrs.evolve(
        PUSHED.text_document, diagnostic=types.DiagnosticClientCapabilities()
    ),
)
# An astral character and one of two bytes before the place that is meant.
ODD = 'x = "𝄞é"; f = open(x).read()\n'
COLUMNS = {"utf-8": (18, 25), "utf-16": (15, 22), "utf-32": (14, 21)}


def lines_of(diagnostics):
    return [(one.code, one.range.start.line) for one in diagnostics]


@in_loop
async def test_an_opened_file_gets_its_diagnostics(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open(NEST)
        (found,) = await edit.diagnostics()
    assert (found.code, found.source, found.severity) == (
        "XIT101",
        "lint-exitstack",
        types.DiagnosticSeverity.Warning,
    )
    assert found.message == "2 nested `with` statements can be one [collapsible-with]"
    assert found.range == types.Range(types.Position(0, 0), types.Position(1, 11))
    assert found.code_description is None
    assert edit.status == 0


@in_loop
async def test_diagnostics_follow_the_typing_by_version(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open(NEST)
        await edit.diagnostics()
        edit.change(((0, 0), (0, 0), "import os\n"), ((3, 8), (3, 12), "os.abort()"))
        assert lines_of(await edit.diagnostics()) == [("XIT101", 1)]
        edit.change(((2, 0), (3, 0), ""))
        await edit.diagnostics()
        edit.replace(CLEAN)
        assert await edit.diagnostics() == []


@in_loop
async def test_what_is_stale_is_not_shown(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open(NEST)
        for _ in range(30):
            edit.change(((0, 0), (0, 0), "\n"))
        assert lines_of(await edit.diagnostics()) == [("XIT101", 30)]
        versions = [params.version for params in edit.published]
    assert versions == sorted(set(versions))
    assert len(versions) < 15


@in_loop
async def test_who_pulls_is_never_pushed(tmp_path):
    async with editor(tmp_path, PULLING) as edit:
        assert edit.answer.capabilities.diagnostic_provider is not None
        edit.open(NEST)
        first = await edit.pull()
        assert first.kind == "full"
        assert lines_of(first.items) == [("XIT101", 0)]
        again = await edit.pull(first.result_id)
        assert (again.kind, again.result_id) == ("unchanged", first.result_id)
        edit.change(((0, 0), (0, 0), "\n"))
        changed = await edit.pull(first.result_id)
        assert lines_of(changed.items) == [("XIT101", 1)]
        assert changed.result_id != first.result_id
    assert edit.published == []


@in_loop
async def test_who_is_pushed_cannot_pull(tmp_path):
    async with editor(tmp_path) as edit:
        assert edit.answer.capabilities.diagnostic_provider is None


@in_loop
async def test_a_client_that_can_nothing_is_served(tmp_path):
    async with editor(tmp_path, NOTHING) as edit:
        edit.open(NEST)
        assert lines_of(await edit.diagnostics()) == [("XIT101", 0)]
        fix, _, ignore = await edit.actions(0)
        assert edit.after(fix) == "with a, b:\n    pass\n"
        assert fix.edit.document_changes is None
        assert ignore.title.startswith("Ignore")


@in_loop
async def test_broken_code_keeps_what_stands_elsewhere(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open(f"{NEST}\nx = 1\n\n{HELD}")
        whole = lines_of(await edit.diagnostics())
        assert whole == [("XIT101", 0), ("XIT301", 8)]
        edit.change(((4, 0), (4, 5), "def f(\n\n"))
        assert lines_of(await edit.diagnostics()) == [
            ("XIT101", 0),
            ("XIT301", 10),
            ("XIT901", 4),
        ]
        assert await edit.actions(0) == []
        edit.change(((0, 0), (0, 6), "with ("))
        assert lines_of(await edit.diagnostics())[0] == ("XIT301", 10)
        edit.replace(f"{NEST}\nx = 1\n\n{HELD}")
        assert lines_of(await edit.diagnostics()) == whole


@in_loop
async def test_broken_from_the_start(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open("def f(:\n")
        assert lines_of(await edit.diagnostics()) == [("XIT901", 0)]
        edit.replace("x = '\0'")
        assert lines_of(await edit.diagnostics()) == [("XIT901", 0)]


@pytest.mark.parametrize("encoding", COLUMNS)
@in_loop
async def test_positions_in_the_negotiated_encoding(tmp_path, encoding):
    general = types.GeneralClientCapabilities(position_encodings=[encoding])
    capabilities = attrs.evolve(PUSHED, general=general)
    async with editor(tmp_path, capabilities) as edit:
        assert edit.answer.capabilities.position_encoding == encoding
        edit.open(ODD)
        (found,) = await edit.diagnostics()
        start, end = COLUMNS[encoding]
        assert (found.range.start.character, found.range.end.character) == (start, end)
        edit.change(((0, start), (0, start), "(("), ((0, end + 2), (0, end + 2), "))"))
        assert edit.text == 'x = "𝄞é"; f = ((open(x))).read()\n'
        (found,) = await edit.diagnostics()
        assert found.range.start.character == start + 2


@in_loop
async def test_the_encoding_is_the_one_that_the_client_likes_best(tmp_path):
    general = types.GeneralClientCapabilities(position_encodings=["utf-32", "utf-8", "utf-16"])
    async with editor(tmp_path, attrs.evolve(PUSHED, general=general)) as edit:
        assert edit.answer.capabilities.position_encoding == "utf-32"
    async with editor(tmp_path) as edit:
        assert edit.answer.capabilities.position_encoding == "utf-16"


@in_loop
async def test_tags_and_causes_for_clients_that_show_them(tmp_path):
    text = 'x = 1  # noqa: XIT101\n\n\ndef f():\n    g = open("a")\n    print(g)\n    g.close()\n'
    async with editor(tmp_path) as edit:
        edit.open(text)
        unused, happy = await edit.diagnostics()
    assert (unused.code, unused.tags) == ("XIT001", (types.DiagnosticTag.Unnecessary,))
    assert (happy.code, happy.tags) == ("XIT601", None)
    async with editor(tmp_path, NOTHING) as edit:
        edit.open(text)
        assert [one.tags for one in await edit.diagnostics()] == [None, None]


@in_loop
async def test_causes_are_related_places(tmp_path):
    text = "def f(s, t):\n    for p in t:\n        s.callback(lambda: p.close())\n"
    text = f"from contextlib import ExitStack\n\n\n{text.replace('(s, t)', '(t)', 1)}"
    text = text.replace("    for p", "    s = ExitStack()\n    for p")
    async with editor(tmp_path) as edit:
        edit.open(text)
        found = {one.code: one for one in await edit.diagnostics()}
    (cause,) = found["XIT503"].related_information
    assert cause.message.startswith("intent: ")
    assert cause.location.uri == edit.uri()


@in_loop
async def test_closing_clears(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open(NEST)
        await edit.diagnostics()
        name = types.TextDocumentIdentifier(edit.uri())
        edit.client.text_document_did_close(types.DidCloseTextDocumentParams(name))
        while edit.published[-1].diagnostics:
            await edit.more()
        assert await edit.hover(0, 0) is None
        assert await edit.actions(0) == []
        edit.open(NEST)
        assert lines_of(await edit.diagnostics()) == [("XIT101", 0)]


@in_loop
async def test_only_python_and_nothing_excluded(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.lint-exitstack]\nextend-exclude = ["gen"]\n')
    async with editor(tmp_path) as edit:
        edit.open(NEST, "a.txt", "text")
        edit.open(NEST, "gen/a.py")
        assert await edit.diagnostics() == []
        edit.open(NEST, "script", "python")
        assert lines_of(await edit.diagnostics()) == [("XIT101", 0)]
        assert {params.uri for params in edit.published} == {
            edit.uri("gen/a.py"),
            edit.uri("script"),
        }


@in_loop
async def test_hover_shows_the_page_of_a_rule(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open(f"{NEST}x = 1  # exitstack: ignore[XIT301, deep-with]\n")
        on_finding = await edit.hover(0, 2)
        assert on_finding.contents.kind == types.MarkupKind.Markdown
        assert on_finding.contents.value.startswith("# collapsible-with (XIT101)\n")
        assert on_finding.range == (await edit.diagnostics())[0].range
        on_code = await edit.hover(3, 30)
        assert on_code.contents.value.startswith("# suppressible (XIT301)\n")
        assert (on_code.range.start.character, on_code.range.end.character) == (27, 33)
        on_name = await edit.hover(3, 36)
        assert on_name.contents.value.startswith("# deep-with (XIT102)\n")
        assert await edit.hover(2, 0) is None
        assert await edit.hover(3, 1) is None


@in_loop
async def test_hover_in_plain_text_for_those_who_want_that(tmp_path):
    hover = types.HoverClientCapabilities(content_format=[types.MarkupKind.PlainText])
    text = attrs.evolve(PUSHED.text_document, hover=hover)
    async with editor(tmp_path, attrs.evolve(PUSHED, text_document=text)) as edit:
        edit.open(NEST)
        assert (await edit.hover(0, 2)).contents.kind == types.MarkupKind.PlainText


@in_loop
async def test_what_was_never_saved_has_no_path(tmp_path):
    async with editor(tmp_path) as edit:
        item = types.TextDocumentItem("untitled:Untitled-1", "python", 1, NEST)
        edit.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        await edit.more()
    assert lines_of(edit.published[0].diagnostics) == [("XIT101", 0)]


def test_edits_of_a_text_with_odd_line_ends(tmp_path):
    """Form feeds and U+2028 end no line, neither for Python nor for the protocol."""
    item = types.TextDocumentItem((tmp_path / "a.py").as_uri(), "python", 1, "a\fb\u2028c\r\nd\re")
    place = types.Range(types.Position(1, 0), types.Position(2, 9))
    change = types.TextDocumentContentChangePartial(place, "D")
    changed = opened(item).changed([change], 2, Positions("utf-16"))
    assert changed.source.text == "a\fb\u2028c\r\nD"
