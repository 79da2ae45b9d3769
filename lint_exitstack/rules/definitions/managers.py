"""Which functions are context managers written as generators, and who resumes them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from lint_exitstack.semantics.comments import comments_on
from lint_exitstack.semantics.names import dotted

if TYPE_CHECKING:
    from lint_exitstack.rules.context import Context, Place

Function = ast.FunctionDef | ast.AsyncFunctionDef
SYNC = frozenset({"contextlib.contextmanager", "lint_exitstack.runtime.contextmanager"})
ASYNC = frozenset(
    {
        "contextlib.asynccontextmanager",
        "lint_exitstack.runtime.asynccontextmanager",
        "async_generator.asynccontextmanager",
    }
)
_SUCCESS = re.compile(r"\bsucce(?:ss|ed)|RUF075|fallible-context-manager", re.IGNORECASE)
_PASSING = re.compile(
    "Test|Visitor|Walker|Scope|Checker|Analy[sz]er|Resolver|Builder|Compiler|Transformer"
    "|Generator|Emitter|Printer|Unparser|Writer"
)
_LEAVING = ("exit", "leave", "pop")
_TAKING = frozenset({"discard", "remove"})
# An ASGI server resumes the generator at shutdown whatever happened; frameworks document it so.
_APPLICATIONS = frozenset({"FastAPI", "Starlette", "Litestar", "FastMCP", "Quart"})


def is_manager(node: ast.AST, place: Place, context: Context) -> bool:
    """Whether a decorator makes the function at `place` a context manager."""
    return decorated(node, place, context, SYNC | ASYNC)


def decorated(node: ast.AST, place: Place, context: Context, names: frozenset[str]) -> bool:
    """Whether one of the decorators of `node` is one of `names`."""
    decorators = getattr(node, "decorator_list", ())
    return any(context.qualified(each, place) in names for each in decorators)


def is_resumed_anyway(node: Function, context: Context) -> bool:
    """Whether whoever runs the generator goes on with it even if the body failed."""
    return _is_fixture(node) or _is_lifespan(node, context)


def ends_with_the_error(node: Function, cleanup: ast.stmt, place: Place) -> bool:
    """Whether what stays undone is of no interest to anybody once the body has failed.

    Each test has an instance of its own, and what walks over a tree is thrown away with the tree:
    it doesn't matter what stays behind on `self`.
    """
    if any(_is_test(around.node) for around in place.ancestors()):
        return True
    if isinstance(cleanup, ast.AugAssign) and "indent" in node.name.lower():
        return True
    home = place.parent.node if place.parent is not None else None
    if not isinstance(home, ast.ClassDef) or not node.args.args:
        return False
    if not _is_state_of(node.args.args[0].arg, cleanup):
        return False
    words = [home.name, *(dotted(base) or "" for base in home.bases)]
    return any(_PASSING.search(word.rpartition(".")[2]) for word in words) or any(
        isinstance(each, Function) and each.name.startswith("visit_") for each in home.body
    )


def _is_state_of(owner: str, cleanup: ast.stmt) -> bool:
    """Whether this sets or deletes `self.x`, pops from it, calls `self.leave_x()` or the like."""
    match cleanup:
        case ast.Assign(targets=[target]) | ast.AugAssign(target=target):
            return _is_part_of(owner, target)
        case ast.Delete(targets=targets):
            return all(_is_part_of(owner, target) for target in targets)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=value, attr=method) as func)):
            if not _is_part_of(owner, func):
                return False
            if isinstance(value, ast.Name):
                return method.lstrip("_").startswith(_LEAVING)
            return method.startswith(_LEAVING) or method in _TAKING
    return False


def _is_part_of(owner: str, target: ast.expr) -> bool:
    """Whether this is `self.x`, `self.x.y`, `self.x[y]` and so on."""
    inner = target
    while isinstance(inner, (ast.Attribute, ast.Subscript)):
        inner = inner.value
    return inner is not target and isinstance(inner, ast.Name) and inner.id == owner


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, Function) and node.name.startswith("test")


def is_meant_for_success(node: Function, context: Context) -> bool:
    """Whether a comment in the function says that what follows is for success only.

    Silencing ruff's rule about such code says so, too.
    """
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    comments = comments_on(context.source, tuple(lines))
    return any(_SUCCESS.search(comment.text) for comment in comments)


def _is_fixture(node: Function) -> bool:
    """Pytest resumes a fixture after a test that failed."""
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if (dotted(called) or "").rpartition(".")[2].endswith("fixture"):
            return True
    return False


def _is_lifespan(node: Function, context: Context) -> bool:
    if "lifespan" in node.name.lower():
        return True
    for argument in [*node.args.posonlyargs, *node.args.args]:
        annotation = argument.annotation
        written = dotted(annotation) if annotation is not None else None
        if written is not None and written.rpartition(".")[2] in _APPLICATIONS:
            return True
    return any(
        isinstance(each, ast.keyword)
        and each.arg == "lifespan"
        and isinstance(each.value, ast.Name)
        and each.value.id == node.name
        for each in ast.walk(context.tree)
    )
