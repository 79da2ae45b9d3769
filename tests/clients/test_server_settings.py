"""Where the language server's settings come from, and that it notices when they change."""

from __future__ import annotations

import os

import attrs
from client_samples import HELD, NEST
from lsprotocol import types
from server_client import PUSHED, editor, in_loop

ASKED = attrs.evolve(
    PUSHED,
    workspace=types.WorkspaceClientCapabilities(
        configuration=True,
        did_change_configuration=types.DidChangeConfigurationClientCapabilities(
            dynamic_registration=True
        ),
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
            dynamic_registration=True
        ),
    ),
)
IGNORING = '[tool.lint-exitstack]\nignore = ["XIT101"]\n'


def codes(diagnostics):
    return [one.code for one in diagnostics]


def configure(root, text):
    """Write a configuration whose time differs from that of the one before."""
    path = root / "pyproject.toml"
    path.write_text(text)
    moment = path.stat().st_mtime_ns + 10**9
    os.utime(path, ns=(moment, moment))


async def settled(edit, expected):
    """Wait until the server says `expected` of the document as it is."""
    while True:
        newest = [one for one in edit.published if one.version == edit.version]
        if newest and codes(newest[-1].diagnostics) == expected:
            return
        await edit.more()


DESCRIBED = attrs.evolve(
    PUSHED,
    text_document=types.TextDocumentClientCapabilities(
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(
            code_description_support=True
        )
    ),
)


@in_loop
async def test_codes_lead_to_the_pages_that_the_user_keeps(tmp_path):
    configure(tmp_path, '[tool.lint-exitstack]\nrule-url = "https://docs.example/{code}/"\n')
    for capabilities, page in ((DESCRIBED, "https://docs.example/XIT101/"), (PUSHED, None)):
        async with editor(tmp_path, capabilities) as edit:
            edit.open(NEST)
            [one] = await edit.diagnostics()
            assert (one.code_description and one.code_description.href) == page
            [action, *_] = await edit.actions(0)
            assert list(action.diagnostics) == [one]


@in_loop
async def test_a_changed_file_counts_from_the_next_change_on(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open(NEST)
        assert codes(await edit.diagnostics()) == ["XIT101"]
        configure(tmp_path, IGNORING)
        edit.change(((0, 0), (0, 0), "\n"))
        assert codes(await edit.diagnostics()) == []
        (tmp_path / "pyproject.toml").unlink()
        edit.change(((0, 0), (0, 0), "\n"))
        assert codes(await edit.diagnostics()) == ["XIT101"]


@in_loop
async def test_a_watched_file_counts_at_once(tmp_path):
    async with editor(tmp_path, ASKED) as edit:
        edit.open(NEST)
        await settled(edit, ["XIT101"])
        assert {one.method for one in edit.registered} == {
            types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
            types.WORKSPACE_DID_CHANGE_CONFIGURATION,
        }
        configure(tmp_path, IGNORING)
        event = types.FileEvent((tmp_path / "pyproject.toml").as_uri(), types.FileChangeType(1))
        changed = types.DidChangeWatchedFilesParams([event])
        edit.client.workspace_did_change_watched_files(changed)
        await settled(edit, [])


@in_loop
async def test_who_pulls_is_asked_to_pull_again(tmp_path):
    diagnostic = types.DiagnosticClientCapabilities()
    refresh = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    pulling = attrs.evolve(
        ASKED,
        text_document=attrs.evolve(ASKED.text_document, diagnostic=diagnostic),
        workspace=attrs.evolve(ASKED.workspace, diagnostics=refresh),
    )
    async with editor(tmp_path, pulling) as edit:
        edit.open(NEST)
        first = await edit.pull()
        configure(tmp_path, IGNORING)
        edit.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([]))
        second = await edit.pull(first.result_id)
        assert (codes(first.items), codes(second.items)) == (["XIT101"], [])
        assert edit.client.diagnostic_refresh_count == 1


@in_loop
async def test_settings_at_the_start_beat_those_of_the_project(tmp_path):
    configure(tmp_path, IGNORING)
    async with editor(tmp_path, options={"lint-exitstack": {"select": ["XIT101"]}}) as edit:
        edit.open(NEST + HELD)
        assert codes(await edit.diagnostics()) == ["XIT101"]


@in_loop
async def test_settings_that_the_server_asks_for(tmp_path):
    async with editor(tmp_path, ASKED, settings={"select": ["XIT3"]}) as edit:
        edit.open(NEST + HELD)
        await settled(edit, ["XIT301"])
        edit.client.set_configuration({"lint-exitstack": {"select": ["XIT1"]}})
        changed = types.DidChangeConfigurationParams(settings=None)
        edit.client.workspace_did_change_configuration(changed)
        await settled(edit, ["XIT101"])


@in_loop
async def test_settings_that_are_sent(tmp_path):
    async with editor(tmp_path) as edit:
        edit.open(NEST + HELD)
        await settled(edit, ["XIT101", "XIT301"])
        table = {"lint-exitstack": {"ignore": ["XIT101"]}}
        changed = types.DidChangeConfigurationParams(settings=table)
        edit.client.workspace_did_change_configuration(changed)
        await settled(edit, ["XIT301"])


@in_loop
async def test_a_named_file_is_the_only_one(tmp_path):
    configure(tmp_path, IGNORING)
    (tmp_path / "other.toml").write_text('[tool.lint-exitstack]\nselect = ["XIT301"]\n')
    async with editor(tmp_path, options={"config": "other.toml"}) as edit:
        edit.open(NEST + HELD)
        assert codes(await edit.diagnostics()) == ["XIT301"]
        (tmp_path / "other.toml").write_text('[tool.lint-exitstack]\nselect = ["XIT101"]\n')
        os.utime(tmp_path / "other.toml", ns=(1, 1))
        edit.change(((0, 0), (0, 0), "\n"))
        assert codes(await edit.diagnostics()) == ["XIT101"]


@in_loop
async def test_wrong_settings_are_said_once_and_the_last_good_ones_stay(tmp_path):
    configure(tmp_path, IGNORING)
    async with editor(tmp_path, options={"selct": ["XIT1"]}) as edit:
        edit.open(NEST)
        assert codes(await edit.diagnostics()) == []
        configure(tmp_path, "[tool.lint-exitstack]\nignore = 3\n")
        for _ in range(3):
            edit.change(((0, 0), (0, 0), "\n"))
            assert codes(await edit.diagnostics()) == []
    first, second = edit.messages
    assert 'unknown key "selct"' in first
    assert "select" in first
    assert "pyproject.toml:2: tool.lint-exitstack: ignore must be a list" in second


@in_loop
async def test_syntax_errors_can_be_left_to_others(tmp_path):
    async with editor(tmp_path, options={"ignore": ["XIT901"]}) as edit:
        edit.open(f"{NEST}\n\n")
        await edit.diagnostics()
        edit.change(((4, 0), (4, 0), "def f("))
        assert codes(await edit.diagnostics()) == ["XIT101"]
