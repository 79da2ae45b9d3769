"""A stand-in for a real object that passes everything on and records openings and closings."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ._tracking_ledger import Account, Ledger

# Looked up on the type by the interpreter, so `__getattr__` alone can't pass them on.
_FORWARDED = (
    "__iter__",
    "__next__",
    "__aiter__",
    "__anext__",
    "__await__",
    "__len__",
    "__length_hint__",
    "__bool__",
    "__contains__",
    "__getitem__",
    "__setitem__",
    "__delitem__",
    "__reversed__",
    "__call__",
    "__fspath__",
    "__index__",
    "__int__",
    "__float__",
    "__str__",
    "__bytes__",
    "__format__",
    "__lt__",
    "__le__",
    "__gt__",
    "__ge__",
    "__buffer__",
    "__dir__",
)


class Wrapping:
    """What a proxy knows: the object, its account, and which of its methods open or close it."""

    __slots__ = ("account", "closes", "exit_closes", "ledger", "made_open", "opens", "target")

    def __init__(
        self,
        target: object,
        ledger: Ledger,
        account: Account,
        opens: tuple[str, ...],
        closes: tuple[str, ...],
        *,
        made_open: bool,
        exit_closes: bool,
    ) -> None:
        self.target = target
        self.ledger = ledger
        self.account = account
        self.opens = opens
        self.closes = closes
        self.made_open = made_open
        self.exit_closes = exit_closes

    @property
    def enters_open(self) -> bool:
        """Whether entering opens nothing: a file, say, that was open when it was made."""
        return self.made_open and self.account.is_open

    def call(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Close by this method; if it must be awaited, it counts once that is done."""
        try:
            result = method(*args, **kwargs)
        except BaseException as error:
            self.account.closed(error)
            raise
        if hasattr(result, "__await__"):
            return self._close_awaited(result)
        self._closed()
        return result

    async def _close_awaited(self, closing: Awaitable[Any]) -> Any:
        try:
            result = await closing
        except BaseException as error:
            self.account.closed(error)
            raise
        self._closed()
        return result

    def open(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Open by this method; False as its result means that it didn't."""
        number = self.account.begin_open()
        try:
            result = method(*args, **kwargs)
        except BaseException as error:
            self.account.open_failed(number, error)
            raise
        if hasattr(result, "__await__"):
            return self._open_awaited(number, result)
        if result is not False:
            self.account.opened(number)
        return result

    async def _open_awaited(self, number: int, opening: Awaitable[Any]) -> Any:
        try:
            result = await opening
        except BaseException as error:
            self.account.open_failed(number, error)
            raise
        if result is not False:
            self.account.opened(number)
        return result

    def _closed(self) -> None:
        self.account.closed()
        if not self.account.is_open and getattr(self.target, "closed", None) is False:
            self.account.zombie()


class Proxy:
    """Base of all proxies: attributes go to the object, opening and closing through the books."""

    __slots__ = ("__weakref__", "_tracked")

    def __init__(self, wrapping: Wrapping) -> None:
        object.__setattr__(self, "_tracked", wrapping)

    def __getattr__(self, name: str) -> Any:
        tracked = _tracked(self)
        found = getattr(tracked.target, name)
        if name in tracked.closes:
            return functools.partial(tracked.call, found)
        if name in tracked.opens:
            return functools.partial(tracked.open, found)
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(_tracked(self).target, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(_tracked(self).target, name)

    def __repr__(self) -> str:
        return f"<tracked {_tracked(self).target!r}>"


def wrap(wrapping: Wrapping) -> Any:
    """Build the proxy of an object: its class has those special methods that the object has."""
    kind: Any = type(wrapping.target)
    return proxy_class(kind)(wrapping)


@functools.cache
def proxy_class(kind: Any) -> type[Proxy]:
    """Make the proxy class for objects of this type."""
    present = _special_names(kind)
    methods: dict[str, Any] = {name: _forward(name) for name in _FORWARDED if name in present}
    managers = {
        "__enter__": _enter,
        "__exit__": _exit,
        "__aenter__": _aenter,
        "__aexit__": _aexit,
    }
    methods |= {name: method for name, method in managers.items() if name in present}
    # isinstance asks an object for its class: the proxy answers as the object would.
    methods["__class__"] = property(lambda _: kind)
    return type(f"Tracked{kind.__name__}", (Proxy,), {"__slots__": (), **methods})


def _special_names(kind: Any) -> frozenset[str]:
    """List what the type defines itself; what every object has stays the proxy's own."""
    bases: tuple[type, ...] = kind.__mro__[:-1]
    return frozenset(
        name for base in bases for name, value in vars(base).items() if value is not None
    )


def _tracked(proxy: Proxy) -> Wrapping:
    wrapping: Wrapping = object.__getattribute__(proxy, "_tracked")
    return wrapping


def _special(target: object, name: str) -> Callable[..., Any]:
    """Look a special method up as the interpreter does: on the type."""
    kind: type[object] = type(target)
    found: Any = next(vars(base)[name] for base in kind.__mro__ if name in vars(base))
    if not hasattr(found, "__get__"):
        return cast("Callable[..., Any]", found)
    method: Callable[..., Any] = found.__get__(target, kind)
    return method


def _forward(name: str) -> Callable[..., Any]:
    def forward(self: Proxy, *args: Any) -> Any:
        return _special(_tracked(self).target, name)(*args)

    return forward


def _own(proxy: Proxy, entered: object) -> Any:
    """Whoever gets the object itself on entering shall get the proxy."""
    return proxy if entered is _tracked(proxy).target else entered


def _enter(self: Proxy) -> Any:
    tracked = _tracked(self)
    method = _special(tracked.target, "__enter__")
    return _own(self, method() if tracked.enters_open else tracked.open(method))


def _exit(self: Proxy, *details: Any) -> Any:
    tracked = _tracked(self)
    tracked.ledger.saw(details[1])
    method = _special(tracked.target, "__exit__")
    return tracked.call(method, *details) if tracked.exit_closes else method(*details)


async def _aenter(self: Proxy) -> Any:
    tracked = _tracked(self)
    method = _special(tracked.target, "__aenter__")
    return _own(self, await (method() if tracked.enters_open else tracked.open(method)))


async def _aexit(self: Proxy, *details: Any) -> Any:
    tracked = _tracked(self)
    tracked.ledger.saw(details[1])
    method = _special(tracked.target, "__aexit__")
    return await (tracked.call(method, *details) if tracked.exit_closes else method(*details))
