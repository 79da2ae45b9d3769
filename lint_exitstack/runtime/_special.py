"""Find special methods as the `with` statement does: on the type, through any descriptor."""

from __future__ import annotations

import sys
from operator import call
from types import FunctionType, MethodDescriptorType, WrapperDescriptorType

from ._chaining import hide

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._parameters import Any

hide(__name__)

# Called unbound with the object first, these do what their bound form does.
_UNBOUND = frozenset({FunctionType, MethodDescriptorType, WrapperDescriptorType})

_IMMUTABLE_TYPE = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE

# Functions that a walk along an MRO has shown to be plain methods: attribute access on the class
# gives such a function unchanged, so the walk needn't be repeated (it costs more than all the rest
# of entering). Held strongly, hence only what lives as long as the process anyway.
plain: set[object] = set()
# Stands for a method that the class doesn't have; never in `plain`.
ABSENT: Any = None


def special(obj: object, name: str) -> tuple[Callable[..., Any], object] | None:
    """Return `(function, first argument)` for the special method `name` of `obj`, or None.

    The method is searched along the MRO of the type, so neither the instance nor the metaclass
    counts. Functions come back unbound; whatever else is a descriptor is bound by its `__get__`,
    and then `operator.call` is the function and the bound object its first argument.

    Whatever a descriptor's `__get__` raises passes through. Source: special method lookup in
    https://docs.python.org/3/reference/datamodel.html
    """
    cls = type(obj)
    for base in cls.__mro__:
        namespace = base.__dict__
        if name in namespace:
            method: object = namespace[name]
            kind = type(method)
            if kind in _UNBOUND:
                return method, obj  # type: ignore[return-value] # these types are callable
            bind = getattr(kind, "__get__", None)
            if bind is not None:
                method = bind(method, obj, cls)
            return call, method
    return None


def find_pair(obj: object, enter_name: str, exit_name: str) -> tuple[Any, Any] | None:
    """Return what `special` finds for both, or None when one is missing; remember plain ones."""
    enter = special(obj, enter_name)
    leave = special(obj, exit_name)
    if enter is None or leave is None:
        return None
    for function, _ in (enter, leave):
        if function is not call and _is_permanent(function):
            plain.add(function)
    return enter, leave


def _is_permanent(function: Any) -> bool:
    """Tell whether `function` is of an immutable type or of a class defined by a module in use."""
    if type(function) is not FunctionType:
        return bool(function.__objclass__.__flags__ & _IMMUTABLE_TYPE)
    module = sys.modules.get(function.__module__)
    in_use = getattr(module, "__dict__", None) is function.__globals__
    return in_use and "<locals>" not in function.__qualname__


def missing(obj: object, *, asynchronous: bool = False) -> TypeError:
    """Build the TypeError for an object that isn't a context manager of the wanted kind."""
    cls = type(obj)
    wanted, other = "the context manager", "the asynchronous context manager"
    names, statement = ("__aenter__", "__aexit__"), "async with"
    if asynchronous:
        wanted, other = other, wanted
        names, statement = ("__enter__", "__exit__"), "with"
    text = f"'{cls.__module__}.{cls.__qualname__}' object does not support {wanted} protocol"
    if all(any(name in base.__dict__ for base in cls.__mro__) for name in names):
        text += f", but it supports {other} protocol: meant for '{statement}'"
    return TypeError(text)
