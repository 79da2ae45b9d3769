"""Find special methods as the `with` statement does: on the type, through any descriptor."""

from __future__ import annotations

from _weakref import ref
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

# By id of the class, what `with` finds there, if it is callable unbound. An entry holds as long as
# plain attribute access on the class still gives the same two; it dies with the class.
managers: dict[int, tuple[Any, Any]] = {}
async_managers: dict[int, tuple[Any, Any]] = {}
_watched: set[object] = set()


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


def find_pair(obj: object, known: dict[int, Any], *, asynchronous: bool = False) -> tuple[Any, Any]:
    """Return what `special` finds for entering and for leaving `obj`, and add it to `known`.

    Raises TypeError when `obj` lacks one of the two.
    """
    names = ("__aenter__", "__aexit__") if asynchronous else ("__enter__", "__exit__")
    enter, leave = (special(obj, name) for name in names)
    if enter is None or leave is None:
        raise missing(obj, asynchronous=asynchronous)
    if enter[0] is not call and leave[0] is not call:
        cls = type(obj)
        key = id(cls)

        def forget(reference: object) -> None:
            known.pop(key, None)
            _watched.discard(reference)

        known[key] = (enter[0], leave[0])
        _watched.add(ref(cls, forget))
    return enter, leave


def missing(obj: object, *, asynchronous: bool = False) -> TypeError:
    """Build the TypeError for an object that isn't a context manager of the wanted kind."""
    cls = type(obj)
    wanted, other = "the context manager", "the asynchronous context manager"
    names, statement = ("__aenter__", "__aexit__"), "async with"
    if asynchronous:
        wanted, other = other, wanted
        names, statement = ("__enter__", "__exit__"), "with"
    text = f"'{cls.__module__}.{cls.__qualname__}' object does not support {wanted} protocol"
    if all(special_exists(cls, name) for name in names):
        text += f", but it supports {other} protocol: meant for '{statement}'"
    return TypeError(text)


def special_exists(cls: type, name: str) -> bool:
    """Tell whether a class on the MRO of `cls` defines `name`."""
    return any(name in base.__dict__ for base in cls.__mro__)
