"""The client's messages, each handed to the part that knows the answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.uris import to_fs_path

from lint_exitstack.clients.server.actions import KINDS, Actions
from lint_exitstack.clients.server.configuring import SECTION
from lint_exitstack.clients.server.documents import opened
from lint_exitstack.clients.server.hovering import explained
from lint_exitstack.clients.server.positions import Positions
from lint_exitstack.clients.server.presenting import SOURCE, Presenter
from lint_exitstack.clients.server.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lint_exitstack.clients.server.fixes import Fixes


def make_server() -> Server:
    """Return a server that answers everything it should; pygls binds `ls`."""
    server = Server()
    actions = types.CodeActionOptions(code_action_kinds=[*KINDS], resolve_provider=False)
    features: dict[str, tuple[Callable[..., Any], Any]] = {
        types.INITIALIZE: (_initialize, None),
        types.INITIALIZED: (_initialized, None),
        types.TEXT_DOCUMENT_DID_OPEN: (_open, None),
        types.TEXT_DOCUMENT_DID_CHANGE: (_change, None),
        types.TEXT_DOCUMENT_DID_SAVE: (_save, None),
        types.TEXT_DOCUMENT_DID_CLOSE: (_close, None),
        types.TEXT_DOCUMENT_CODE_ACTION: (_actions, actions),
        types.TEXT_DOCUMENT_HOVER: (_hover, None),
        types.WORKSPACE_DID_CHANGE_CONFIGURATION: (_settings, None),
        types.WORKSPACE_DID_CHANGE_WATCHED_FILES: (_watched, None),
    }
    for name, (handler, options) in features.items():
        server.feature(name, options)(handler)
    return server


def _initialize(ls: Server, params: types.InitializeParams) -> None:
    """Learn what the client can do, and decide who starts with diagnostics: never both."""
    text = params.capabilities.text_document or types.TextDocumentClientCapabilities()
    encoding = ls.workspace.position_encoding or types.PositionEncodingKind.Utf16
    ls.presenter = Presenter(Positions(encoding), text.publish_diagnostics or text.diagnostic)
    ls.pulls = text.diagnostic is not None
    if ls.pulls:
        options = types.DiagnosticOptions(
            inter_file_dependencies=False, workspace_diagnostics=False, identifier=SOURCE
        )
        ls.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(_pull)
    folders = params.workspace_folders
    root = to_fs_path(folders[0].uri) if folders else ls.workspace.root_path
    if root is not None:
        ls.configuration.root = Path(root)
    ls.configuration.take(_section(params.initialization_options))


async def _initialized(ls: Server, _params: types.InitializedParams) -> None:
    await ls.subscribe()
    await ls.fetch_settings()


def _open(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    document = opened(params.text_document)
    if document is not None:
        ls.session.show(document)
        _push(ls, document.uri)


def _change(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    uri, version = params.text_document.uri, params.text_document.version
    document = ls.session.documents.get(uri)
    if document is not None:
        positions = ls.presenter.positions
        ls.session.show(document.changed(params.content_changes, version, positions))
        _push(ls, uri)


def _save(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
    _push(ls, params.text_document.uri)


def _close(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    if uri in ls.session.documents and not ls.pulls:
        ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
    ls.session.forget(uri)


def _push(ls: Server, uri: str) -> None:
    if not ls.pulls:
        ls.session.schedule(uri)


async def _pull(
    ls: Server, params: types.DocumentDiagnosticParams
) -> types.DocumentDiagnosticReport:
    examination = await ls.session.examination(params.text_document.uri)
    if examination is None:
        return types.RelatedFullDocumentDiagnosticReport(items=[])
    known = str(examination.serial)
    if params.previous_result_id == known:
        return types.RelatedUnchangedDocumentDiagnosticReport(known)
    return types.RelatedFullDocumentDiagnosticReport(
        items=ls.diagnostics(examination), result_id=known
    )


async def _actions(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    workspace = ls.client_capabilities.workspace
    edit = None if workspace is None else workspace.workspace_edit
    versioned = bool(edit and edit.document_changes)

    def made(fixes: Fixes) -> list[types.CodeAction]:
        source = fixes.examination.document.source
        span = ls.presenter.positions.span(source, params.range)
        return Actions(fixes, ls.presenter, versioned=versioned).at(span, params.context)

    return await ls.session.with_fixes(params.text_document.uri, made) or []


async def _hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    examination = await ls.session.examination(params.text_document.uri)
    if examination is None:
        return None
    source, positions = examination.document.source, ls.presenter.positions
    found = explained(examination, positions.position(source, params.position))
    if found is None:
        return None
    text, span = found
    content = types.MarkupContent(_markup(ls), text)
    return types.Hover(content, positions.range(source, span))


def _markup(ls: Server) -> types.MarkupKind:
    text = ls.client_capabilities.text_document
    hover = None if text is None else text.hover
    known = None if hover is None else hover.content_format
    plain = known is not None and types.MarkupKind.Markdown not in known
    return types.MarkupKind.PlainText if plain else types.MarkupKind.Markdown


async def _settings(ls: Server, params: types.DidChangeConfigurationParams) -> None:
    if ls.configuration.take(_section(params.settings)):
        ls.look_again()
    await ls.fetch_settings()


def _watched(ls: Server, _params: types.DidChangeWatchedFilesParams) -> None:
    ls.look_again()


def _section(options: Any) -> Mapping[str, Any]:
    """Return our part of what a client sends: some send it alone, some in its section."""
    if not isinstance(options, dict):
        return {}
    ours = options.get(SECTION, options)
    return ours if isinstance(ours, dict) else {}
