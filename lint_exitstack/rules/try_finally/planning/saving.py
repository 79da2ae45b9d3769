"""State that is saved before a `try`, set to something else, and put back in its `finally`."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.rules.try_finally.planning.wrapping import Moves, Wrapping
from lint_exitstack.rules.try_finally.reading.acquisition import is_short, is_silent
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.evaluation import changed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lint_exitstack.model.rewrite import Line
    from lint_exitstack.rules.context import Context, Place

# Who saves and sets does so near the `try`.
_REACH = 8


class Kind(enum.Enum):
    """What a statement does with the state."""

    SAVE = "keeps it under a name"
    SET = "changes it"
    RESTORE = "puts back what the name holds"


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One thing that a statement does with the state `what`.

    `name` is where it's saved or what it's restored from, `value` what it is set to, `target` a
    name that gets this value, too.
    """

    kind: Kind
    what: str
    statement: ast.stmt
    name: str = ""
    value: ast.expr | None = None
    target: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Swap:
    """One piece of state with the steps that save and set it."""

    save: Step
    set: Step

    @property
    def what(self) -> str:
        return self.save.what


class Saving:
    """The pieces of state that the `finally` of `node` puts back, and nothing else does it."""

    def __init__(
        self,
        node: ast.Try,
        swaps: Sequence[Swap],
        place: Place,
        context: Context,
        *,
        change_fails: bool,
    ) -> None:
        self.change_fails = change_fails
        self.node = node
        self.place = place
        self.context = context
        self.source = context.source
        self.scope = context.scope(place)
        self.swaps = sorted(swaps, key=lambda swap: swap.set.statement.lineno)
        self.read_elsewhere = {swap.save.name for swap in swaps if self._is_read(swap)}
        self.wrapping = Wrapping(context, place, node, self._moves())

    @property
    def sets(self) -> list[ast.stmt]:
        return [swap.set.statement for swap in self.swaps]

    def _moves(self) -> Moves:
        saves = [swap.save for swap in self.swaps]
        needed = {s.statement for s in saves if s.name in self.read_elsewhere}
        gone = [s.statement for s in saves if s.statement not in needed] + self.sets
        lead = max(
            (self.node.body.index(s) + 1 for s in self.sets if s in self.node.body), default=0
        )
        values = tuple(swap.set.value for swap in self.swaps if swap.set.value is not None)
        return Moves(tuple(_distinct(gone)), self.gap(), lead, values)

    def gap(self) -> tuple[ast.stmt, ...]:
        """Return the statements between the last change in front of the `try` and the `try`."""
        block = self.place.block
        fronts = [block.index(s) for s in self.sets if s in block]
        if not fronts or any(s in self.node.body for s in self.sets):
            return ()
        return tuple(block[max(fronts) + 1 : self.place.index])

    def between_sets(self) -> list[ast.stmt]:
        """Return what stands among the changes without being one: it has no place in the header."""
        block, own = self.place.block, self.sets + [swap.save.statement for swap in self.swaps]
        fronts = [block.index(s) for s in self.sets if s in block]
        if not fronts:
            return []
        end = self.place.index if any(s in self.node.body for s in self.sets) else max(fronts)
        return [s for s in block[min(fronts) : end] if s not in own]

    def before_sets(self) -> list[ast.stmt]:
        """Return what stands between the saving and the first change, both excluded."""
        block = self.place.block
        saves = [block.index(swap.save.statement) for swap in self.swaps]
        fronts = [block.index(s) for s in self.sets if s in block] or [self.place.index]
        own = self.sets + [swap.save.statement for swap in self.swaps]
        return [s for s in block[min(saves) : min(fronts)] if s not in own]

    def _is_read(self, swap: Swap) -> bool:
        """Whether anything but the `finally` reads the name that holds the old state."""
        owner = self.context.bindings.owner(self.scope, swap.save.name)
        events = [] if owner is None else self.context.bindings.events(owner, swap.save.name)
        final = {s.lineno for s in self.node.finalbody}
        end = self.node.end_lineno or self.node.lineno
        start = swap.save.statement.lineno
        binds = [e.line for e in events if e.act is not Act.READ and e.line > end]
        limit = min(binds, default=10**9)
        return any(
            event.act is Act.READ
            and event.line not in final
            and (event.origin is not self.scope or start <= event.line < limit)
            for event in events
        )

    def hazards(self) -> Iterator[Hazard]:
        """Yield what speaks against leaving it to a manager."""
        for swap in self.swaps:
            yield from self._name_hazards(swap)
            if swap.save.name in self.read_elsewhere and swap.save.statement in self.sets:
                yield self._no(swap.save.statement, f"`{swap.save.name}` is used elsewhere")
        for statement in self.between_sets():
            text = "stands between the changes"
            yield self._no(statement, f"line {statement.lineno} {text}")
            return
        inside = [s for s in self.sets if s in self.node.body]
        first = inside == self.node.body[: len(inside)] and len(inside) < len(self.node.body)
        if inside and (not first or (self.node.handlers and self._may_be_handled())):
            yield self._no(inside[0], "the change is one of the things that the `try` guards")
        if not is_short(self.gap()):
            yield self._no(self.gap()[0], "too much stands before the `try`")
        for statement in self.gap():
            if not is_silent(statement, self.place, self.context):
                message = f"it's now also put back when line {statement.lineno} fails"
                yield Hazard("runs-more", message, self.source.span(statement))
                return

    def _may_be_handled(self) -> bool:
        """Whether a failing change is something that the handlers of the `try` may see."""
        values = [swap.set.value for swap in self.swaps]
        parameter = all(isinstance(value, (ast.Name, ast.Constant)) for value in values)
        return self.change_fails or not parameter

    @property
    def instead(self) -> dict[ast.stmt, tuple[Line, ...]]:
        """The changes that go from a `try` that stays."""
        return {s: () for s in self.sets if s in self.node.body} if self.node.handlers else {}

    def _no(self, statement: ast.stmt, message: str) -> Hazard:
        return Hazard("no-rewrite", message, self.source.span(statement), forbids=True)

    def _name_hazards(self, swap: Swap) -> Iterator[Hazard]:
        name = swap.save.name
        span = self.source.span(swap.save.statement)
        event = changed_in(name, [self.node], self.scope, self.context.bindings)
        if event is not None:
            message = f"`{name}` is {event.act.value} on line {event.line}"
            here = event.origin is self.scope
            kind = "no-rewrite" if here else "rebound-name"
            yield Hazard(kind, message, span, forbids=here)
        owner = self.context.bindings.owner(self.scope, name)
        if name not in self.read_elsewhere and (owner is not self.scope or self._is_public()):
            yield Hazard("public-name", f"`{name}` would be gone", span)

    def _is_public(self) -> bool:
        return self.scope.is_module or self.scope.is_class


