"""Calls that register something to be exited or called later, on a stack or elsewhere."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from lint_exitstack.semantics.bindings import Act

if TYPE_CHECKING:
    from lint_exitstack.semantics.bindings import Scope
    from lint_exitstack.semantics.stacks import Kind, Stacks


class Role(enum.Enum):
    """What becomes of the thing that is registered."""

    ENTER = "entered"
    ENTER_ASYNC = "entered asynchronously"
    CALLBACK = "called"
    ASYNC_CALLBACK = "called and awaited"
    EXIT = "called with the exception"
    ASYNC_EXIT = "called with the exception and awaited"


class Keeper(enum.Enum):
    """Who keeps the registration."""

    STACK = "a stack"
    TEST = "a test case"
    PROCESS = "atexit"
    OBJECT = "weakref.finalize"
    FIXTURE = "pytest's request"


CALLBACKS = frozenset({Role.CALLBACK, Role.ASYNC_CALLBACK})
EXITS = frozenset({Role.EXIT, Role.ASYNC_EXIT})

_STACK_METHODS = MappingProxyType(
    {
        "enter_context": Role.ENTER,
        "enter_async_context": Role.ENTER_ASYNC,
        "callback": Role.CALLBACK,
        "push_async_callback": Role.ASYNC_CALLBACK,
        "push": Role.EXIT,
        "push_async_exit": Role.ASYNC_EXIT,
    }
)
_TEST_METHODS = MappingProxyType(
    {
        "addCleanup": Role.CALLBACK,
        "addClassCleanup": Role.CALLBACK,
        "addAsyncCleanup": Role.ASYNC_CALLBACK,
        "enterContext": Role.ENTER,
        "enterClassContext": Role.ENTER,
        "enterAsyncContext": Role.ENTER_ASYNC,
    }
)
_FUNCTIONS = MappingProxyType(
    {
        "atexit.register": (Keeper.PROCESS, 0),
        "unittest.addModuleCleanup": (Keeper.TEST, 0),
        "weakref.finalize": (Keeper.OBJECT, 1),
    }
)
_FIXTURE_METHOD = "addfinalizer"
METHODS = frozenset({*_STACK_METHODS, *_TEST_METHODS, _FIXTURE_METHOD})
FUNCTION_NAMES = frozenset({"register", "addModuleCleanup", "finalize"})


@dataclass(frozen=True, slots=True)
class Registration:
    """`call` registers `given`; `index` is its place among the arguments."""

    call: ast.Call
    role: Role
    given: ast.expr
    index: int
    keeper: Keeper
    kind: Kind | None = None

    @property
    def receiver(self) -> ast.expr | None:
        """The stack or test case, None for a function."""
        return self.call.func.value if isinstance(self.call.func, ast.Attribute) else None

    @property
    def method(self) -> str:
        """The name of the method or function called."""
        func = self.call.func
        return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")

    @property
    def rest(self) -> list[ast.expr]:
        """The arguments for what is registered."""
        return [*self.call.args[self.index + 1 :], *(word.value for word in self.call.keywords)]

    @property
    def takes_arguments(self) -> bool:
        """Whether the keeper can pass arguments to what is registered."""
        return self.keeper is not Keeper.FIXTURE

    @property
    def bare(self) -> bool:
        """Whether nothing but the thing itself is registered."""
        return not self.rest


def registration(call: ast.AST, scope: Scope, stacks: Stacks) -> Registration | None:
    """Return what a call registers, None where it isn't sure to do that."""
    if not isinstance(call, ast.Call) or not call.args:
        return None
    func = call.func
    if isinstance(func, ast.Attribute) and func.attr in _STACK_METHODS:
        kind = stacks.kind(func.value, scope)
        if kind is not None and not isinstance(call.args[0], ast.Starred):
            return Registration(
                call, _STACK_METHODS[func.attr], call.args[0], 0, Keeper.STACK, kind
            )
        return None
    if isinstance(func, ast.Attribute) and func.attr in _TEST_METHODS:
        if stacks.values.self_class(func.value, scope) is None:
            return None
        return Registration(call, _TEST_METHODS[func.attr], call.args[0], 0, Keeper.TEST)
    if isinstance(func, ast.Attribute) and func.attr == _FIXTURE_METHOD:
        if not _is_request(func.value, scope, stacks) or isinstance(call.args[0], ast.Starred):
            return None
        return Registration(call, Role.CALLBACK, call.args[0], 0, Keeper.FIXTURE)
    return _function(call, scope, stacks)


def _is_request(expression: ast.expr, scope: Scope, stacks: Stacks) -> bool:
    """Whether `expression` is the parameter `request` by which pytest hands itself to fixtures."""
    if not isinstance(expression, ast.Name) or expression.id != "request":
        return False
    owner = stacks.bindings.owner(scope, "request")
    changes = [] if owner is None else stacks.bindings.changes(owner, "request")
    return len(changes) == 1 and changes[0].act is Act.PARAMETER


def _function(call: ast.Call, scope: Scope, stacks: Stacks) -> Registration | None:
    func = call.func
    last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    if last not in FUNCTION_NAMES:
        return None
    keeper, index = _FUNCTIONS.get(stacks.names.qualified(func, scope) or "", (None, 0))
    if keeper is None or len(call.args) <= index:
        return None
    if any(isinstance(argument, ast.Starred) for argument in call.args[: index + 1]):
        return None
    return Registration(call, Role.CALLBACK, call.args[index], index, keeper)
