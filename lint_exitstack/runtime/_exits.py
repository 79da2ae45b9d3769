"""The exits that a stack has still to run, and what every stack can do with them."""

from __future__ import annotations

from types import MethodType

from ._pending import PendingExit, describe

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from ._parameters import Any
    from ._pending import Entry


class Exits:
    """What every kind of stack is made of."""

    __slots__ = ("__dict__", "__weakref__", "_exits", "_outside")

    def __init__(self) -> None:
        """Begin without exits."""
        # Tuples rather than closures: a third of the cost, and they can be shown.
        self._exits: list[Entry] = []

    if TYPE_CHECKING:
        # What was being handled when the block began, see `still_handled`; unset before.
        _outside: BaseException | None

    def pop_all(self) -> Self:
        """Move all exits to a new stack of the same class, run none, and return the new stack.

        The new stack is made by calling the class without arguments. A subclass whose constructor
        needs some gets a copy of this stack's attributes instead, without the constructor run.
        """
        cls = type(self)
        plain = cls.__init__ is Exits.__init__ and cls.__new__ is object.__new__
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
        return fresh

    @property
    def pending_exits(self) -> tuple[PendingExit, ...]:
        """What this stack has still to run, in the order of registration: the last runs first.

        A snapshot for looking at while debugging: changing it changes nothing in the stack.
        """
        return tuple(map(self._describe, self._exits))

    @property
    def _exit_callbacks(self) -> tuple[tuple[bool, Callable[..., Any]], ...]:
        """The same in the form in which contextlib keeps it, for code that looks there."""
        return tuple(_as_contextlib_has_it(entry) for entry in self._exits)

    _describe = staticmethod(describe)

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
