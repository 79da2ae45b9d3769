"""The analysis of one file as it changes: findings exactly those of `analysis.analyse`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from lint_exitstack.analysis import Inquiry, analyse, in_order, occurs, places
from lint_exitstack.incremental.differences import changed_lines
from lint_exitstack.incremental.moving import moved, tells_of_lines
from lint_exitstack.incremental.parts import parts_of
from lint_exitstack.incremental.watching import WatchedModule
from lint_exitstack.model.errors import UnparsableSourceError
from lint_exitstack.model.source import Source
from lint_exitstack.rules.context import Context
from lint_exitstack.selection import enabled_rules
from lint_exitstack.suppression import orders_for_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lint_exitstack.incremental.parts import Answer, Learnt, Part, Question
    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Place
    from lint_exitstack.rules.rule import Rule
    from lint_exitstack.settings import Settings


class _Change(NamedTuple):
    """Parts up to `head` and from `tail` stay; `new` take the place of those between.

    `rows` are the lines whose statements were read anew, `shift` what the tail moves by.
    """

    head: int
    tail: int
    new: list[Part]
    rows: range
    shift: int


class _Before(NamedTuple):
    """What a change took away: the source, the parts, and what examined parts had learnt."""

    source: Source
    parts: list[Part]
    learnt: list[tuple[Part, Learnt]]
    change: _Change


class Difference(NamedTuple):
    """Findings of parts that were looked at again: those of the old text and of the new one."""

    gone: tuple[Finding, ...]
    new: tuple[Finding, ...]


class IncrementalAnalysis:
    """Knows one file, and takes new texts of it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._state: _State | None = None

    def analyse(self, source: Source) -> tuple[Finding, ...]:
        """Return every finding of the selected rules, by position; see `analysis.analyse`.

        Raises UnparsableSourceError; the next text is then compared with the last good one.
        """
        if source.embedded or source.foreign:
            return analyse(source, self._settings)
        state, self._state = self._state, None
        change = None if state is None else state.change_to(source)
        if state is None or change is None:
            try:
                fresh = _State(source, self._settings)
            except UnparsableSourceError:
                self._state = state
                raise
            state = fresh
        else:
            state.take(source, change)
        self._state = state
        return state.findings()

    def step(self, source: Source) -> Difference | None:
        """Go to a text that only differs in lines; None where all had to be read anew.

        Findings that didn't change but tell of lines in words may then tell of wrong ones.
        """
        state = self._state
        change = None if state is None else state.change_to(source)
        if state is None or change is None:
            return None
        self._state = None
        difference = state.take(source, change, words=False)
        self._state = state
        return difference

    def back(self, source: Source) -> None:
        """Take the last step back, to `source`."""
        if self._state is None or not self._state.back():
            self.analyse(source)


class _State:
    """What is known of one text."""

    def __init__(self, source: Source, settings: Settings) -> None:
        # The nodes will move with the text: nobody else may have them.
        tree = Source.from_text(source.text, source.path).tree
        self._settings = settings
        self._source = source
        self._rules = [r for r in enabled_rules(settings, source.path) if r.nodes]
        self._enabled = frozenset(r.code for r in enabled_rules(settings, source.path))
        self._active = self._occurring(source.data)
        self._module = WatchedModule()
        self._texts: set[Question] = set()
        self._before: _Before | None = None
        parts = parts_of(tree.body)
        self._module.replace((), parts, parts)
        self._examine(parts)

    def _occurring(self, data: bytes) -> list[Rule]:
        return [rule for rule in self._rules if occurs(rule.trigger, data)]

    def findings(self) -> tuple[Finding, ...]:
        for part in self._module.parts:
            if part.shifted and part.found:
                part.found = tuple(moved(finding, part.shifted) for finding in part.found)
            part.shifted = 0
        return in_order(finding for part in self._module.parts for finding in part.found)

    def change_to(self, source: Source) -> _Change | None:
        """Return how to get to `source`; None where all has to be read anew."""
        old = self._source
        rows = changed_lines(old, source)
        if rows is None or old.path != source.path:
            return None
        head, tail, shift = rows
        parts = self._module.parts
        first = sum(part.last <= head for part in parts)
        last = first + sum(part.first < tail for part in parts[first:])
        start = parts[first - 1].last + 1 if first else 1
        end = parts[last].first + shift if last < len(parts) else len(source.lines) + 1
        tree = _read(source, range(start, end), whole=last == len(parts))
        if tree is None:
            return None
        return _Change(first, last, parts_of(tree.body), range(start, end), shift)

    def take(self, source: Source, change: _Change, *, words: bool = True) -> Difference:
        """Go to `source`; with `words` every finding tells of the right lines."""
        then, active = self._source, len(self._active)
        touched = _touched(then, source, change)
        source.take_over(then, change.rows, change.shift)
        module, self._source = self._module, source
        parts, (head, tail) = module.parts, change[:2]
        gone = parts[head:tail]
        before = {part: part.shifted for part in parts}
        for part in parts[tail:]:
            part.shift(change.shift)
        new = [*parts[:head], *change.new, *parts[tail:]]
        module.replace(gone, change.new, new, touched)
        wanted = new
        if not self._wakes(change.rows):
            # Those beside it reach up to it with their comments.
            beside = new[max(head - 1, 0) : head + len(change.new) + 1]
            texts = [each for each in self._texts if each[1].encode() in touched]
            stale = _Staleness([*gone, *change.new], module, texts, source)
            told = words and bool(change.shift)
            wanted = [
                part
                for part in new
                if part in beside or part.wide or (told and part.placed) or stale.is_stale(part)
            ]
        old = [part for part in (*gone, *wanted) if part in before]
        were = tuple(moved(found, before[part]) for part in old for found in part.found)
        learnt = [(part, part.learnt(before[part])) for part in old]
        # Rules that it woke have asked everybody since: that stays.
        awake = len(self._active) > active
        self._before = None if awake else _Before(then, parts, learnt, change)
        self._examine(wanted)
        return Difference(were, tuple(found for part in wanted for found in part.found))

    def back(self) -> bool:
        """Go back to the text before the last change, where nobody has looked since.

        False where that must be done like any other change.
        """
        before, self._before = self._before, None
        if before is None:
            return False
        head, tail, new, _, shift = before.change
        touched = _touched(before.source, self._source, before.change)
        for part in before.parts[tail:]:
            part.shift(-shift)
        self._module.replace(new, before.parts[head:tail], before.parts, touched)
        for part, learnt in before.learnt:
            part.unlearn(learnt)
        self._source = before.source
        return True

    def _wakes(self, rows: range) -> bool:
        """Whether the new lines bring words that rules wait for; there may be one too many."""
        lines = self._source.lines[max(rows.start - 2, 0) : rows.stop + 1]
        data = "\n".join(["", *lines, ""]).encode(errors="surrogatepass")
        active = {rule.code for rule in self._active}
        awake = [r for r in self._rules if r.code in active or occurs(r.trigger, data)]
        more = len(awake) > len(self._active)
        self._active = awake
        return more

    def _examine(self, parts: Iterable[Part]) -> None:
        """Ask the rules about `parts`."""
        module, inquiry = self._module, Inquiry(self._active)
        wanted = set(parts)
        floor, index = 1, 0
        for number, part in enumerate(module.parts):
            count = len(part.nodes)
            if part in wanted:
                here = list(places(module.tree, range(index, index + count)))
                rest = module.parts[number + 1 : number + 2]
                ceiling = rest[0].first if rest else len(self._source.lines) + 1
                module.read_by(number, index)
                part.found = self._found(part, here, inquiry)
                part.placed = tells_of_lines(part.found, range(floor, ceiling))
                part.shifted = 0
            floor, index = part.last + 1, index + count

    def _found(self, part: Part, here: list[Place], inquiry: Inquiry) -> tuple[Finding, ...]:
        module = self._module
        part.settle()
        part.asked, part.wide = {}, False
        # A context for each: what one remembers, another would hear without asking.
        context = Context(self._source, self._settings, self._enabled, module)
        try:
            found = tuple(inquiry.findings(here, context))
        finally:
            module.reader = None
        self._texts.update(question for question in part.asked if question[0] in {"says", "orders"})
        return found


