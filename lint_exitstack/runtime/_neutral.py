"""Await what is awaitable, hand on what isn't."""

from __future__ import annotations

from types import CoroutineType, GeneratorType

from ._chaining import hide

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._parameters import Any

hide(__name__)

_ITERABLE_COROUTINE = 0x100  # inspect.CO_ITERABLE_COROUTINE


def awaitable(value: object) -> bool:
    """Tell whether `await value` is possible, as the interpreter does."""
    kind = type(value)
    if kind is CoroutineType or hasattr(kind, "__await__"):
        return True
    return kind is GeneratorType and bool(value.gi_code.co_flags & _ITERABLE_COROUTINE)  # type: ignore[attr-defined] # a generator


async def call_exit(function: Callable[..., Any], *details: object) -> object:
    """Call an exit function of either kind."""
    result = function(*details)
    if result is not None and awaitable(result):
        return await result
    return result


async def call_back(function: Callable[..., Any], /, *args: Any, **kwds: Any) -> object:
    """Call a callback of either kind."""
    result = function(*args, **kwds)
    if result is not None and awaitable(result):
        return await result
    return result
