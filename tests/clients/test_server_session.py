"""The session alone: what waits for an examination always gets one."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from lint_exitstack.clients.server.configuring import EditorConfiguration
from lint_exitstack.clients.server.documents import opened
from lint_exitstack.clients.server.session import Session, StaleError


def test_an_examination_that_is_off_but_still_listed_stops_nobody():
    """A change may come between the end of an examination and the loop's taking note of it."""
    document = opened(types.TextDocumentItem("untitled:a", "python", 1, "x = 1\n"))
    assert document is not None

    async def found() -> object:
        session = Session(EditorConfiguration(print), print, print)
        session.show(document)
        off = asyncio.get_running_loop().create_future()
        off.set_exception(StaleError)
        session._running[document.uri] = off
        return await session.examination(document.uri)

    examination = asyncio.run(found())
    assert examination is not None
    assert examination.document is document