class _Staleness:
    """Tells which parts would hear other answers, now that some have gone and come."""

    def __init__(
        self,
        changed: Sequence[Part],
        module: WatchedModule,
        texts: Iterable[Question],
        source: Source,
    ) -> None:
        self._module = module
        self._source = source
        names = {name for part in changed for name in part.changed_names()}
        mentioned = {name for part in changed for name in part.mentioned()}
        self._surely: set[Question] = {("changes", name) for name in names}
        self._surely |= {(kind, name) for name in mentioned for kind in ("events", "mentions")}
        for part in changed:
            self._surely.update(("uses", name) for name in part.uses().places)
            self._surely.update(("strings", text) for text in part.uses().strings)
        if any(part.facts.star_imports for part in changed):
            self._surely.add(("stars", ""))
        if any(isinstance(n, (ast.Import, ast.ImportFrom)) for p in changed for n in p.nodes):
            self._surely.add(("imports", ""))
        self._answers: dict[Question, Answer] = {}
        self._maybe = {(kind, name) for name in names for kind in ("owner", "imported")}
        self._maybe.update(texts)

    def is_stale(self, part: Part) -> bool:
        """Whether the rules must be asked again about `part`."""
        asked = part.asked
        if not asked.keys().isdisjoint(self._surely):
            return True
        return any(
            asked[question] != self._answer(*question) for question in asked.keys() & self._maybe
        )

    def _answer(self, kind: str, name: str) -> Answer:
        """Return what a question that has one answer is answered with now."""
        if (kind, name) not in self._answers:
            self._answers[kind, name] = self._fresh(kind, name)
        return self._answers[kind, name]

    def _fresh(self, kind: str, name: str) -> Answer:
        match kind:
            case "says":
                return name.encode() in self._source.data
            case "orders":
                return orders_for_all(self._source)
            case "owner":
                return self._module.names.is_bound(name)
        return self._module.names.imported(self._module.names.module, name)


def _touched(old: Source, new: Source, change: _Change) -> bytes:
    """Return the lines in which alone a word can have come or gone."""
    if new.encoding != "utf-8":
        # What a line is in bytes may depend on those before it.
        return old.data + new.data
    start, stop = change.rows.start - 1, change.rows.stop - 1
    lines = (*old.lines[start : stop - change.shift], *new.lines[start:stop])
    return "\n".join(lines).encode(errors="surrogatepass")


def _read(source: Source, rows: range, *, whole: bool) -> ast.Module | None:
    """Parse lines of a source alone, at their places; None where they mean nothing by themselves.

    With `whole` they are the last ones.
    """
    lines = source.lines[rows.start - 1 : rows.stop - 1]
    # Behind a backslash the line goes on, even where the next one is empty.
    edges = (*source.lines[rows.start - 2 : rows.start - 1], *lines[-1:])
    if any(line.endswith("\\") for line in edges):
        return None
    text = "\n" * (rows.start - 1) + "\n".join(lines) + ("" if whole else "\n")
    try:
        return Source.from_text(text, source.path).tree
    except UnparsableSourceError:
        return None
