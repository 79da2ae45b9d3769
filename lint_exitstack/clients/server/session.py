"""The open documents and what is known about each: examined once a version, off the loop."""

from __future__ import annotations

import asyncio
import functools
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from lint_exitstack.clients.server.collecting import Collector
from lint_exitstack.clients.server.examining import Examination, examine
from lint_exitstack.clients.server.fixes import Fixes
from lint_exitstack.incremental.analysis import IncrementalAnalysis
from lint_exitstack.rules import all_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from lint_exitstack.clients.server.configuring import EditorConfiguration
    from lint_exitstack.clients.server.documents import Document
    from lint_exitstack.settings import Settings

T = TypeVar("T")

# A change is examined at once if that takes less time than went by since the one before: it will be
# done when the next one comes. Where it takes longer, it waits for a pause as long as it takes.
_PAUSE = (0.005, 0.5)


class StaleError(Exception):
    """The document has changed meanwhile: nobody waits for this any more."""


class Session:
    """Hands examinations to `publish`, and to whoever asks for one; bugs go to `confess`."""

    def __init__(
        self,
        configuration: EditorConfiguration,
        publish: Callable[[Examination], None],
        confess: Callable[[Exception], None],
    ) -> None:
        self.documents: dict[str, Document] = {}
        self._configuration = configuration
        self._publish = publish
        self._confess = confess
        # One thread: the interpreter runs only one of them anyway, and the order stays simple.
        self._worker = ThreadPoolExecutor(1, "examining")
        # Rules take a moment to load: nobody shall wait for them at the first document.
        self._worker.submit(all_rules)
        self._analyses: dict[str, tuple[Settings, IncrementalAnalysis]] = {}
        self._examinations: dict[str, Examination] = {}
        self._fixes: dict[str, Fixes] = {}
        self._running: dict[str, asyncio.Future[Examination]] = {}
        self._scheduled: dict[str, asyncio.Task[None]] = {}
        self._changed_at: dict[str, float] = {}
        self._cost: dict[str, float] = {}
        self._collector = Collector(self._worker.submit)

    def show(self, document: Document) -> None:
        """Take a new document, or a new version of one."""
        self.documents[document.uri] = document

    def forget(self, uri: str) -> None:
        """Drop a document that was closed."""
        if (task := self._scheduled.pop(uri, None)) is not None:
            task.cancel()
        for table in (self.documents, self._examinations, self._fixes, self._changed_at):
            table.pop(uri, None)
        self._analyses.pop(uri, None)
        self._cost.pop(uri, None)

    def schedule(self, uri: str) -> None:
        """Examine and publish soon; what was scheduled for an earlier version is off."""
        if uri not in self.documents:
            return
        if (task := self._scheduled.get(uri)) is not None:
            task.cancel()
        now = time.monotonic()
        since = now - self._changed_at.get(uri, 0.0)
        self._changed_at[uri] = now
        pause = min(max(self._cost.get(uri, 0.0), _PAUSE[0]), _PAUSE[1])
        delay = pause if pause > since else 0.0
        self._scheduled[uri] = asyncio.ensure_future(self._later(uri, delay))

    def schedule_all(self) -> None:
        """Look at everything again: the settings may have changed."""
        for uri in self.documents:
            self.schedule(uri)

    async def _later(self, uri: str, delay: float) -> None:
        if delay:
            await asyncio.sleep(delay)
        try:
            examination = await self.examination(uri)
        except Exception as error:  # noqa: BLE001 - a bug of ours mustn't end the session
            self._confess(error)
            return
        if examination is not None:
            self._publish(examination)

    async def examination(self, uri: str) -> Examination | None:
        """Return what there is to say about the newest version; None if it's not open."""
        while (document := self.documents.get(uri)) is not None:
            settings = self._configuration.settings_of(document.path)
            known = self._examinations.get(uri)
            if known is not None and known.document is document and known.settings is settings:
                return known
            try:
                await self._once(document)
            except StaleError:
                continue
        return None

    async def _once(self, document: Document) -> None:
        """Wait for what is running for the document, or start it: several may want the same."""
        uri = document.uri
        running = self._running.get(uri)
        # One that is done, but was not yet taken off the table, would stop the loop: waiting for it
        # takes no turn, so that nothing else could ever take it off.
        if running is None or running.done():
            running = self._running[uri] = asyncio.ensure_future(self._examine(document))
            running.add_done_callback(functools.partial(self._finished, uri))
        # One who stops waiting doesn't stop the others.
        await asyncio.shield(running)

    def _finished(self, uri: str, done: asyncio.Future[Examination]) -> None:
        if not done.cancelled():
            # Nobody may be waiting any more, who would have taken the exception.
            done.exception()
        if self._running.get(uri) is done:
            del self._running[uri]

    async def _examine(self, document: Document) -> Examination:
        uri, last = document.uri, self._examinations.get(document.uri)
        settings = self._configuration.settings_of(document.path)

        def wanted() -> bool:
            return self.documents.get(uri) is document

        analysis = self._analysis(uri, settings)

        def work() -> Examination:
            if not wanted():
                raise StaleError
            started = time.monotonic()
            examination = examine(document, settings, last, analysis)
            self._cost[uri] = time.monotonic() - started
            return examination

        examination = await self._work(work)
        if not wanted():
            raise StaleError
        self._examinations[uri] = examination
        return examination

    def _analysis(self, uri: str, settings: Settings) -> IncrementalAnalysis:
        """Return the one that has seen the earlier versions, unless the settings have changed."""
        known = self._analyses.get(uri)
        if known is None or known[0] is not settings:
            known = self._analyses[uri] = settings, IncrementalAnalysis(settings)
        return known[1]

    async def with_fixes(self, uri: str, use: Callable[[Fixes], T]) -> T | None:
        """Return what `use` makes of the fixes for the newest version; it runs in the worker."""
        examination = await self.examination(uri)
        if examination is None:
            return None
        fixes = self._fixes.get(uri)
        if fixes is None or fixes.examination is not examination:
            fixes = self._fixes[uri] = Fixes(examination)
        chosen = fixes
        return await self._work(lambda: use(chosen))

    async def _work(self, call: Callable[[], T]) -> T:
        result = await asyncio.get_running_loop().run_in_executor(self._worker, call)
        self._collector.worked()
        return result
