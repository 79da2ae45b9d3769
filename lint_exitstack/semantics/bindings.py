"""Who binds, rebinds, deletes, reads and captures a name: the scopes of a module."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ScopeNode: TypeAlias = (
    ast.Module
    | ast.ClassDef
    | ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.Lambda
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
    | ast.GeneratorExp
)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Act(enum.Enum):
    """What happens to a name at a place."""

    READ = "read"
    BIND = "bound"
    DELETE = "deleted"
    IMPORT = "imported"
    DEFINE = "defined"
    PARAMETER = "a parameter"
    HANDLER = "bound by an except clause"


@dataclass(frozen=True, slots=True)
class Event:
    """`node` does `act` to `name`; `origin` is the scope in which it stands."""

    name: str
    act: Act
    node: ast.AST
    origin: Scope

    @property
    def line(self) -> int:
        return getattr(self.node, "lineno", 0)

    @property
    def place(self) -> tuple[int, int]:
        return self.line, getattr(self.node, "col_offset", 0)


@dataclass(eq=False, slots=True)
class Scope:
    """A module, class, function or comprehension and what happens to names directly in it."""

    node: ScopeNode
    parent: Scope | None
    events: dict[str, list[Event]] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)
    declared: dict[str, str] = field(default_factory=dict)
    children: list[Scope] = field(default_factory=list)

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)

    @property
    def is_module(self) -> bool:
        return isinstance(self.node, ast.Module)

    def binds(self, name: str) -> bool:
        """Whether `name` is a variable of this very scope."""
        return name in self.bound and name not in self.declared

    def subtree(self) -> Iterator[Scope]:
        """Yield this scope and all scopes nested in it."""
        pending = [self]
        while pending:
            scope = pending.pop()
            yield scope
            pending.extend(scope.children)


class Bindings:
    """The scopes of one module, made in one pass without recursion."""

    def __init__(self, tree: ast.Module) -> None:
        self.module = Scope(tree, None)
        self.scopes: dict[ast.AST, Scope] = {tree: self.module}
        self.star_imports: list[ast.ImportFrom] = []
        self._events: dict[tuple[Scope, str], list[Event]] = {}
        _Pass(self).run(tree)

    def owner(self, scope: Scope, name: str) -> Scope | None:
        """Return the scope whose variable `name` is when read in `scope`; None for a builtin."""
        here: Scope | None = scope
        while here is not None:
            if here.declared.get(name) == "global":
                return self.module
            visible = here is scope or not here.is_class
            if visible and here.binds(name):
                return here
            here = here.parent
        return None

    def events(self, owner: Scope, name: str) -> list[Event]:
        """Return all that happens to variable `name` of `owner`, in nested scopes too."""
        known = self._events.get((owner, name))
        if known is not None:
            return known
        found: list[Event] = []
        for scope in owner.subtree():
            here = scope.events.get(name)
            if here and (scope is owner or self.owner(scope, name) is owner):
                found.extend(here)
        found.sort(key=lambda event: event.place)
        self._events[owner, name] = found
        return found

    def changes(self, owner: Scope, name: str) -> list[Event]:
        """Return what binds or unbinds variable `name` of `owner`."""
        return [event for event in self.events(owner, name) if event.act is not Act.READ]

    def mentions(self, scope: Scope, name: str) -> bool:
        """Whether `name` occurs at all in `scope` or in a scope nested in it."""
        return any(name in inner.events or name in inner.declared for inner in scope.subtree())


class _Pass:
    """Fills the scopes: a method for each kind of node that does something to names."""

    def __init__(self, bindings: Bindings) -> None:
        self.bindings = bindings
        self.pending: list[tuple[ast.AST, Scope]] = []

    def run(self, tree: ast.Module) -> None:
        self.descend(tree.body, self.bindings.module)
        while self.pending:
            node, scope = self.pending.pop()
            visit = getattr(self, f"visit_{type(node).__name__}", None)
            if visit is None:
                self.descend(ast.iter_child_nodes(node), scope)
            else:
                visit(node, scope)

    def event(self, name: str, act: Act, node: ast.AST, scope: Scope) -> None:
        scope.events.setdefault(name, []).append(Event(name, act, node, scope))
        if act is not Act.READ:
            scope.bound.add(name)

    def open_scope(self, node: ScopeNode, parent: Scope) -> Scope:
        scope = Scope(node, parent)
        parent.children.append(scope)
        self.bindings.scopes[node] = scope
        return scope

    def descend(self, nodes: Iterable[ast.AST], scope: Scope) -> None:
        self.pending.extend((node, scope) for node in nodes)

    def visit_Name(self, node: ast.Name, scope: Scope) -> None:
        act = _ACTS[type(node.ctx)]
        self.event(node.id, act, node, scope)

    def visit_NamedExpr(self, node: ast.NamedExpr, scope: Scope) -> None:
        home = scope
        while isinstance(home.node, COMPREHENSIONS) and home.parent is not None:
            home = home.parent
        self.event(node.target.id, Act.BIND, node.target, home)
        self.descend([node.value], scope)

    def visit_Import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        for alias in node.names:
            if alias.name == "*" and isinstance(node, ast.ImportFrom):
                self.bindings.star_imports.append(node)
                continue
            name = alias.asname or alias.name.split(".", maxsplit=1)[0]
            self.event(name, Act.IMPORT, node, scope)

    def visit_Global(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        word = "global" if isinstance(node, ast.Global) else "nonlocal"
        scope.declared.update(dict.fromkeys(node.names, word))

    def visit_ExceptHandler(self, node: ast.ExceptHandler, scope: Scope) -> None:
        if node.name:
            self.event(node.name, Act.HANDLER, node, scope)
        self.descend(ast.iter_child_nodes(node), scope)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar, scope: Scope) -> None:
        if node.name:
            self.event(node.name, Act.BIND, node, scope)
        self.descend(ast.iter_child_nodes(node), scope)

    def visit_MatchMapping(self, node: ast.MatchMapping, scope: Scope) -> None:
        if node.rest:
            self.event(node.rest, Act.BIND, node, scope)
        self.descend(ast.iter_child_nodes(node), scope)

    def visit_ClassDef(self, node: ast.ClassDef, scope: Scope) -> None:
        self.event(node.name, Act.DEFINE, node, scope)
        self.descend([*node.decorator_list, *node.bases, *node.keywords], scope)
        inner = self.open_scope(node, scope)
        self.descend(node.body, inner)

    def visit_FunctionDef(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope
    ) -> None:
        inner = self.open_scope(node, scope)
        args = node.args
        named = [*args.posonlyargs, *args.args, *args.kwonlyargs]
        for arg in [*named, args.vararg, args.kwarg]:
            if arg is not None:
                self.event(arg.arg, Act.PARAMETER, arg, inner)
                self.descend([arg.annotation] if arg.annotation else [], scope)
        self.descend([*args.defaults, *(d for d in args.kw_defaults if d)], scope)
        if isinstance(node, ast.Lambda):
            self.descend([node.body], inner)
            return
        self.event(node.name, Act.DEFINE, node, scope)
        self.descend([*node.decorator_list, *([node.returns] if node.returns else [])], scope)
        self.descend(node.body, inner)

    def visit_ListComp(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: Scope
    ) -> None:
        inner = self.open_scope(node, scope)
        first = node.generators[0]
        self.descend([first.iter], scope)
        self.descend([first.target, *first.ifs, *node.generators[1:]], inner)
        if isinstance(node, ast.DictComp):
            self.descend([node.key, node.value], inner)
        else:
            self.descend([node.elt], inner)

    visit_ImportFrom = visit_Import  # noqa: N815  # named by the node class
    visit_Nonlocal = visit_Global  # noqa: N815
    visit_MatchStar = visit_MatchAs  # noqa: N815
    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815
    visit_Lambda = visit_FunctionDef  # noqa: N815
    visit_SetComp = visit_ListComp  # noqa: N815
    visit_DictComp = visit_ListComp  # noqa: N815
    visit_GeneratorExp = visit_ListComp  # noqa: N815


_ACTS = {ast.Load: Act.READ, ast.Store: Act.BIND, ast.Del: Act.DELETE}
