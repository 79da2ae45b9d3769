"""What a variable holds: the expressions that it is bound to, where all of them can be seen."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import Act

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lint_exitstack.semantics.bindings import Event, Scope
    from lint_exitstack.semantics.names import Names
    from lint_exitstack.semantics.parents import Parents


@dataclass(frozen=True, slots=True)
class Given:
    """`value` is what a name gets; `entered` says that it gets what entering `value` gives."""

    value: ast.expr
    entered: bool = False


class Values:
    """Answers what the variables of one module are given."""

    def __init__(self, names: Names, parents: Parents) -> None:
        self.names = names
        self.bindings = names.bindings
        self.parents = parents

    def given(self, event: Event) -> Given | None:
        """Return what a binding gives its name, None where that can't be seen."""
        node = event.node
        if event.act is not Act.BIND:
            return None
        parent = self.parents.of(node)
        match parent:
            case ast.withitem() if parent.optional_vars is node:
                return Given(parent.context_expr, entered=True)
            case ast.Assign() if any(target is node for target in parent.targets):
                return Given(parent.value)
            case ast.AnnAssign(value=ast.expr() as value):
                return Given(value)
            case ast.NamedExpr():
                return Given(parent.value)
        return None

    def all_given(self, name: ast.Name, scope: Scope) -> tuple[Given, ...]:
        """Return everything that a variable may hold; empty where something can't be seen."""
        owner = self.bindings.owner(scope, name.id)
        if owner is None:
            return ()
        found = [self.given(event) for event in self.bindings.changes(owner, name.id)]
        return () if None in found else tuple(given for given in found if given is not None)

    def self_class(self, expression: ast.expr, scope: Scope) -> ast.ClassDef | None:
        """Return the class of whose method `expression` is the first parameter, if it is one."""
        if not isinstance(expression, ast.Name):
            return None
        owner = self.bindings.owner(scope, expression.id)
        if owner is None or owner.parent is None:
            return None
        method, home = owner.node, owner.parent.node
        if not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return None
        if (
            not isinstance(home, ast.ClassDef)
            or len(self.bindings.changes(owner, expression.id)) > 1
        ):
            return None
        parameters = [*method.args.posonlyargs, *method.args.args]
        if _is_static(method) or not parameters or parameters[0].arg != expression.id:
            return None
        return home

    def attribute_given(self, home: ast.ClassDef, attribute: str) -> Iterator[Given | None]:
        """Yield what a class assigns to `self.attribute`; None for what can't be seen."""
        for node in ast.walk(home):
            if not isinstance(node, ast.Attribute) or node.attr != attribute:
                continue
            if isinstance(node.ctx, ast.Load):
                continue
            parent = self.parents.of(node)
            match parent:
                case ast.Assign(value=value) if any(target is node for target in parent.targets):
                    yield Given(value)
                case ast.AnnAssign(value=ast.expr() as value):
                    yield Given(value)
                case ast.AnnAssign() | ast.Delete():
                    continue
                case ast.withitem(context_expr=value):
                    yield Given(value, entered=True)
                case _:
                    yield None


def _is_static(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(decorator, ast.Name) and decorator.id == "staticmethod"
        for decorator in method.decorator_list
    )
