"""One pass over statements: what they do to names, and in which scopes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from lint_exitstack.semantics.scopes import COMPREHENSIONS, Act, Event, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lint_exitstack.semantics.scopes import ScopeNode


class Facts:
    """What statements of a module do to names, beside what the scope of the module holds.

    Made without recursion: a method for each kind of node that does something to names.
    """

    def __init__(self, statements: Iterable[ast.stmt], module: Scope) -> None:
        """Read `statements`; what they do at module level goes straight to `module`."""
        self.module = module
        self.scopes: dict[ast.AST, Scope] = {}
        """The scopes that they open."""
        self.naming: dict[str, list[Scope]] = {}
        """Which of these scopes speak of a name."""
        self.star_imports: list[ast.ImportFrom] = []
        self.values: dict[ast.AST, ast.expr] = {}
        """What each target is given by a plain assignment or a `with`."""
        self.pending: list[tuple[ast.AST, Scope]] = []
        self.descend(statements, module)
        self.run()
        self.star_imports.sort(key=lambda node: (node.lineno, node.col_offset))

    def run(self) -> None:
        pending = self.pending
        while pending:
            node, scope = pending.pop()
            kind = type(node)
            visit = _VISITS.get(kind)
            if visit is not None:
                visit(self, node, scope)
                continue
            for name in kind._fields:
                value = getattr(node, name, None)
                if isinstance(value, ast.AST):
                    if type(value) not in _NAMELESS:
                        pending.append((value, scope))
                elif type(value) is list:
                    pending.extend((each, scope) for each in value if isinstance(each, ast.AST))

    def event(self, name: str, act: Act, node: ast.AST, scope: Scope) -> None:
        here = scope.events.get(name)
        if here is None:
            here = scope.events[name] = []
            if name not in scope.declared:
                self.name(scope, name)
        here.append(Event(name, act, node, scope))
        if act is not Act.READ:
            scope.bound.add(name)

    def name(self, scope: Scope, name: str) -> None:
        if scope is not self.module:
            self.naming.setdefault(name, []).append(scope)

    def open_scope(self, node: ScopeNode, parent: Scope) -> Scope:
        scope = Scope(node, parent)
        parent.children.append(scope)
        self.scopes[node] = scope
        return scope

    def descend(self, nodes: Iterable[ast.AST], scope: Scope) -> None:
        self.pending.extend((node, scope) for node in nodes)

    def visit_name(self, node: ast.Name, scope: Scope) -> None:
        act = _ACTS[type(node.ctx)]
        self.event(node.id, act, node, scope)

    def visit_named_expr(self, node: ast.NamedExpr, scope: Scope) -> None:
        home = scope
        while isinstance(home.node, COMPREHENSIONS) and home.parent is not None:
            home = home.parent
        self.event(node.target.id, Act.BIND, node.target, home)
        self.descend([node.value], scope)

    def visit_assign(self, node: ast.Assign, scope: Scope) -> None:
        self.values.update(dict.fromkeys(node.targets, node.value))
        self.descend([*node.targets, node.value], scope)

    def visit_ann_assign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.values[node.target] = node.value
        self.descend(ast.iter_child_nodes(node), scope)

    def visit_withitem(self, node: ast.withitem, scope: Scope) -> None:
        if node.optional_vars is not None:
            self.values[node.optional_vars] = node.context_expr
        self.descend(ast.iter_child_nodes(node), scope)

    def visit_import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        for alias in node.names:
            if alias.name == "*" and isinstance(node, ast.ImportFrom):
                self.star_imports.append(node)
                continue
            name = alias.asname or alias.name.split(".", maxsplit=1)[0]
            self.event(name, Act.IMPORT, node, scope)

    def visit_global(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        word = "global" if isinstance(node, ast.Global) else "nonlocal"
        for name in node.names:
            if name not in scope.declared and name not in scope.events:
                self.name(scope, name)
            scope.declared[name] = word

    def visit_except_handler(self, node: ast.ExceptHandler, scope: Scope) -> None:
        if node.name:
            self.event(node.name, Act.HANDLER, node, scope)
        self.descend(ast.iter_child_nodes(node), scope)

    def visit_match_as(self, node: ast.MatchAs | ast.MatchStar, scope: Scope) -> None:
        if node.name:
            self.event(node.name, Act.BIND, node, scope)
        self.descend(ast.iter_child_nodes(node), scope)

    def visit_match_mapping(self, node: ast.MatchMapping, scope: Scope) -> None:
        if node.rest:
            self.event(node.rest, Act.BIND, node, scope)
        self.descend(ast.iter_child_nodes(node), scope)

    def visit_class_def(self, node: ast.ClassDef, scope: Scope) -> None:
        self.event(node.name, Act.DEFINE, node, scope)
        self.descend([*node.decorator_list, *node.bases, *node.keywords], scope)
        inner = self.open_scope(node, scope)
        self.descend(node.body, inner)

    def visit_function_def(
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

    def visit_comprehension(
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


_ACTS = {ast.Load: Act.READ, ast.Store: Act.BIND, ast.Del: Act.DELETE}
# What has no names in it, and no parts worth going into.
_NAMELESS = frozenset(
    kind
    for base in (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop, ast.Constant)
    for kind in (base, *base.__subclasses__())
)
_VISITS: dict[type[ast.AST], Callable[[Facts, Any, Scope], None]] = {
    ast.Name: Facts.visit_name,
    ast.NamedExpr: Facts.visit_named_expr,
    ast.Assign: Facts.visit_assign,
    ast.AnnAssign: Facts.visit_ann_assign,
    ast.withitem: Facts.visit_withitem,
    ast.Import: Facts.visit_import,
    ast.ImportFrom: Facts.visit_import,
    ast.Global: Facts.visit_global,
    ast.Nonlocal: Facts.visit_global,
    ast.ExceptHandler: Facts.visit_except_handler,
    ast.MatchAs: Facts.visit_match_as,
    ast.MatchStar: Facts.visit_match_as,
    ast.MatchMapping: Facts.visit_match_mapping,
    ast.ClassDef: Facts.visit_class_def,
    ast.FunctionDef: Facts.visit_function_def,
    ast.AsyncFunctionDef: Facts.visit_function_def,
    ast.Lambda: Facts.visit_function_def,
    **dict.fromkeys(COMPREHENSIONS, Facts.visit_comprehension),
}
