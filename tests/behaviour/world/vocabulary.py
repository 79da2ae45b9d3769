"""The names that programs under test are written with: recording doubles of real things."""

import builtins
from functools import partial

from .recording import Double


class Pause:
    """What an awaiting program hands to the driver: the effect planned for this suspension."""

    __slots__ = ("effect", "key")

    def __init__(self, key, effect):
        self.key = key
        self.effect = effect

    def __await__(self):
        yield self


async def wait(world, name, *seen, plain=False):
    """An operation that suspends once; raising happens before, throwing and closing there."""
    effect = world.operate(name, *seen, plain=plain)
    world.suspended.add(world.key)
    await Pause(world.key, effect)
    return effect


def answer(effect, value):
    """What an exit method does with the exception that it was given."""
    if effect == "reraise" and value is not None:
        raise value
    return effect == "swallow"


class Manager(Double):
    """A context manager; its exit swallows or fails when the plan says so."""

    __slots__ = ("gives",)

    def __enter__(self):
        self.world.operate(f"enter {self.label}")
        return self.gives

    def __exit__(self, kind, value, trace):
        assert kind is (None if value is None else type(value))
        effect = self.world.operate(f"exit {self.label}", value)
        return answer(effect, value)


class AsyncManager(Double):
    """An asynchronous context manager that suspends on entry and on exit."""

    __slots__ = ("gives",)

    async def __aenter__(self):
        await wait(self.world, f"enter {self.label}")
        return self.gives

    async def __aexit__(self, kind, value, trace):
        assert kind is (None if value is None else type(value))
        effect = await wait(self.world, f"exit {self.label}", value)
        return answer(effect, value)


class Thing(Double):
    """Anything: calling it or a part of it, assigning, indexing and iterating are operations."""

    __slots__ = ("parts",)

    def __init__(self, world, label):
        super().__init__(world, label)
        object.__setattr__(self, "parts", {})

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self.parts:
            self.parts[name] = type(self)(self.world, f"{self.label}.{name}")
        return self.parts[name]

    def __setattr__(self, name, value):
        self.world.operate(f"set {self.label}.{name}", value)
        self.parts[name] = value

    def __call__(self, *args, **kwargs):
        self.world.operate(f"{self.label}()", args, kwargs)
        return Thing(self.world, f"{self.label}()")

    def __getitem__(self, key):
        self.world.operate(f"get {self.label}[]", key)
        return self.parts.get(("item", key), self)

    def __setitem__(self, key, value):
        self.world.operate(f"set {self.label}[]", key, value)
        self.parts["item", key] = value

    def __delitem__(self, key):
        self.world.operate(f"del {self.label}[]", key)

    def __iter__(self):
        return items(self.world, self.label)


class AsyncThing(Thing):
    """A thing whose calls are awaited."""

    __slots__ = ()

    async def __call__(self, *args, **kwargs):
        await wait(self.world, f"{self.label}()", args, kwargs)
        return Thing(self.world, f"{self.label}()")


class Watched(Thing):
    """A thing whose attributes are computed: reading one is an operation and may fail."""

    __slots__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        self.world.operate(f"get {self.label}.{name}")
        if name in self.parts:
            return self.parts[name]
        found = HOOKED.get(name) or getattr(builtins, name, None)
        return found if isinstance(found, type) else Thing(self.world, f"{self.label}.{name}")


class Closing(Thing):
    """A resource whose `with` calls its `close`, as files and sockets do."""

    __slots__ = ()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


class Quitting(Thing):
    """A resource whose `with` does something else than close it (a database connection)."""

    __slots__ = ()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.world.operate(f"{self.label}.quit()", value)


class AsyncClosing(AsyncThing):
    """An asynchronous resource whose `async with` awaits its `aclose`."""

    __slots__ = ()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc):
        await self.aclose()


class Lock(Double):
    """A lock: `with` acquires and releases it."""

    __slots__ = ()

    def acquire(self, *args, **kwargs):
        self.world.operate(f"{self.label}.acquire()", args, kwargs)
        return True

    def release(self):
        self.world.operate(f"{self.label}.release()")

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *exc):
        self.release()


class OddLock(Lock):
    """A lock by its methods, but its `with` does something of its own."""

    __slots__ = ()

    def __exit__(self, *exc):
        self.world.operate(f"{self.label}.abandon()")


