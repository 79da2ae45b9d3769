"""What calling something surely gives: nothing, a coroutine, or nobody knows."""

from __future__ import annotations

import ast
import enum
from typing import TYPE_CHECKING

from lint_exitstack.semantics import catalogue
from lint_exitstack.semantics.flow import nodes_in_frame, yields

if TYPE_CHECKING:
    from lint_exitstack.semantics.bindings import Scope
    from lint_exitstack.semantics.resource import Resource
    from lint_exitstack.semantics.stacks import Stacks

Function = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Gives(enum.Enum):
    """What a call evaluates to."""

    NOTHING = "None"
    COROUTINE = "a coroutine"
    UNKNOWN = "unknown"


# Functions of the standard library that people register as cleanups; each returns None.
_GIVE_NOTHING = frozenset(
    [
        "builtins.print",
        "builtins.setattr",
        "builtins.delattr",
        "os.chdir",
        "os.chmod",
        "os.close",
        "os.kill",
        "os.remove",
        "os.removedirs",
        "os.rename",
        "os.replace",
        "os.rmdir",
        "os.unlink",
        "shutil.rmtree",
        "time.sleep",
    ]
)


def definition(func: ast.expr, scope: Scope, stacks: Stacks) -> Function | None:
    """Return the function of this module that `func` surely means: by name, or a method of self."""
    if isinstance(func, ast.Name):
        found = stacks.names.definition(func, scope)
        return found if isinstance(found, _FUNCTIONS) else None
    if not isinstance(func, ast.Attribute):
        return None
    home = stacks.values.self_class(func.value, scope)
    if home is None:
        return None
    named = [node for node in home.body if isinstance(node, _FUNCTIONS) and node.name == func.attr]
    assigned = any(True for _ in stacks.values.attribute_given(home, func.attr))
    return named[0] if len(named) == 1 and not assigned else None


def gives(func: ast.expr, scope: Scope, stacks: Stacks) -> Gives:
    """Return what calling `func` surely gives."""
    found = definition(func, scope, stacks)
    if found is not None:
        return body_gives(found)
    if isinstance(func, ast.Lambda):
        inner = func.body
        return gives_value(inner, stacks.bindings.scopes[func], stacks)
    if isinstance(func, ast.Attribute):
        row = resource_of(func.value, scope, stacks)
        if row is not None and func.attr in row.closes:
            return Gives.COROUTINE if row.awaited_close else Gives.NOTHING
    name = stacks.names.qualified(func, scope)
    return Gives.NOTHING if name in _GIVE_NOTHING else Gives.UNKNOWN


def gives_value(expression: ast.expr, scope: Scope, stacks: Stacks) -> Gives:
    """Return what evaluating `expression` surely gives."""
    if isinstance(expression, ast.Call):
        return gives(expression.func, scope, stacks)
    if isinstance(expression, ast.Constant) and expression.value is None:
        return Gives.NOTHING
    return Gives.UNKNOWN


def body_gives(found: Function) -> Gives:
    """Return what calling a function gives, by its body alone."""
    if found.decorator_list or yields(found.body) or _is_stub(found):
        return Gives.UNKNOWN
    if isinstance(found, ast.AsyncFunctionDef):
        return Gives.COROUTINE
    for node in nodes_in_frame(found.body):
        if isinstance(node, ast.Return) and not _returns_nothing(node):
            return Gives.UNKNOWN
    return Gives.NOTHING


def _returns_nothing(node: ast.Return) -> bool:
    value = node.value
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _is_stub(found: Function) -> bool:
    """Whether the body only stands for what subclasses do."""
    body = [
        node
        for node in found.body
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    return not body or all(isinstance(node, (ast.Pass, ast.Raise)) for node in body)


def resource_of(expression: ast.expr, scope: Scope, stacks: Stacks) -> Resource | None:
    """Return the catalogue's row for what `expression` surely holds."""
    match expression:
        case ast.Call(func=ast.Attribute(attr="enter_context"), args=[inner]):
            return entered(resource_of(inner, scope, stacks))
        case ast.Call():
            name = stacks.names.qualified(expression.func, scope)
            row = None if name is None else catalogue.resource(name, stacks.resources)
            return None if row is None or row.awaited_open else row
        case ast.Await(value=ast.Call() as call):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "enter_async_context":
                inner = call.args[0] if len(call.args) == 1 else call
                return entered(resource_of(inner, scope, stacks)) if inner is not call else None
            name = stacks.names.qualified(call.func, scope)
            row = None if name is None else catalogue.resource(name, stacks.resources)
            return row if row is not None and row.awaited_open else None
        case ast.Name():
            return _of_variable(expression, scope, stacks)
    return None


def entered(row: Resource | None) -> Resource | None:
    """Return the row for what entering a resource gives: only some give themselves."""
    usable = row is not None and row.binds_self and row.exit is not catalogue.Exit.NONE
    return row if usable else None


def _of_variable(name: ast.Name, scope: Scope, stacks: Stacks) -> Resource | None:
    rows = []
    for given in stacks.values.all_given(name, scope):
        value = given.value
        if any(isinstance(node, ast.Name) and node.id == name.id for node in ast.walk(value)):
            return None
        row = resource_of(value, stacks.scope_of(value), stacks)
        rows.append(entered(row) if given.entered else row)
    return rows[0] if rows and all(row == rows[0] for row in rows) else None
