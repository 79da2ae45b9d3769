"""Which definitions do nothing, and what stands for one of them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.model.position import Position, Span
from lint_exitstack.model.rewrite import Line, Rewrite, Trivia
from lint_exitstack.rules.optional_contexts.choosing import version_hazards
from lint_exitstack.semantics.bindings import FUNCTIONS, Act
from lint_exitstack.semantics.comments import comments_on, last_line
from lint_exitstack.semantics.layout import layout_hazards

if TYPE_CHECKING:
    from lint_exitstack.rules.context import Context, Place

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef

_MAKERS = frozenset(
    [
        "contextlib.contextmanager",
        "contextlib.asynccontextmanager",
        "lint_exitstack.runtime.contextmanager",
        "lint_exitstack.runtime.asynccontextmanager",
    ]
)
_PAIRS = ({"__enter__", "__exit__"}, {"__aenter__", "__aexit__"})


def does_nothing(node: Definition, place: Place, context: Context) -> bool:
    """Whether `node`, the only thing of its name, makes managers that do nothing."""
    if not (_is_empty_class(node) if isinstance(node, ast.ClassDef) else _only_yields(node)):
        return False
    if len(context.bindings.changes(context.scope(place), node.name)) != 1:
        return False
    if isinstance(node, ast.ClassDef):
        return True
    return len(node.decorator_list) == 1 and (
        context.qualified(node.decorator_list[0], place) in _MAKERS
    )


def _code(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements but for the docstring."""
    first = body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if documented else body


def _only_yields(node: Function) -> bool:
    match _code(node.body):
        case [ast.Expr(value=ast.Yield(value=value))]:
            return _parameters_fit(node.args, value)
    return False


def _parameters_fit(args: ast.arguments, value: ast.expr | None) -> bool:
    """Whether the function is called as `nullcontext` is: without arguments, or with its result."""
    if args.vararg or args.kwarg or args.kwonlyargs or args.defaults or args.posonlyargs:
        return False
    if value is None or (isinstance(value, ast.Constant) and value.value is None):
        return not args.args
    return isinstance(value, ast.Name) and [arg.arg for arg in args.args] == [value.id]


def _is_empty_class(node: ast.ClassDef) -> bool:
    if node.bases or node.keywords or node.decorator_list:
        return False
    methods = _code(node.body)
    if not methods or not all(isinstance(method, FUNCTIONS) for method in methods):
        return False
    names = {method.name for method in methods if isinstance(method, FUNCTIONS)}
    return names in _PAIRS and all(_is_idle(method) for method in methods)


def _is_idle(method: ast.stmt) -> bool:
    """Whether a method returns nothing, False or `self`, and does nothing else."""
    if not isinstance(method, FUNCTIONS) or method.decorator_list:
        return False
    match _code(method.body):
        case [] | [ast.Pass()] | [ast.Return(value=None)]:
            return True
        case [ast.Return(value=ast.Constant(value=value))]:
            return value is None or value is False
        case [ast.Return(value=ast.Name(id="self"))]:
            return method.name in {"__enter__", "__aenter__"}
    return False


class Nothing:
    """How a definition becomes another name for `nullcontext`, and what speaks against it."""

    def __init__(self, node: Definition, place: Place, context: Context) -> None:
        self.node = node
        self.place = place
        self.context = context
        self.source = context.source
        self.scope = context.scope(place)
        self.way = context.imports.way("nullcontext", self.scope, node)

    @property
    def span(self) -> Span:
        """The line with the name, up to the end of the name."""
        start = self.source.start(self.node)
        text = self.source.lines[start.line - 1]
        end = text.find(self.node.name, start.column) + len(self.node.name)
        return Span(start, Position(start.line, end))

    @property
    def _first_line(self) -> int:
        return min([self.node.lineno, *(d.lineno for d in self.node.decorator_list)])

    def rewrite(self) -> Rewrite:
        """Return the assignment that stands for the definition."""
        key = self.context.key(self.node)
        end = last_line(self.source, self.node)
        inside = comments_on(self.source, tuple(range(self._first_line, end + 1)))
        trivia = Trivia(tuple(comment.line for comment in inside))
        line = Line(f"{self.node.name} = {self.way.expression}", (), trivia)
        needs = () if self.way.need is None else (self.way.need,)
        return Rewrite(key, key, end, (line,), frozenset([key]), needs)

    def hazards(self) -> tuple[Hazard, ...]:
        """Return what forbids the rewrite."""
        is_async = isinstance(self.node, ast.AsyncFunctionDef)
        found = [
            *layout_hazards(self.source, [self.node]),
            *self.way.hazards,
            *version_hazards(self.node, self.context, is_async=is_async),
        ]
        reason = self._reason()
        if reason is not None:
            found.append(Hazard("no-rewrite", reason, self.span, forbids=True))
        return tuple(found)

    def _reason(self) -> str | None:
        """Return why the definition has to stay."""
        if isinstance(self.node, ast.ClassDef):
            return "instances of the class may be recognised by their type"
        if self.scope.is_module and not self.node.name.startswith("_"):
            return "others may use this name in ways in which `nullcontext` can't be used"
        if len(_code(self.node.body)) < len(self.node.body):
            return "its docstring would be lost"
        for event in self.context.bindings.events(self.scope, self.node.name):
            if event.act is Act.READ and not self._is_called(event.node):
                return f"line {event.line} does something else with it than call it"
        return None

    def _is_called(self, node: ast.AST) -> bool:
        """Whether `node` is called for a manager, and not for a decorator."""
        parents = self.context.stacks.parents
        call = parents.of(node)
        if not isinstance(call, ast.Call) or call.func is not node or call.keywords:
            return False
        above = parents.of(call)
        decorates = isinstance(above, (*FUNCTIONS, ast.ClassDef)) and call in above.decorator_list
        attribute = isinstance(above, ast.Attribute)
        return not decorates and not attribute
