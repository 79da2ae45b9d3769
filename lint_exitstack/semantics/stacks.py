"""Exit stacks as values: which expressions are one, and what a function does with it."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import COMPREHENSIONS, Act, imported
from lint_exitstack.semantics.values import Values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lint_exitstack.semantics.bindings import Event, Scope
    from lint_exitstack.semantics.names import Names
    from lint_exitstack.semantics.parents import Parents
    from lint_exitstack.semantics.resource import Resource
    from lint_exitstack.semantics.values import Given


class Kind(enum.Enum):
    """How a stack is entered and closed."""

    SYNC = "ExitStack"
    ASYNC = "AsyncExitStack"
    NEUTRAL = "async-neutral ExitStack"

    @property
    def is_async(self) -> bool:
        """Whether its `with` is `async with`."""
        return self is not Kind.SYNC


_CLASSES = MappingProxyType(
    {
        "contextlib.ExitStack": Kind.SYNC,
        "contextlib2.ExitStack": Kind.SYNC,
        "lint_exitstack.runtime.ExitStack": Kind.SYNC,
        "contextlib.AsyncExitStack": Kind.ASYNC,
        "contextlib2.AsyncExitStack": Kind.ASYNC,
        "async_exit_stack.AsyncExitStack": Kind.ASYNC,
        "lint_exitstack.runtime.AsyncExitStack": Kind.ASYNC,
        "asyncstdlib.ExitStack": Kind.NEUTRAL,
        "asyncstdlib.contextlib.ExitStack": Kind.NEUTRAL,
        "lint_exitstack.runtime.aio.ExitStack": Kind.NEUTRAL,
    }
)
# Of a stack or a test case: they give what entering gives, which for a stack is itself.
_ENTERING = frozenset(
    [
        "enter_context",
        "enter_async_context",
        "enterContext",
        "enterAsyncContext",
        "enterClassContext",
        "enterModuleContext",
    ]
)
REGISTERING = frozenset(
    [
        "enter_context",
        "enter_async_context",
        "callback",
        "push",
        "push_async_exit",
        "push_async_callback",
    ]
)
CLOSING = frozenset({"close", "aclose", "__exit__", "__aexit__"})


class Use(enum.Enum):
    """What is done with a stack at one place; `HANDED` is all that others may make of it."""

    REGISTER = "register"
    CLOSE = "close"
    POP_ALL = "pop_all"
    WITH = "with"
    HANDED = "handed on"


@dataclass(frozen=True, slots=True)
class Usage:
    """One place at which a stack is used; `call` is the call of its method, if it is one."""

    use: Use
    node: ast.Name
    call: ast.Call | None = None
    nested: bool = False


class Stacks:
    """Answers about the exit stacks of one module."""

    def __init__(self, names: Names, parents: Parents, resources: Mapping[str, Resource]) -> None:
        self.names = names
        self.resources = resources
        self.bindings = names.bindings
        self.parents = parents
        self.values = Values(names, parents)
        self._attributes: dict[tuple[ast.ClassDef, str], Kind | None] = {}

    def scope_of(self, node: ast.AST) -> Scope:
        """Return the scope in which an expression is evaluated."""
        for here in self.parents.above(node):
            scope = self.bindings.scopes.get(here)
            if scope is not None:
                return scope
        return self.bindings.module

    def class_kind(self, expression: ast.expr, scope: Scope) -> Kind | None:
        """Return which stack the class `expression` makes; imports with a fallback count too."""
        if isinstance(expression, ast.Subscript):
            expression = expression.value
        name = self.names.qualified(expression, scope)
        if name is not None or not isinstance(expression, ast.Name):
            return _CLASSES.get(name or "")
        owner = self.bindings.owner(scope, expression.id)
        if owner is None:
            return None
        changes = self.bindings.changes(owner, expression.id)
        return _same(_CLASSES.get(imported(event) or "") for event in changes)

    def creation(self, expression: ast.expr, scope: Scope) -> Kind | None:
        """Return which stack a call makes, None for anything else."""
        if not isinstance(expression, ast.Call) or expression.args or expression.keywords:
            return None
        return self.class_kind(expression.func, scope)

    def kind(self, expression: ast.expr, scope: Scope) -> Kind | None:
        """Return what kind of stack a variable or attribute surely holds (or None beside it)."""
        return self._kind(expression, scope, ())

    def _kind(
        self, expression: ast.expr, scope: Scope, asked: tuple[tuple[Scope, str], ...]
    ) -> Kind | None:
        match expression:
            case ast.Call():
                return self._call_kind(expression, scope, asked)
            case ast.Await(value=inner):
                return self._kind(inner, scope, asked)
            case ast.Name(id=name):
                owner = self.bindings.owner(scope, name)
                if owner is None or (owner, name) in asked:
                    return None
                changes = self.bindings.changes(owner, name)
                kinds = [self._event_kind(e, owner, (*asked, (owner, name))) for e in changes]
                return _same(kind for kind in kinds if kind != "none")
            case ast.Attribute(value=value, attr=attribute):
                home = self.values.self_class(value, scope)
                return None if home is None else self.attribute_kind(home, attribute)
        return None

    def _call_kind(
        self, call: ast.Call, scope: Scope, asked: tuple[tuple[Scope, str], ...]
    ) -> Kind | None:
        made = self.creation(call, scope)
        if made is not None or not isinstance(call.func, ast.Attribute):
            return made
        if call.func.attr == "pop_all":
            return self._kind(call.func.value, scope, asked)
        if call.func.attr in _ENTERING and len(call.args) == 1:
            return self.creation(call.args[0], scope)
        return None

    def _event_kind(
        self, event: Event, owner: Scope, asked: tuple[tuple[Scope, str], ...]
    ) -> Kind | str | None:
        if event.act is Act.PARAMETER and isinstance(event.node, ast.arg):
            return self._annotated(event.node.annotation, owner)
        if event.act is Act.DELETE:
            return "none"
        given = self.values.given(event)
        if given is None:
            return None
        return self._given_kind(given, event.origin, asked)

    def _given_kind(
        self, given: Given, scope: Scope, asked: tuple[tuple[Scope, str], ...]
    ) -> Kind | str | None:
        if isinstance(given.value, ast.Constant) and given.value.value is None:
            return "none"
        return self._kind(given.value, scope, asked)

    def _annotated(self, annotation: ast.expr | None, scope: Scope) -> Kind | None:
        """Read `ExitStack`, `"ExitStack"`, `ExitStack | None` and `Optional[ExitStack]`."""
        home = scope.parent or scope
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                annotation = ast.parse(annotation.value, mode="eval").body
            except SyntaxError:
                return None
        if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
            sides = [annotation.left, annotation.right]
            rest = [side for side in sides if not _is_none(side)]
            return self._annotated(rest[0], scope) if len(rest) == 1 else None
        if isinstance(annotation, ast.Subscript):
            outer = self.names.qualified(annotation.value, home)
            if outer == "typing.Optional":
                return self._annotated(annotation.slice, scope)
        return None if annotation is None else self.class_kind(annotation, home)

    def attribute_kind(self, home: ast.ClassDef, attribute: str) -> Kind | None:
        """Return what kind of stack `self.attribute` is in the methods of a class."""
        known = self._attributes.get((home, attribute), "unknown")
        if not isinstance(known, str):
            return known
        self._attributes[home, attribute] = None
        found: list[Kind | str | None] = []
        for given in self.values.attribute_given(home, attribute):
            if given is None:
                found.append(None)
            else:
                found.append(self._given_kind(given, self.scope_of(given.value), ()))
        found.extend(
            self._annotated(node.annotation, self.bindings.scopes[home])
            for node in home.body
            if isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.target.id == attribute
        )
        kind = _same(each for each in found if each != "none")
        self._attributes[home, attribute] = kind
        return kind

    def usages(self, owner: Scope, name: str) -> list[Usage]:
        """Return what is done with the stack in variable `name`, in order of the text."""
        return [
            self._usage(event, owner)
            for event in self.bindings.events(owner, name)
            if event.act is Act.READ and isinstance(event.node, ast.Name)
        ]

    def _usage(self, event: Event, owner: Scope) -> Usage:
        node = event.node
        assert isinstance(node, ast.Name)  # noqa: S101  # reads are names
        nested = _home(event.origin) is not owner
        parent = self.parents.of(node)
        if isinstance(parent, ast.withitem) and parent.context_expr is node:
            return Usage(Use.WITH, node, None, nested)
        if not isinstance(parent, ast.Attribute):
            return Usage(Use.HANDED, node, None, nested)
        call = self.parents.of(parent)
        if not isinstance(call, ast.Call) or call.func is not parent:
            decorates = isinstance(call, (ast.FunctionDef, ast.AsyncFunctionDef))
            use = Use.REGISTER if decorates and parent.attr in REGISTERING else Use.HANDED
            return Usage(use, node, None, nested)
        return Usage(_METHODS.get(parent.attr, Use.HANDED), node, call, nested)


_METHODS = MappingProxyType(
    {
        **dict.fromkeys(REGISTERING, Use.REGISTER),
        **dict.fromkeys(CLOSING, Use.CLOSE),
        "pop_all": Use.POP_ALL,
        "__enter__": Use.REGISTER,
    }
)


def _home(scope: Scope) -> Scope:
    """Return the function that a comprehension runs in."""
    while isinstance(scope.node, COMPREHENSIONS) and scope.parent is not None:
        scope = scope.parent
    return scope


def _is_none(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Constant) and expression.value is None


def _same(kinds: Iterable[Kind | str | None]) -> Kind | None:
    found = set(kinds)
    only = found.pop() if len(found) == 1 else None
    return only if isinstance(only, Kind) else None
