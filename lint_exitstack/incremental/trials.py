"""What changes of one text would do to its findings: each is tried, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lint_exitstack.incremental.analysis import IncrementalAnalysis
from lint_exitstack.novelty import seen

if TYPE_CHECKING:
    from lint_exitstack.model.source import Source
    from lint_exitstack.novelty import Seen
    from lint_exitstack.settings import Settings


class Outcome(NamedTuple):
    """Findings that were there only `before`, and those that are there only `after`."""

    before: list[Seen]
    after: list[Seen]


class Trials:
    """Tries changes of one source."""

    def __init__(self, source: Source, settings: Settings) -> None:
        """Analyse `source`; raises UnparsableSourceError."""
        self._source = source
        self._analysis = IncrementalAnalysis(settings)
        self._analysis.analyse(source)
        self._at = source
        self._on_the_way = Outcome([], [])

    def outcome(self, on_the_way: Source, changed: Source) -> Outcome | None:
        """Return what the change to `changed` does; None where that can't be told by itself.

        `on_the_way` is between the two: from there everything that differs stands together.
        """
        if on_the_way.text != self._at.text and not self._go(on_the_way):
            return None
        there = self._step(self._at, changed)
        if there is None:
            self._go_home()
            return None
        self._analysis.back(self._at)
        return _joined(self._on_the_way, there)

    def _go(self, on_the_way: Source) -> bool:
        """Go to where the next changes start from, by way of the source."""
        if self._at is not self._source:
            self._go_home()
        self._on_the_way = Outcome([], [])
        if on_the_way.text == self._source.text:
            return True
        step = self._step(self._source, on_the_way)
        if step is None:
            self._go_home()
            return False
        self._at, self._on_the_way = on_the_way, step
        return True

    def _go_home(self) -> None:
        self._analysis.analyse(self._source)
        self._at, self._on_the_way = self._source, Outcome([], [])

    def _step(self, old: Source, new: Source) -> Outcome | None:
        difference = self._analysis.step(new)
        if difference is None:
            return None
        return Outcome(seen(old, difference.gone), seen(new, difference.new))


def _joined(first: Outcome, second: Outcome) -> Outcome:
    """Return what two steps do together: what comes with one and goes with the other is nothing."""
    before, after = [*first.before], [*second.after]
    came = [*first.after]
    for each in second.before:
        if each in came:
            came.remove(each)
        else:
            before.append(each)
    return Outcome(before, [*after, *came])
