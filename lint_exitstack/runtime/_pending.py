"""What a stack shows of the exits that it has still to run."""

from __future__ import annotations

from operator import call
from types import BuiltinFunctionType, FunctionType, MethodType

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Literal

    from ._parameters import Any

    # function, its first argument or the callback's arguments, how to call it
    Entry = tuple[Callable[..., Any], Any, Any]
    Kind = Literal["manager", "exit", "callback", "on_failure", "on_success"]

__all__ = ["PendingExit"]

# Functions, methods and classes: their own name says more than that of their type.
_NAMED = (type, FunctionType, MethodType, BuiltinFunctionType)


class Manner:
    """How an asynchronous stack calls an entry; compared by identity."""

    __slots__ = ()


AWAIT_EXIT = Manner()
AWAIT_CALLBACK = Manner()


class PendingExit:
    """One exit that a stack has still to run, as seen by `pending_exits`: for reading only.

    - `kind`: "manager" (entered, or pushed as an object with an exit method), "exit" (a function
      with the signature of `__exit__`), "callback", or a guard's "on_failure", "on_success";
    - `target`: the manager, the function or the callback;
    - `args`, `kwargs`: what a callback will be called with, empty for the others;
    - `is_async`: whether the stack awaits it.
    """

    __slots__ = ("args", "is_async", "kind", "kwargs", "target")

    def __init__(
        self,
        kind: Kind,
        target: object,
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
        *,
        is_async: bool = False,
    ) -> None:
        self.kind: Kind = kind
        self.target = target
        self.args = args
        self.kwargs: Mapping[str, object] = {} if kwargs is None else kwargs
        self.is_async = is_async

    def __repr__(self) -> str:
        """Name kind and target, without running code of the target."""
        return f"<{'async ' if self.is_async else ''}{self.kind} {_name(self.target)}>"


def _name(target: object) -> str:
    named = target if isinstance(target, _NAMED) else type(target)
    name: str = named.__qualname__
    return name


def describe(entry: Entry) -> PendingExit:
    """Turn a stack's entry into what users see of it."""
    function, target, manner = entry
    is_async = isinstance(manner, Manner)
    if manner is AWAIT_CALLBACK:
        args, kwargs = target
        return PendingExit("callback", function, args, dict(kwargs), is_async=True)
    if manner is not None and not is_async:
        return PendingExit("callback", function, target, dict(manner))
    if function is call:
        return PendingExit("exit", target, is_async=is_async)
    return PendingExit("manager", target, is_async=is_async)
