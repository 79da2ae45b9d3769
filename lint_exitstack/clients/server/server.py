"""One client's server: what it holds, and what it tells the client."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from lint_exitstack import __version__
from lint_exitstack.clients.server.configuring import SECTION, EditorConfiguration
from lint_exitstack.clients.server.positions import Positions
from lint_exitstack.clients.server.presenting import Presenter
from lint_exitstack.clients.server.session import Session
from lint_exitstack.project.configuration import FILES

if TYPE_CHECKING:
    from collections.abc import Generator

    from lint_exitstack.clients.server.examining import Examination


class Protocol(LanguageServerProtocol):
    """Leaves documents to us: pygls ends lines where `str.splitlines` does, at form feeds, too."""

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(
        self, params: types.DidOpenTextDocumentParams
    ) -> Generator[Any, Any, None]:
        """Hand the message on."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(
        self, params: types.DidChangeTextDocumentParams
    ) -> Generator[Any, Any, None]:
        """Hand the message on."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(
        self, params: types.DidCloseTextDocumentParams
    ) -> Generator[Any, Any, None]:
        """Hand the message on."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None


class Server(LanguageServer):
    """`pulls` says that the client asks for diagnostics: then it's never told without being asked.

    The presenter is replaced when the client has said what it can show.
    """

    def __init__(self) -> None:
        super().__init__("lint-exitstack", __version__, protocol_cls=Protocol)
        self.configuration = EditorConfiguration(self.complain)
        self.session = Session(self.configuration, self.publish, self.confess)
        self.presenter = Presenter(Positions(types.PositionEncodingKind.Utf16))
        self.pulls = False

    def publish(self, examination: Examination) -> None:
        """Tell the client what was found in a version of a document."""
        document = examination.document
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                document.uri, self.diagnostics(examination), document.version
            )
        )

    def diagnostics(self, examination: Examination) -> list[types.Diagnostic]:
        """Return what the client shows for the findings."""
        document, settings = examination.document, examination.settings
        return [
            self.presenter.diagnostic(finding, document, settings)
            for finding in examination.findings
        ]

    def complain(self, text: str) -> None:
        """Show the user what to mend."""
        message = f"lint-exitstack: {text}"
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, message))

    def confess(self, error: Exception) -> None:
        """Report a bug of ours; the client goes on with what it has."""
        trace = "".join(traceback.format_exception(error)).rstrip()
        text = f"internal error, please report it with this traceback:\n{trace}"
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, text))

    def look_again(self) -> None:
        """Have everything examined again, by whoever starts with diagnostics."""
        if not self.pulls:
            self.session.schedule_all()
            return
        workspace = self.client_capabilities.workspace
        if workspace and workspace.diagnostics and workspace.diagnostics.refresh_support:
            self.workspace_diagnostic_refresh(None)

    async def fetch_settings(self) -> None:
        """Ask the client for its settings, if it has any to give."""
        workspace = self.client_capabilities.workspace
        if workspace is None or not workspace.configuration:
            return
        item = types.ConfigurationItem(section=SECTION)
        try:
            answer = await self.workspace_configuration_async(types.ConfigurationParams([item]))
        except JsonRpcException:
            return
        if answer and isinstance(answer[0], dict) and self.configuration.take(answer[0]):
            self.look_again()

    async def subscribe(self) -> None:
        """Ask to be told of changed settings; without that they are noticed at the next change."""
        workspace = self.client_capabilities.workspace
        if workspace is None:
            return
        wanted: list[tuple[str, Any]] = []
        watching = workspace.did_change_watched_files
        if watching is not None and watching.dynamic_registration:
            watchers = [types.FileSystemWatcher(f"**/{name}") for name in FILES]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            wanted.append((types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
        changing = workspace.did_change_configuration
        if changing is not None and changing.dynamic_registration:
            section = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
            wanted.append((types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
        if not wanted:
            return
        rows = [types.Registration(f"lint-exitstack/{name}", name, how) for name, how in wanted]
        try:
            await self.client_register_capability_async(types.RegistrationParams(rows))
        except JsonRpcException as error:
            self.confess(error)