class Weighed(Thing):
    """A thing whose truth is computed: asking for it is an operation; the plan may empty it."""

    __slots__ = ()

    def __bool__(self):
        return self.world.operate(f"if {self.label} is full") != "flip"


class Empty(Thing):
    """A thing that counts as false."""

    __slots__ = ()

    def __bool__(self):
        return False


class AsyncLock(Double):
    """An asynchronous lock: acquired with await, released without, as asyncio's."""

    __slots__ = ()

    async def acquire(self):
        await wait(self.world, f"{self.label}.acquire()")
        return True

    def release(self):
        self.world.operate(f"{self.label}.release()")

    async def __aenter__(self):
        await self.acquire()

    async def __aexit__(self, *exc):
        self.release()


class OddAsyncLock(AsyncLock):
    """An asynchronous lock by its methods, but its `async with` does something of its own."""

    __slots__ = ()

    async def __aexit__(self, *exc):
        self.world.operate(f"{self.label}.abandon()")


class Hook(type):
    """A metaclass that is asked, and records that it was, when classes are compared."""

    world = None

    def __subclasscheck__(cls, other):
        if Hook.world is not None:
            # Raising asks it too from 3.12 on, so that even plain functions meet it.
            Hook.world.operate(f"subclasscheck {cls.__name__}", plain=True)
        return issubclass(other, LookupError) or type.__subclasscheck__(cls, other)


class Hooked(Exception, metaclass=Hook):
    """An exception class that claims every LookupError when asked through `issubclass`."""


class Plain(Exception):
    """An exception class of the program's own, without surprises."""


HOOKED = {"Hooked": Hooked, "Plain": Plain}


def make(cls, world, label, **given):
    """Make one double: an operation that may fail, as every acquisition may."""
    name = world.number(label)
    world.operate(f"make {name}")
    return build(cls, world, name, **given)


def build(cls, world, name, **given):
    double = cls(world, name)
    if cls in (Manager, AsyncManager):
        object.__setattr__(double, "gives", given.get("gives", Thing(world, f"{name} as")))
    return double


def perhaps(cls, other, world, label):
    """A thing of one class, or what stands for nothing if the plan says so."""
    name = world.number(label)
    world.operate(f"make {name}")
    if world.operate(f"if {name} is there") == "flip":
        return None if other is None else build(other, world, name)
    return build(cls, world, name)


def call(world, label, *args, **kwargs):
    """Call something that nobody knows: it may raise anything."""
    world.operate(f"call {label}", *args, *kwargs.values())
    return Thing(world, label)


async def acall(world, label, *args, **kwargs):
    """Await something that nobody knows."""
    await wait(world, f"call {label}", *args, *kwargs.values())
    return Thing(world, label)


def cond(world, label):
    """A condition: false, unless the plan flips it."""
    return world.operate(f"if {label}") == "flip"


def items(world, label, count=2):
    """An iterator: each step is an operation."""
    for number in range(count):
        world.operate(f"next {label}")
        yield f"{label}{number}"


async def aitems(world, label, count=2):
    """An asynchronous iterator."""
    for number in range(count):
        await wait(world, f"next {label}")
        yield f"{label}{number}"


MADE = {
    "cm": Manager,
    "acm": AsyncManager,
    "thing": Thing,
    "athing": AsyncThing,
    "watched": Watched,
    "closing_thing": Closing,
    "quitting_thing": Quitting,
    "aclosing_thing": AsyncClosing,
    "lock": Lock,
    "odd_lock": OddLock,
    "alock": AsyncLock,
    "odd_alock": OddAsyncLock,
    "weighed": Weighed,
}

# What is made, and what there is instead if the plan says so.
PERHAPS = {
    "perhaps": (Thing, None),
    "aperhaps": (AsyncThing, None),
    "perhaps_empty": (Thing, Empty),
}


def names(world):
    """The vocabulary of one run."""
    given = {name: partial(make, cls, world) for name, cls in MADE.items()}
    given |= {name: partial(perhaps, *pair, world) for name, pair in PERHAPS.items()}
    for function in (call, acall, cond, items, aitems):
        given[function.__name__] = partial(function, world)
    return {**given, **HOOKED}
