"""Open documents as values: every change makes a new one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import to_fs_path

from lint_exitstack.model.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lint_exitstack.clients.server.positions import Positions

_SUFFIXES = (".py", ".pyi")


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """What the client showed us under `uri`, as of `version`."""

    uri: str
    version: int
    source: Source

    @property
    def path(self) -> Path | None:
        """Where it lies on the disk; None for what was never saved."""
        path = to_fs_path(self.uri) if self.uri.startswith("file:") else None
        return None if path is None else Path(path)

    def changed(
        self,
        changes: Iterable[types.TextDocumentContentChangeEvent],
        version: int,
        positions: Positions,
    ) -> Document:
        """Return the document after `changes`, each of which counts from the one before."""
        source = self.source
        for change in changes:
            source = _after(source, change, positions)
        return Document(self.uri, version, source)


def opened(item: types.TextDocumentItem) -> Document | None:
    """Return what was opened, if it's Python."""
    document = Document(item.uri, item.version, Source.from_text(item.text, item.uri))
    path = document.path
    name = item.uri if path is None else str(path)
    if item.language_id != "python" and not name.endswith(_SUFFIXES):
        return None
    document.source.path = name
    return document


def _after(
    source: Source, change: types.TextDocumentContentChangeEvent, positions: Positions
) -> Source:
    if not isinstance(change, types.TextDocumentContentChangePartial):
        return Source.from_text(change.text, source.path)
    # Lines end where Python ends them, which is where the protocol does: form feeds don't.
    span = positions.span(source, change.range)
    start, end = source.offset(span.start), source.offset(span.end)
    mark = "\ufeff" if source.has_bom else ""
    text = mark + source.text[:start] + change.text + source.text[end:]
    return Source.from_text(text, source.path)
