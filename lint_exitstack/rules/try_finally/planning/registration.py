"""How a cleanup call is registered on an exit stack, and what may differ by doing that early."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.rewrite import Line, Piece, Trivia
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.evaluation import Spot, changed_in, is_bound_before, names_in
from lint_exitstack.semantics.flow import LOOPS, nodes_in_frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.rewrite import Expression
    from lint_exitstack.rules.context import Context, Place
    from lint_exitstack.rules.try_finally.reading.calls import Call

_DISPLAYS = (ast.Tuple, ast.List, ast.Set, ast.Starred)
# What means something else, or nothing at all, once it stands in a lambda or runs earlier.
_TIED = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)
_TIED_NAMES = frozenset({"super", "locals", "vars", "dir", "eval", "exec"})


@dataclass(frozen=True, slots=True)
class Registration:
    """The line that puts something on a stack, and what speaks against having it there."""

    text: str
    pieces: tuple[Expression, ...]
    hazards: tuple[Hazard, ...] = ()
    is_async: bool = False
    is_late: bool = False
    """Whether it calls a lambda that holds the whole call."""

    def line(self, trivia: Trivia | None = None) -> Line:
        """Return the statement, with the comments that go with it."""
        return Line(self.text, self.pieces, trivia or Trivia())


@dataclass(frozen=True, slots=True)
class _Judgement:
    """Whether an expression must stay late, and what speaks against evaluating it now."""

    late: bool = False
    hazards: tuple[Hazard, ...] = ()


_NOW = _Judgement()


class Registrar:
    """Registers what must run after `guarded`, right before these statements.

    `place` is where the first of them stands (or the statement around them that goes away).
    """

    def __init__(
        self, context: Context, place: Place, guarded: Sequence[ast.stmt], stack: str
    ) -> None:
        self.context = context
        self.source = context.source
        self.place = place
        self.guarded = guarded
        self.stack = stack
        self.scope = context.scope(place)
        self.spot = Spot(place.node, self.scope, place.statements_before)

    def entered(self, manager: Expression, target: Expression | None = None) -> Registration:
        """Return the line that enters `manager` and binds what it gives."""
        pieces = (manager,) if target is None else (manager, target)
        bound = "" if target is None else "$1 = "
        return Registration(f"{bound}{self.stack}.enter_context($0)", pieces)

    def callback(self, cleanup: Call) -> Registration:
        """Return the line that has `cleanup` called on exit.

        What it calls and with what is evaluated now where that can't differ (or is unlikely to:
        that's a hazard), else by a lambda, on exit.
        """
        call = cleanup.call
        method = "push_async_callback" if cleanup.awaited else "callback"
        head = f"{self.stack}.{method}"
        judged = [self._judged(call.func, is_callee=True)]
        judged += [self._judged(argument) for argument in call.args]
        judged += [self._judged(keyword.value) for keyword in call.keywords]
        hazards = [hazard for each in judged for hazard in each.hazards]
        late = any(each.late for each in judged)
        if late:
            lasting = [each for each in hazards if each.forbids or each.name != "early-evaluation"]
            hazards = [*self._tied(call), *lasting, *self._unbound_later(call)]
            text, pieces = f"{head}(lambda: $0)", [Piece(self.source.span(call))]
        else:
            text, pieces = self._flat(head, call)
        return Registration(text, tuple(pieces), _distinct(hazards), cleanup.awaited, late)

    def _flat(self, head: str, call: ast.Call) -> tuple[str, list[Piece]]:
        pieces = [Piece(self.source.span(call.func))]
        written = ["$0"]
        for argument in call.args:
            star = "*" if isinstance(argument, ast.Starred) else ""
            value = argument.value if isinstance(argument, ast.Starred) else argument
            written.append(f"{star}${len(pieces)}")
            pieces.append(Piece(self.source.span(value)))
        for keyword in call.keywords:
            name = "**" if keyword.arg is None else f"{keyword.arg}="
            written.append(f"{name}${len(pieces)}")
            pieces.append(Piece(self.source.span(keyword.value)))
        return f"{head}({', '.join(written)})", pieces

    def _judged(self, expression: ast.expr, *, is_callee: bool = False) -> _Judgement:
        if isinstance(expression, ast.Constant):
            return _NOW
        if isinstance(expression, (ast.Name, ast.Attribute)):
            return self._judged_chain(expression, is_callee=is_callee)
        if isinstance(expression, _DISPLAYS):
            parts = [expression.value] if isinstance(expression, ast.Starred) else expression.elts
            return _together([self._judged(part) for part in parts])
        if isinstance(expression, ast.UnaryOp) and isinstance(expression.operand, ast.Constant):
            return _NOW
        if isinstance(expression, ast.Lambda) and not _reads_now(expression):
            return _NOW
        return _Judgement(late=True, hazards=tuple(self._rebound(expression)))

    def _judged_chain(self, expression: ast.Name | ast.Attribute, *, is_callee: bool) -> _Judgement:
        attributes = []
        root: ast.expr = expression
        while isinstance(root, ast.Attribute):
            attributes.append(root.attr)
            root = root.value
        if isinstance(root, ast.Constant) or (_is_super(root) and len(attributes) == 1):
            return _NOW
        rebound = [*self._rebound(root), *self._assigned(attributes)]
        if not isinstance(root, ast.Name) or rebound:
            return _Judgement(late=True, hazards=tuple(rebound))
        early = tuple(self._unbound(root))
        # The method of a variable, or what stands in a module, is what it was.
        known = isinstance(expression, ast.Attribute) and self._is_import(root)
        if len(attributes) > (1 if is_callee or known else 0):
            text = self.source.segment(expression)
            message = f"`{text}` is looked up before the body instead of on exit"
            early += (Hazard("early-evaluation", message, self.source.span(expression)),)
        return _Judgement(hazards=early)

    def _is_import(self, root: ast.Name) -> bool:
        name = self.context.qualified(root, self.place)
        return name is not None and not name.startswith("builtins.")

    def _rebound(self, expression: ast.expr) -> Iterator[Hazard]:
        """Yield a hazard for each name whose meaning may change while the body runs."""
        for name in names_in(expression):
            event = changed_in(name.id, self.guarded, self.scope, self.context.bindings)
            if event is None:
                continue
            where = "in the body" if event.origin is self.scope else "elsewhere"
            message = f"`{name.id}` is {event.act.value} {where}, on line {event.line}"
            if self._has_value_before(name.id):
                yield Hazard("rebound-name", message, self.source.span(name))
            else:
                yield self._without_value(name)

    def _assigned(self, attributes: Sequence[str]) -> Iterator[Hazard]:
        """Yield a hazard where the body gives one of these attributes, of whatever, a new value."""
        for node in nodes_in_frame(self.guarded) if attributes else ():
            if not isinstance(node, ast.Attribute) or isinstance(node.ctx, ast.Load):
                continue
            if node.attr in attributes:
                text = self.source.segment(node)
                message = f"`{text}` is assigned in the body, on line {node.lineno}"
                yield Hazard("rebound-name", message, self.source.span(node))
                return

    def _unbound(self, expression: ast.expr) -> Iterator[Hazard]:
        """Yield a hazard for each name that may have no value yet."""
        for name in names_in(expression):
            if is_bound_before(name.id, self.spot, self.context.bindings):
                continue
            if self._is_loop_target(name.id):
                continue
            if self._has_value_before(name.id):
                message = f"`{name.id}` may be unbound before the body"
                yield Hazard("early-evaluation", message, self.source.span(name))
            else:
                yield self._without_value(name)

    def _unbound_later(self, call: ast.Call) -> Iterator[Hazard]:
        """Yield a hazard for each local that a lambda would find unbound: its error is another."""
        for name in names_in(call):
            local = self.context.bindings.owner(self.scope, name.id) is self.scope
            for hazard in self._unbound(name):
                if hazard.forbids:
                    yield hazard
                elif local and not self.scope.is_module:
                    message = f"`{name.id}` may be unbound, a NameError in a lambda"
                    yield Hazard("rebound-name", message, hazard.span)

    def _without_value(self, name: ast.Name) -> Hazard:
        message = f"`{name.id}` has no value before the body"
        return Hazard("early-evaluation", message, self.source.span(name), forbids=True)

    def _is_loop_target(self, name: str) -> bool:
        return any(
            isinstance(around.node, LOOPS)
            and not isinstance(around.node, ast.While)
            and any(found.id == name for found in names_in(around.node.target))
            for around in self.place.around_in_frame()
        )

    def _has_value_before(self, name: str) -> bool:
        """Whether anything at all can have bound `name` before the body."""
        owner = self.context.bindings.owner(self.scope, name)
        if owner is not self.scope:
            return True
        first = self.guarded[0].lineno
        events = self.context.bindings.changes(owner, name)
        return any(
            event.origin is not self.scope or (event.line < first and event.act is not Act.DELETE)
            for event in events
        )

    def _tied(self, call: ast.Call) -> Iterator[Hazard]:
        """Yield what forbids to evaluate parts of `call` anywhere else."""
        for node in ast.walk(call):
            name = node.id if isinstance(node, ast.Name) else ""
            free = name in _TIED_NAMES and self.context.bindings.owner(self.scope, name) is None
            if isinstance(node, _TIED) or free:
                message = f"`{self.source.segment(node)}` can't move"  # type: ignore[arg-type]  # an expr
                span = self.source.span(node)  # type: ignore[arg-type]
                yield Hazard("no-rewrite", message, span, forbids=True)
                return


def _is_super(root: ast.expr) -> bool:
    """Whether this is a bare `super()`, which nothing can change."""
    if not isinstance(root, ast.Call) or not isinstance(root.func, ast.Name):
        return False
    return root.func.id == "super" and not root.args


def _reads_now(node: ast.Lambda) -> bool:
    """Whether evaluating a lambda expression itself reads anything."""
    return bool(node.args.defaults or any(node.args.kw_defaults))


def _together(parts: Sequence[_Judgement]) -> _Judgement:
    hazards = tuple(hazard for part in parts for hazard in part.hazards)
    return _Judgement(any(part.late for part in parts), hazards)


def _distinct(hazards: Sequence[Hazard]) -> tuple[Hazard, ...]:
    """Return the hazards without those that say the same once more."""
    seen = {(hazard.name, hazard.message): hazard for hazard in reversed(hazards)}
    return tuple(reversed(seen.values()))
