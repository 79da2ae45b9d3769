"""Exception classes as `except` names them, and whether code may raise exception groups."""

from __future__ import annotations

import ast
import enum
from typing import TYPE_CHECKING

from lint_exitstack.semantics import catalogue
from lint_exitstack.semantics.flow import nodes_in_frame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lint_exitstack.semantics.bindings import Scope
    from lint_exitstack.semantics.names import Names
    from lint_exitstack.semantics.resource import Resource

_UNKNOWN_CODE = (
    ast.Await,
    ast.Yield,
    ast.YieldFrom,
    ast.AsyncFor,
    ast.AsyncWith,
    ast.Import,
    ast.ImportFrom,
    ast.Raise,
)


class Plainness(enum.Enum):
    """What is known of an expression in an `except` clause."""

    PLAIN = "a plain exception class"
    CLASS = "an exception class"
    TUPLE = "a tuple of exceptions"
    UNKNOWN = "unknown"
    NO_EXCEPTION = "no exception"


def plainness(expression: ast.expr, scope: Scope, names: Names) -> Plainness:
    """Judge one exception of an `except` clause."""
    if not isinstance(expression, (ast.Name, ast.Attribute)):
        literal = isinstance(expression, (ast.Constant, ast.JoinedStr, ast.Dict, ast.List))
        return Plainness.NO_EXCEPTION if literal else Plainness.UNKNOWN
    name = names.qualified(expression, scope)
    if name is not None and catalogue.is_plain_exception(name):
        return Plainness.PLAIN
    definition = names.definition(expression, scope)
    if isinstance(definition, ast.ClassDef):
        return _class_plainness(definition, names)
    if definition is not None:
        return Plainness.UNKNOWN
    if isinstance(expression, ast.Name) and _is_tuple(expression, scope, names):
        return Plainness.TUPLE
    last = expression.attr if isinstance(expression, ast.Attribute) else expression.id
    # By convention only CapWords are surely one class: LOWER and UPPER names hold tuples.
    capitalised = last.lstrip("_")[:1].isupper() and not last.isupper()
    unbound = isinstance(expression, ast.Name) and not names.bindings.owner(scope, expression.id)
    from_elsewhere = name is not None or unbound or isinstance(expression, ast.Attribute)
    return Plainness.CLASS if capitalised and from_elsewhere else Plainness.UNKNOWN


def _class_plainness(definition: ast.ClassDef, names: Names) -> Plainness:
    """A class is plain if no base or metaclass can have hooks: all are plain themselves."""
    seen: set[ast.ClassDef] = set()
    pending = [definition]
    while pending:
        here = pending.pop()
        if here in seen or here.keywords or here.decorator_list or not here.bases:
            return Plainness.CLASS
        seen.add(here)
        home = names.bindings.scopes[here].parent
        for base in here.bases:
            name = names.qualified(base, home) if home else None
            if name is not None and catalogue.is_plain_exception(name):
                continue
            inner = names.definition(base, home) if home else None
            if not isinstance(inner, ast.ClassDef):
                return Plainness.CLASS
            pending.append(inner)
    return Plainness.PLAIN


def _is_tuple(expression: ast.Name, scope: Scope, names: Names) -> bool:
    owner = names.bindings.owner(scope, expression.id)
    if owner is None or not owner.is_module:
        return False
    changes = names.bindings.changes(owner, expression.id)
    return len(changes) == 1 and any(
        isinstance(node, ast.Assign)
        and node.targets == [changes[0].node]
        and isinstance(node.value, ast.Tuple)
        for node in names.bindings.around(changes[0])
    )


def group_source(
    statements: Sequence[ast.stmt], scope: Scope, names: Names, extra: Mapping[str, Resource]
) -> ast.stmt | ast.expr | None:
    """Return the first thing in `statements` that might raise an exception group, None if nothing.

    Attributes, subscripts and operators are taken not to: only calls, awaits and the like are.
    """
    found = [
        node
        for node in nodes_in_frame(statements)
        if isinstance(node, (ast.stmt, ast.expr)) and _may_group(node, scope, names, extra)
    ]
    return min(found, key=lambda node: (node.lineno, node.col_offset), default=None)


def _may_group(node: ast.AST, scope: Scope, names: Names, extra: Mapping[str, Resource]) -> bool:
    if isinstance(node, _UNKNOWN_CODE):
        return True
    if isinstance(node, ast.Call):
        return not is_group_free(node, scope, names)
    if isinstance(node, (ast.For, ast.comprehension)):
        return not isinstance(node.iter, (ast.Tuple, ast.List, ast.Call, ast.Constant))
    if isinstance(node, ast.With):
        return not all(_is_known(item.context_expr, scope, names, extra) for item in node.items)
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and bool(
        node.decorator_list
    )


def _is_known(
    expression: ast.expr, scope: Scope, names: Names, extra: Mapping[str, Resource]
) -> bool:
    if not isinstance(expression, ast.Call):
        return False
    name = names.qualified(expression.func, scope)
    return name is not None and catalogue.resource(name, extra) is not None


def is_group_free(call: ast.Call, scope: Scope, names: Names) -> bool:
    """Whether this call is known to raise no exception group."""
    func = call.func
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Constant):
        return isinstance(func.value.value, (str, bytes)) and func.attr != "format"
    name = names.qualified(func, scope)
    if name is None:
        return False
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    positional = 99 if starred else len(call.args)
    keywords = [keyword.arg for keyword in call.keywords]
    return catalogue.raises_no_group(name, positional, keywords)
