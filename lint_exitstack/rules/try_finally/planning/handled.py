"""Plans the stack around a `try` that acquires, handles errors, and closes what it got."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.model.rewrite import Item, Line, Piece, Template
from lint_exitstack.rules.stack_hazards import scope_hazards, stack_hazards
from lint_exitstack.rules.try_finally.planning.around import Around
from lint_exitstack.rules.try_finally.planning.wrapping import Moves, Wrapping
from lint_exitstack.rules.try_finally.reading.managing import Form

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from lint_exitstack.model.finding import Hazard
    from lint_exitstack.model.rewrite import Expression, Need, Rewrite
    from lint_exitstack.rules.try_finally.planning.closings import Closing


class Handled:
    """How the acquisition in a `try` with handlers enters its object on a stack around them.

    The handlers ran before the cleanup: they still do.
    """

    def __init__(self, closing: Closing) -> None:
        self.closing = closing
        self.node = closing.node
        self.acquired = closing.acquired
        self.context = closing.context
        self.source = closing.source
        self.around = Around(self.context, closing.place, is_async=closing.is_async)
        cleared = self.acquired.cleared
        gone = (cleared,) if cleared is not None and not closing.keeps_none else ()
        value = self.acquired.value
        kept = () if value is None else (value,)
        self.wrapping = Wrapping(self.context, closing.place, self.node, Moves(gone, kept=kept))

    @property
    def help(self) -> str:
        return self.around.help

    def plan(self) -> tuple[Rewrite, tuple[Hazard, ...]]:
        """Return the rewrite and what speaks against it."""
        statement = self.acquired.statement
        way = self.around.way
        rewrite = self.wrapping.rewrite(
            [Item(Template(f"{way.expression}()"), Template(self.around.name))],
            tuple(self._needs()),
            is_async=self.closing.is_async,
            fresh=(self.around.name,),
            instead={} if statement is None else {statement: tuple(self._entered())},
        )
        exits: list[ast.expr] = [self.closing.release.call.call]
        hazards = (
            *self.wrapping.hazards(),
            *way.hazards,
            *scope_hazards(self.context, self.closing.place),
            *stack_hazards(self.context, [self.node], exits, ()),
        )
        return rewrite, hazards

    def _needs(self) -> Iterator[Need]:
        if self.around.way.need is not None:
            yield self.around.way.need
        if self.closing.way is not None and self.closing.way.need is not None:
            yield self.closing.way.need

    def _entered(self) -> Iterator[Line]:
        """Yield the acquisition with its exit put on the stack."""
        stack, subject = self.around.name, self.acquired.subject
        value = self.acquired.value
        if value is None:
            return
        made: Expression = Piece(self.source.span(value))
        if self.closing.form is Form.CALLBACK:
            yield Line(f"{subject} = $0", (made,))
            yield Line(f"{stack}.push_async_callback({subject}.{self.closing.release.method})")
            return
        enter = f"{stack}.enter_context"
        if self.closing.is_async:
            enter = f"await {stack}.enter_async_context"
        if self.closing.form is Form.NATIVE and not self.closing.inline:
            # Entering gives something else than the object.
            yield Line(f"{subject} = $0", (made,))
            yield Line(f"{enter}({subject})")
            return
        if self.closing.way is not None:
            made = Template(f"{self.closing.way.expression}($0)", (made,))
        yield Line(f"{subject} = {enter}($0)", (made,))