def find(
    restores: Sequence[Step],
    node: ast.Try,
    place: Place,
    context: Context,
    read: Callable[[ast.stmt, Place, Context], list[Step]],
    *,
    change_fails: bool = False,
) -> Saving | None:
    """Return what `restores` put back, if each is saved and set right before `node` or in it."""
    swaps = []
    for restore in restores:
        swap = _swap(restore, node, place, context, read)
        if swap is None:
            return None
        swaps.append(swap)
    return Saving(node, swaps, place, context, change_fails=change_fails)


def _swap(
    restore: Step,
    node: ast.Try,
    place: Place,
    context: Context,
    read: Callable[[ast.stmt, Place, Context], list[Step]],
) -> Swap | None:
    front = place.block[max(0, place.index - _REACH) : place.index]
    steps = [
        step
        for statement in [*front, *node.body[:2]]
        for step in read(statement, place, context)
        if step.what == restore.what
    ]
    changes = [step for step in steps if step.kind is Kind.SET]
    if not changes:
        return None
    change = changes[-1]
    saves = [
        step
        for step in steps
        if step.kind is Kind.SAVE
        and step.name == restore.name
        and step.statement in front
        and step.statement.lineno <= change.statement.lineno
    ]
    if not saves or any(
        saves[-1].statement.lineno < other.statement.lineno < change.statement.lineno
        for other in changes
    ):
        return None
    return Swap(saves[-1], change)


def _distinct(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    return sorted(set(statements), key=lambda statement: statement.lineno)
