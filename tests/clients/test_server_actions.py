"""Code actions of the language server, applied to the text as an editor would."""

from __future__ import annotations

import ast

import attrs
from client_samples import HELD, MERGED, NEST
from lsprotocol import types
from server_client import PUSHED, editor, in_loop

from lint_exitstack import check_source, fix_source
from lint_exitstack.clients.server.actions import FIX_ALL
from lint_exitstack.settings import Settings

UNSAFE = "def f(g):\n    try:\n        g()\n    except ValueError:\n        pass\n"
QUICK = types.CodeActionKind.QuickFix


@in_loop
async def test_a_safe_fix_is_preferred_and_carries_its_edit(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open(f"x = 1\n{NEST}")
        found = await edit.diagnostics()
        fix = (await edit.actions(1))[0]
        assert fix.title == "XIT101: with a, b:"
        assert (fix.kind, fix.is_preferred) == ("quickfix", True)
        assert list(fix.diagnostics) == found
        assert edit.after(fix) == f"x = 1\n{MERGED}"
        assert fix.command is None


@in_loop
async def test_an_unsafe_fix_names_its_hazards(tmp_path):
    (finding,) = check_source(UNSAFE)
    assert [hazard.name for hazard in finding.hazards] == ["exception-group"]
    async with editor(tmp_path) as edit:
        edit.open(UNSAFE)
        fix = (await edit.actions(1, 4))[0]
        assert fix.title == f"XIT301: {finding.help} (unsafe: exception-group)"
        assert (fix.kind, fix.is_preferred) == ("quickfix", None)
        assert edit.after(fix) == fix_source(UNSAFE, unsafe=True).source


@in_loop
async def test_a_comment_of_no_use_can_be_taken_out(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open("x = 1  # exitstack: ignore[XIT101] as planned\n")
        fix = (await edit.actions(0, 10))[0]
        assert (fix.title, fix.is_preferred) == ("XIT001: remove this comment", True)
        assert edit.after(fix) == "x = 1  # as planned\n"


@in_loop
async def test_accepted_hazards_make_a_fix_safe(tmp_path):
    async with editor(tmp_path, options={"accept-hazards": ["exception-group"]}) as edit:
        edit.open(UNSAFE)
        fix = (await edit.actions(1, 4))[0]
        assert "unsafe" not in fix.title
        assert fix.is_preferred


@in_loop
async def test_the_order_of_the_actions(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open(f"{UNSAFE}{NEST}")
        actions = await edit.actions(0, end=(8, 0))
    titles = [action.title for action in actions]
    assert [title.split(":")[0] for title in titles[:2]] == ["XIT101", "XIT301"]
    assert titles[1].endswith("(unsafe: exception-group)")
    assert actions[2].kind == FIX_ALL
    assert [title.split()[:2] for title in titles[3:]] == [
        ["Ignore", "XIT301"],
        ["Ignore", "XIT101"],
    ]
    assert [action.is_preferred for action in actions] == [True, *[None] * 4]


@in_loop
async def test_fixing_all_takes_the_safe_ones_only(tmp_path):
    text = f"{NEST}{UNSAFE}"
    async with editor(tmp_path) as edit:
        edit.open(text)
        for only in ([FIX_ALL], ["source.fixAll"], ["source"]):
            (action,) = await edit.actions(0, only=only, end=(99, 0))
            assert action.kind == FIX_ALL == "source.fixAll.lint-exitstack"
            assert edit.after(action) == fix_source(text).source
        assert await edit.actions(0, only=["source.fixAll.ruff"]) == []
        assert await edit.actions(0, only=["source.organizeImports"]) == []
        edit.replace("x = 1\n")
        assert await edit.actions(0, only=[FIX_ALL]) == []


@in_loop
async def test_only_quick_fixes_for_those_who_ask_for_them(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open(NEST)
        kinds = [action.kind for action in await edit.actions(0, only=[QUICK])]
        assert kinds == [QUICK, QUICK]
        assert await edit.actions(0, only=["refactor"]) == []
        assert await edit.actions(0, only=["quick"]) == []


@in_loop
async def test_ignoring_is_last_and_holds(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open(NEST)
        ignore = (await edit.actions(0))[-1]
        assert ignore.title == "Ignore XIT101 (collapsible-with) here"
        assert (ignore.kind, ignore.is_preferred) == ("quickfix", None)
        silenced = edit.after(ignore)
        assert silenced.splitlines()[0] == "with a:  # exitstack: ignore[XIT101]"
        edit.replace(silenced)
        assert await edit.diagnostics() == []


@in_loop
async def test_what_the_client_believes_to_be_there_is_of_no_use(tmp_path):
    place = types.Range(types.Position(0, 0), types.Position(0, 1))
    wrong = types.Diagnostic(place, "with a wrong place, and neither data nor source")
    async with editor(tmp_path) as edit:
        edit.open(NEST)
        actions = await edit.actions(0, 3, [QUICK], [wrong])
        assert edit.after(actions[0]) == MERGED


@in_loop
async def test_a_cursor_beside_a_finding_on_its_line_is_enough(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open("def f(path):\n    return open(path).read()\nx = 1\n")
        near, at, away = [await edit.actions(*place) for place in ((1, 4), (1, 12), (2, 0))]
    assert [one.title for one in near] == [one.title for one in at]
    assert at
    assert away == []


@in_loop
async def test_edits_touch_no_other_line(tmp_path):
    text = f"x = 1\n{NEST}{HELD}y = 2\n"
    async with editor(tmp_path) as edit:
        edit.open(text)
        (change,) = (await edit.actions(1, only=[QUICK]))[0].edit.document_changes
        places = [(one.range.start.line, one.range.end.line) for one in change.edits]
        assert places == [(1, 4)]
        (change,) = (await edit.actions(6, only=[QUICK]))[0].edit.document_changes
        # The import needs a line of its own, and none of the old ones.
        places = [(one.range.start.line, one.range.end.line) for one in change.edits]
        assert places[0][0] == places[0][1]
        assert min(start for start, _ in places[1:]) >= 6
        assert max(end for _, end in places) <= 10
        assert edit.after((await edit.actions(6, only=[QUICK]))[0]).endswith("y = 2\n")


@in_loop
async def test_line_ends_and_a_mark_at_the_start_stay(tmp_path):
    text = "\ufeff" + f"{NEST}x = 1\f\n".replace("\n", "\r\n")
    async with editor(tmp_path) as edit:
        edit.open(text)
        fix = (await edit.actions(0))[0]
        (change,) = fix.edit.document_changes
        assert change.edits[0].range.start == types.Position(0, 1)
        assert edit.after(fix) == "with a, b:\r\n    pass\r\nx = 1\f\r\n"


@in_loop
async def test_fixes_belong_to_the_newest_version(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open(NEST)
        edit.change(((0, 0), (0, 0), "x = 1\n"))
        fix = (await edit.actions(1))[0]
        assert edit.after(fix) == f"x = 1\n{MERGED}"
        ast.parse(edit.after(fix))


@in_loop
async def test_a_whole_file_offers_no_endless_menu(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open(NEST * 30)
        actions = await edit.actions(0, only=[QUICK], end=(90, 0))
        assert len(actions) == 40
        (everything,) = await edit.actions(0, only=[FIX_ALL])
        assert edit.after(everything) == MERGED * 30


@in_loop
async def test_columns_of_other_encodings_in_edits(tmp_path):
    general = types.GeneralClientCapabilities(position_encodings=["utf-8"])
    text = 's = "𝄞é"\nwith a:  # 𝄞\n    with b:\n        pass'
    async with editor(tmp_path, attrs.evolve(PUSHED, general=general)) as edit:
        edit.open(text)
        fix = (await edit.actions(1))[0]
        assert edit.after(fix) == fix_source(text, settings=Settings()).source
