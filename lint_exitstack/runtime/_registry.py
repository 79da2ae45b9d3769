"""Registering exits: what both kinds of stack have in common."""

from __future__ import annotations

from operator import call
from types import MethodType

from ._pending import PendingExit, describe
from ._special import find_pair, managers, special

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self, TypeVar

    from ._abstract import AbstractContextManager
    from ._parameters import Any, P, T
    from ._pending import Entry

    ExitFunction = Callable[
        [type[BaseException] | None, BaseException | None, TracebackType | None], bool | None
    ]
    ExitOrManager = TypeVar("ExitOrManager", bound=AbstractContextManager[Any, Any] | ExitFunction)


class Registry:
    """The exits of a stack, and the ways to add to them that need no `await`."""

    __slots__ = ("__dict__", "__weakref__", "_exits", "_outside")

    def __init__(self) -> None:
        """Begin without exits."""
        # Tuples rather than closures: a third of the cost, and they can be shown.
        self._exits: list[Entry] = []
        # What was being handled when the block began, see _unwinding.beneath.
        self._outside: BaseException | None = None

    def enter_context(self, cm: AbstractContextManager[T, bool | None]) -> T:
        """Enter `cm`, register its exit, and return what its `__enter__` returned.

        Both methods are looked up as the `with` statement does: on the type, through any
        descriptor, the exit before the enter is called.

        Raises TypeError when `cm` isn't a context manager, with nothing registered, and whatever
        `__enter__` raises.
        """
        cls: Any = type(cm)
        try:
            enter, leave = managers[id(cls)]
            known = cls.__enter__ is enter and cls.__exit__ is leave
        except (KeyError, AttributeError):
            return self._enter(cm)
        if not known:
            return self._enter(cm)
        value: T = enter(cm)
        self._exits.append((leave, cm, None))
        return value

    def _enter(self, cm: AbstractContextManager[T, bool | None]) -> T:
        """Do what `enter_context` says for a class that isn't known, or has changed."""
        (enter, obj), leave = find_pair(cm, managers)
        value: T = enter(obj)
        self._exits.append((*leave, None))
        return value

    def push(self, exit: ExitOrManager) -> ExitOrManager:  # noqa: A002 - the documented name
        """Register the exit of an object that has `__exit__`, or a function of that signature.

        The object isn't entered. A true result swallows the exception, as at the end of a `with`.
        Returns `exit`, so that this can be a decorator.
        """
        found = special(exit, "__exit__")
        self._exits.append((call, exit, None) if found is None else (*found, None))
        return exit

    def callback(
        self, callback: Callable[P, T], /, *args: P.args, **kwds: P.kwargs
    ) -> Callable[P, T]:
        """Register `callback(*args, **kwds)`; it isn't told of exceptions and can't swallow them.

        Every keyword belongs to the callback, `callback` and `self` too. Returns `callback`, so
        that this can be a decorator.
        """
        self._exits.append((callback, args, kwds))
        return callback

    def pop_all(self) -> Self:
        """Move all exits to a new stack of the same class, run none, and return the new stack.

        The new stack is made by calling the class without arguments. A subclass whose constructor
        needs some gets a copy of this stack's attributes instead, without the constructor run.
        """
        cls = type(self)
        plain = cls.__init__ is Registry.__init__ and cls.__new__ is object.__new__
        fresh = cls() if plain or _callable_without_arguments(cls) else self._copy()
        # This list stays in use: when the stack is just closing, it ends with the exit at work.
        fresh._exits.extend(self._exits)  # noqa: SLF001 - the same class
        self._exits.clear()
        return fresh

    def _copy(self) -> Self:
        cls = type(self)
        fresh = object.__new__(cls)
        # A pair because there are slots: the instance dictionary, if any, and the slots.
        state: tuple[dict[str, Any] | None, dict[str, Any]] = object.__getstate__(self)  # type: ignore[assignment] # typed as object
        for attributes in state:
            for name, value in (attributes or {}).items():
                object.__setattr__(fresh, name, value)
        fresh._exits = []
        fresh._outside = None
        return fresh

    @property
    def pending_exits(self) -> tuple[PendingExit, ...]:
        """What this stack has still to run, in the order of registration: the last runs first.

        A snapshot for looking at while debugging: changing it changes nothing in the stack.
        """
        return tuple(map(describe, self._exits))

    @property
    def _exit_callbacks(self) -> tuple[tuple[bool, Callable[..., Any]], ...]:
        """The same in the form in which contextlib keeps it, for code that looks there."""
        return tuple(map(_as_contextlib_has_it, self._exits))

    def __repr__(self) -> str:
        """Name the class and every pending exit."""
        pending = ", ".join(map(repr, self.pending_exits)) or "nothing pending"
        return f"<{type(self).__qualname__}: {pending}>"


def _callable_without_arguments(cls: type) -> bool:
    from inspect import signature

    try:
        signature(cls).bind()
    except TypeError:
        return False
    return True


def _as_contextlib_has_it(entry: Entry) -> tuple[bool, Callable[..., Any]]:
    seen = describe(entry)
    function, target, _ = entry
    if seen.kind == "manager":
        return not seen.is_async, MethodType(function, target)
    if seen.kind == "exit":
        return not seen.is_async, target

    def exit_wrapper(*_: object) -> Any:
        return function(*seen.args, **seen.kwargs)

    exit_wrapper.__wrapped__ = function  # type: ignore[attr-defined] # functions take attributes
    return not seen.is_async, exit_wrapper
