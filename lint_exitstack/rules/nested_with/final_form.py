"""The `with` of a rewrite shares its header at once with those right around and inside of it."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Fixability, fixability_of
from lint_exitstack.model.position import Position, Span
from lint_exitstack.model.rewrite import Block, Kept, NewWith, Suite
from lint_exitstack.rules.nested_with.collapsible_with import RULE as MERGING
from lint_exitstack.rules.nested_with.contexts import WITHS
from lint_exitstack.rules.nested_with.levels import level_of, level_to_be, levels_of
from lint_exitstack.rules.nested_with.merging import OneHeader
from lint_exitstack.rules.nested_with.sharing import (
    candidate,
    candidate_to_be,
    chain_from,
    merges,
    outer_of,
)
from lint_exitstack.semantics.comments import last_line, lines_between
from lint_exitstack.semantics.flow import blocks_of, named_blocks
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lint_exitstack.model.finding import Finding, Hazard
    from lint_exitstack.model.position import Key
    from lint_exitstack.model.rewrite import Rewrite
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.nested_with.contexts import With


def in_final_form(
    finding: Finding, place: Place, context: Context, is_heard: Callable[[Finding], bool]
) -> Finding:
    """Return `finding` with a rewrite that leaves nothing to merge around the `with` it ends in.

    `is_heard` tells of a finding whether no comment suppresses it. What XIT101 wouldn't merge, or
    not safely, stays nested.
    """
    rewrite = finding.rewrite
    new = None if rewrite is None else rewrite.into[-1]
    if rewrite is None or finding.code == MERGING.code or not isinstance(new, NewWith):
        return finding
    home = _home(rewrite, place, context)
    if home is None:
        return finding
    joining = _Joining(rewrite, new, home, context)
    hazards = joining.hazards()
    if not joining.is_one_header(hazards) or not is_heard(joining.as_finding()):
        return replace(finding, rewrite=replace(rewrite, holds=joining.holds(new)))
    hazards = (*finding.hazards, *hazards)
    return replace(
        finding,
        rewrite=joining.rewrite_to_one(),
        hazards=hazards,
        help=joining.header.help if finding.help.endswith(":") else finding.help,
        fixability=fixability_of(rewrite, hazards, context.settings.accept_hazards),
    )


def _home(rewrite: Rewrite, place: Place, context: Context) -> Place | None:
    """Return the place of the first statement of `rewrite`, which is near `place`."""
    for around in (place, *place.ancestors()):
        for index in _indexes(around, rewrite.first.line):
            statement = around.block[index]
            if statement.lineno == rewrite.first.line and context.key(statement) == rewrite.first:
                return replace(around, node=statement, index=index)
    return None


def _indexes(place: Place, line: int) -> Iterator[int]:
    """Yield where in its block `line` may be, the nearest to `place` first."""
    index = place.index
    while index >= 0:
        yield index
        if place.block[index].lineno < line:
            break
        index -= 1
    if (place.node.end_lineno or 0) <= line:
        yield from range(place.index + 1, len(place.block))


class _Joining:
    """The new `with`, what stands around it (`outers`), and what is its whole body (`inners`)."""

    def __init__(self, rewrite: Rewrite, new: NewWith, place: Place, context: Context) -> None:
        self.rewrite = rewrite
        self.new = new
        self.place = place
        self.context = context
        self.source = context.source
        self.kind = ast.AsyncWith if new.is_async else ast.With
        self.body = self._body(new)
        self.candidate = candidate_to_be(self.source, new, self.body, rewrite.needs)
        self.outers = self._outers()
        self.inners = self._inners()
        self.header = self._header()

    def _body(self, new: NewWith) -> list[ast.stmt]:
        """Return the statements of the file that are the body; none if others are among them."""
        found: list[ast.stmt] = []
        for part in new.body:
            match part:
                case Suite(block=block, start=start, stop=stop):
                    held = dict(named_blocks(self._statement(block.of)))[block.part]
                    found += held[start:stop]
                case Kept(key=key):
                    found.append(self._statement(key))
                case _:
                    return []
        return found

    def _statement(self, key: Key) -> ast.stmt:
        block = self.place.block
        pending: list[Iterable[ast.stmt]] = [
            (block[index] for index in _indexes(self.place, key.line))
        ]
        while pending:
            for node in pending.pop():
                if node.lineno <= key.line <= (node.end_lineno or node.lineno):
                    if self.context.key(node) == key:
                        return node
                    pending.extend(blocks_of(node))
        raise KeyError(key)

    def _outers(self) -> list[With]:
        """Return the `with` statements of which the rewritten statements are all."""
        parent = self.place.parent
        whole = [self.rewrite.first, self.rewrite.last]
        if parent is None or len(self.rewrite.into) > 1 or self.place.part != "body":
            return []
        ends = [self.context.key(self.place.block[at]) for at in (0, -1)]
        outer = parent.node
        if ends != whole or not isinstance(outer, WITHS) or not isinstance(outer, self.kind):
            return []
        if not merges(candidate(outer), self.candidate, self.place, self.context):
            return []
        found: list[With] = [outer]
        while (upper := outer_of(parent)) is not None and parent.parent is not None:
            if not merges(candidate(upper), candidate(found[0]), parent, self.context):
                break
            found.insert(0, upper)
            parent = parent.parent
        return found

    def _inners(self) -> list[With]:
        """Return the `with` statements that are the whole body, each that of the one before."""
        if len(self.body) != 1:
            return []
        inner = self.body[0]
        if not isinstance(inner, WITHS) or not isinstance(inner, self.kind):
            return []
        if not merges(self.candidate, candidate(inner), self.place, self.context):
            return []
        return chain_from(inner, self.place, self.context)

    def _header(self) -> OneHeader:
        outers = levels_of(self.source, self.outers)
        above = self._commented(self.new.trivia.above) if outers else ()
        if outers:
            upper = outers[-1].header.colon.line
            over = lines_between(upper, self.rewrite.first.line)
            above = tuple(sorted({*self._commented(over), *above}))
        new = level_to_be(self.source, self.new, above, self.rewrite.first.line)
        inners = levels_of(self.source, self.inners)
        if inners:
            inners[0] = level_of(self.source, self.inners[0], self._over_the_body())
        column = self.source.start(self.outers[0]).column if outers else self.rewrite.first.column
        levels = [*outers, new, *inners]
        return OneHeader(self.context, levels, column, is_async=self.new.is_async)

    def _commented(self, lines: Sequence[int]) -> tuple[int, ...]:
        return tuple(line for line in lines if line in self.source.comment_at)

    def _over_the_body(self) -> tuple[int, ...]:
        """Return the lines of the comments that the only statement of the body brings along."""
        part, statement = self.new.body[0], self.body[0]
        if isinstance(part, Kept) and part.trivia is not None:
            return self._commented(part.trivia.above)
        upper = statement.lineno - 1
        while self._is_blank_or_comment(upper):
            upper -= 1
        if isinstance(part, Suite) and part.start:
            owner = dict(named_blocks(self._statement(part.block.of)))[part.block.part]
            upper = max(upper, last_line(self.source, owner[part.start - 1]))
        return self._commented(lines_between(upper, statement.lineno))

    def _is_blank_or_comment(self, line: int) -> bool:
        text = self.source.lines[line - 1].strip()
        return not text or text.startswith("#")

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what speaks against one header."""
        statements: list[ast.stmt] = [*self.outers[:1]]
        layout = layout_hazards(self.source, statements) if statements else ()
        return (*layout, *self.header.pragmas())

    def is_one_header(self, hazards: tuple[Hazard, ...]) -> bool:
        """Whether there is something to merge, and nothing against it."""
        settings = self.context.settings
        count = sum(len(level.items) for level in self.header.levels)
        if len(self.header.levels) == 1 or count > settings.max_with_items:
            return False
        fixability = fixability_of(self.rewrite, hazards, settings.accept_hazards)
        return self.header.layout is not None and fixability is Fixability.SAFE

    def as_finding(self) -> Finding:
        """Return what XIT101 would say if the `with` stood there already."""
        line = self.header.levels[0].line
        start = Position(line, 0)
        end = self.header.levels[-1].header.colon.line
        return self.context.finding(MERGING, Span(start, start), "", noqa_line=end)

    def rewrite_to_one(self) -> Rewrite:
        """Return the rewrite with one header."""
        rewrite, key = self.rewrite, self.context.key
        inside = tuple(Block(key(node)) for node in reversed(self.inners))
        around = tuple(Block(key(node)) for node in reversed(self.outers))
        body = (Suite(inside[0]),) if inside else self.new.body
        above = () if around else self.new.trivia.above
        merged = self.header.statement(body, above, (*inside, *self.new.footers, *around))
        ends = (rewrite.first, rewrite.last, rewrite.end)
        if around:
            ends = (around[-1].of, around[-1].of, last_line(self.source, self.outers[0]))
        claims = rewrite.claims | {block.of for block in (*inside, *around)}
        first, last, end = ends
        return replace(
            rewrite,
            first=first,
            last=last,
            end=end,
            into=(*rewrite.into[:-1], merged),
            claims=claims,
            holds=self.holds(merged),
        )

    def holds(self, new: NewWith) -> tuple[Key, Key] | None:
        """Return the ends of the body that `new` has."""
        body = self._body(new)
        return (self.context.key(body[0]), self.context.key(body[-1])) if body else None
