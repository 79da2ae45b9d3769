"""A client for the language server: pytest-lsp's, and what the tests ask of it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import sys
from pathlib import Path

from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, LanguageClient, register_lsp_features

from lint_exitstack.clients.server.positions import Positions
from lint_exitstack.model.source import Source

COMMAND = (sys.executable, "-m", "lint_exitstack", "server")
NOTHING = types.ClientCapabilities()
PUSHED = types.ClientCapabilities(
    text_document=types.TextDocumentClientCapabilities(
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(
            version_support=True,
            related_information=True,
            tag_support=types.ClientDiagnosticsTagOptions([types.DiagnosticTag.Unnecessary]),
        )
    ),
    workspace=types.WorkspaceClientCapabilities(
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True)
    ),
)


def in_loop(test):
    """Make a test of a coroutine function; whatever hangs fails."""

    @functools.wraps(test)
    def run(*args, **kwargs):
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 60))

    return run


class Editor:
    """One open document at a time in a client, and what the server said about it."""

    def __init__(self, client, root, encoding):
        self.client = client
        self.root = root
        self.positions = Positions(encoding)
        self.published = []
        self.registered = []
        self.messages = []
        self.news = asyncio.Event()
        # pygls marks what it calls, which a method wouldn't bear.
        self.note = functools.partial(Editor.noted, self)

    def noted(self, params):
        self.published.append(params)
        self.news.set()

    def uri(self, name="a.py"):
        return (self.root / name).as_uri()

    def open(self, text, name="a.py", language="python"):
        item = types.TextDocumentItem(self.uri(name), language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        self.version, self.text, self.name = 1, text, name

    def change(self, *edits):
        """Replace (start, end, text): line and column pairs in the client's own units."""
        self.version += 1
        changes = []
        for start, end, text in edits:
            place = types.Range(types.Position(*start), types.Position(*end))
            changes.append(types.TextDocumentContentChangePartial(place, text))
            self.text = self.applied([types.TextEdit(place, text)])
        self._send(changes)

    def replace(self, text):
        self.version, self.text = self.version + 1, text
        self._send([types.TextDocumentContentChangeWholeDocument(text)])

    def _send(self, changes):
        name = types.VersionedTextDocumentIdentifier(self.version, self.uri(self.name))
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(name, changes))

    async def diagnostics(self, version=None):
        """Wait for what the server publishes about a version (the newest) and return that."""
        wanted = self.version if version is None else version
        while True:
            for params in reversed(self.published):
                if params.version == wanted and params.uri == self.uri(self.name):
                    return list(params.diagnostics)
            await self.more()

    async def more(self):
        self.news.clear()
        await self.news.wait()

    async def pull(self, previous=None):
        name = types.TextDocumentIdentifier(self.uri(self.name))
        params = types.DocumentDiagnosticParams(name, previous_result_id=previous)
        return await self.client.text_document_diagnostic_async(params)

    async def actions(self, line, column=0, only=None, diagnostics=(), end=None):
        start = types.Position(line, column)
        place = types.Range(start, start if end is None else types.Position(*end))
        context = types.CodeActionContext([*diagnostics], only)
        name = types.TextDocumentIdentifier(self.uri(self.name))
        params = types.CodeActionParams(name, place, context)
        return list(await self.client.text_document_code_action_async(params))

    async def hover(self, line, column):
        name = types.TextDocumentIdentifier(self.uri(self.name))
        params = types.HoverParams(name, types.Position(line, column))
        return await self.client.text_document_hover_async(params)

    def applied(self, edits):
        """Return the text after `edits`, all of which count from the text as it is."""
        source = Source.from_text(self.text)
        text = source.text
        for edit in reversed(edits):
            span = self.positions.span(source, edit.range)
            start, end = source.offset(span.start), source.offset(span.end)
            text = text[:start] + edit.new_text + text[end:]
        return text

    def after(self, action):
        """Return the text after an action, whose edit must be about this version."""
        if action.edit.changes is not None:
            return self.applied(action.edit.changes[self.uri(self.name)])
        (change,) = action.edit.document_changes
        assert change.text_document.version == self.version
        assert change.text_document.uri == self.uri(self.name)
        return self.applied(change.edits)


@contextlib.asynccontextmanager
async def editor(root: Path, capabilities=PUSHED, options=None, settings=None):
    """Start a server for `root`, introduce a client, and say good-bye at the end."""
    client = LanguageClient(
        converter_factory=default_converter,
        configuration={"": {} if settings is None else {"lint-exitstack": settings}},
    )
    general = capabilities.general
    wanted = general.position_encodings if general else None
    editing = Editor(client, root, wanted[0] if wanted else types.PositionEncodingKind.Utf16)
    features = {
        **DEFAULT_CLIENT_FEATURES,
        types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: editing.note,
        types.CLIENT_REGISTER_CAPABILITY: lambda p: editing.registered.extend(p.registrations),
        types.WINDOW_SHOW_MESSAGE: lambda params: editing.messages.append(params.message),
    }
    register_lsp_features(client, features)
    await client.start_io(*COMMAND, cwd=root)
    params = types.InitializeParams(
        capabilities,
        root_uri=root.as_uri(),
        workspace_folders=[types.WorkspaceFolder(root.as_uri(), "root")],
        initialization_options=options,
    )
    editing.answer = await client.initialize_session(params)
    try:
        yield editing
    finally:
        await client.shutdown_session()
        editing.status = client._server.returncode
        await client.stop()
