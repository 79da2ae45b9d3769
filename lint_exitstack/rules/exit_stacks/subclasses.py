"""Classes of the module that extend a stack and whose constructor `pop_all` can't call."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import FUNCTIONS

if TYPE_CHECKING:
    from lint_exitstack.semantics.bindings import Scope
    from lint_exitstack.semantics.stacks import Stacks

_BASES = frozenset(
    [
        "contextlib.ExitStack",
        "contextlib.AsyncExitStack",
        "contextlib2.ExitStack",
        "contextlib2.AsyncExitStack",
    ]
)


def needed_argument(receiver: ast.expr, scope: Scope, stacks: Stacks) -> tuple[str, str] | None:
    """Return the class of `receiver` and an argument that making another one needs, if any."""
    home = _own_class(receiver, scope, stacks)
    if home is None or not _is_plain_stack(home, stacks):
        return None
    own = {node.name: node for node in home.body if isinstance(node, FUNCTIONS)}
    constructor = own.get("__init__")
    if constructor is None or own.keys() & {"pop_all", "__new__"} or constructor.decorator_list:
        return None
    required = _required(constructor)
    return None if required is None else (home.name, required)


def _own_class(receiver: ast.expr, scope: Scope, stacks: Stacks) -> ast.ClassDef | None:
    """Return the class of this module that `receiver` is an object of, or of a class below it."""
    if not isinstance(receiver, ast.Name):
        return None
    home = stacks.values.self_class(receiver, scope)
    if home is not None:
        return home
    classes: set[ast.AST | None] = set()
    for given in stacks.values.all_given(receiver, scope):
        call = given.value
        if not isinstance(call, ast.Call):
            return None
        classes.add(stacks.names.definition(call.func, stacks.scope_of(call)))
    only = classes.pop() if len(classes) == 1 else None
    return only if isinstance(only, ast.ClassDef) else None


def _is_plain_stack(home: ast.ClassDef, stacks: Stacks) -> bool:
    """Whether nothing but contextlib's stack stands behind a class."""
    if len(home.bases) != 1 or home.keywords or home.decorator_list:
        return False
    base = home.bases[0]
    inner = base.value if isinstance(base, ast.Subscript) else base
    return stacks.names.qualified(inner, stacks.scope_of(home)) in _BASES


def _required(constructor: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    """Return the first argument that must be given, besides the object itself."""
    args = constructor.args
    positional = [*args.posonlyargs, *args.args]
    without = positional[1 : len(positional) - len(args.defaults)]
    keyword_only = zip(args.kwonlyargs, args.kw_defaults, strict=True)
    named = [arg for arg, default in keyword_only if default is None]
    return next((arg.arg for arg in [*without, *named]), None)
