"""One run of a program: every operation is recorded here, and fails here when the plan says so."""

import builtins
import sys

PROGRAM = "<program>"
SIMPLE = frozenset({type(None), bool, int, float, str, bytes})


class ExhaustedError(BaseException):
    """The program used up its operations: it would run for ever."""


class World:
    """The recorder of one run, and the plan of what goes wrong in it.

    An operation is named by what it does and to what (`exit a`); the second one of that name is
    `exit a#2`. A plan maps such keys to effects, so that it means the same operation before and
    after a rewrite even when the two perform their operations in another order.
    """

    __slots__ = (
        "active",
        "budget",
        "counts",
        "cwd",
        "handled",
        "kept",
        "key",
        "numbers",
        "plain",
        "plan",
        "seen",
        "suspended",
        "tags",
        "trace",
        "void",
    )

    def __init__(self, plan=None, budget=300):
        self.plan = plan or {}
        self.budget = budget
        self.active = True
        self.void = False
        self.key = ""
        self.trace = []
        self.handled = []
        self.counts = {}
        self.plain = set()
        self.suspended = set()
        self.tags = {}
        self.seen = {}
        self.kept = []
        self.numbers = {}
        self.cwd = "/start"

    def note(self, name, *seen, plain=False):
        """Record one operation and return the effect that the plan has for it, if any."""
        if not self.active:
            return None
        count = self.counts[name] = self.counts.get(name, 0) + 1
        key = self.key = name if count == 1 else f"{name}#{count}"
        self.trace.append((key, tuple([self.portray(value) for value in seen])))
        handled = sys.exception()
        self.handled.append("None" if handled is None else self.origin(handled))
        if plain:
            self.plain.add(key)
        if len(self.trace) > self.budget:
            raise ExhaustedError
        return self.plan.get(key)

    def operate(self, name, *seen, plain=False):
        """Record one operation and fail if the plan says so."""
        effect = self.note(name, *seen, plain=plain)
        if effect is not None and effect.startswith("raise "):
            raise self.exception(effect[6:], self.key)
        return effect

    def number(self, label):
        """The name of one more object that the program makes under this label."""
        count = self.numbers[label] = self.numbers.get(label, 0) + 1
        return label if count == 1 else f"{label}@{count}"

    def exception(self, kind, key):
        """A new exception of this kind, recognisable wherever it turns up later."""
        shape, _, name = kind.rpartition(":")
        members = ()
        if shape in {"group", "mixed", "nested"}:
            members = self._members(shape, name, key)
            exc = BaseExceptionGroup(f"at {key}", members)
        else:
            cls = find_class(name)
            if shape == "sub":
                cls = type(f"Sub{name}", (cls,), {})
            exc = construct(cls, f"at {key}")
        return self.keep(exc, f"{kind} at {key}")

    def _members(self, shape, name, key):
        inner = self.keep(construct(find_class(name), "member"), f"{name} in group at {key}")
        if shape == "group":
            return [inner]
        other = self.keep(ArithmeticError("other"), f"other in group at {key}")
        if shape == "mixed":
            return [inner, other]
        return [other, BaseExceptionGroup("inner group", [inner])]

    def keep(self, exc, tag):
        """Tag an exception; holding it keeps its id from being used again."""
        self.kept.append(exc)
        self.tags[id(exc)] = tag
        return exc

    def origin(self, exc):
        """Which operation raised it, or what it is where the program did that itself."""
        return self.tags.get(id(exc)) or describe(exc)

    def tag(self, exc):
        """The same, told apart from others of its sort: an exit is shown one certain object."""
        planned = self.tags.get(id(exc))
        if planned is not None:
            return planned
        if id(exc) not in self.seen:
            self.kept.append(exc)
            self.seen[id(exc)] = self.number(describe(exc))
        return self.seen[id(exc)]

    def portray(self, value):
        """A text that equal values of two runs share and others don't."""
        if type(value) in SIMPLE:
            return repr(value)
        if isinstance(value, BaseException):
            return self.tag(value)
        if isinstance(value, Double):
            return f"<{value.label}>"
        return self._portray_other(value)

    def _portray_other(self, value):
        if isinstance(value, (tuple, list, set, frozenset)):
            inner = [self.portray(item) for item in value]
            if isinstance(value, (set, frozenset)):
                inner.sort()
            return f"{type(value).__name__}({', '.join(inner)})"
        if isinstance(value, dict):
            pairs = [f"{self.portray(k)}: {self.portray(v)}" for k, v in value.items()]
            return f"dict({', '.join(pairs)})"
        name = getattr(value, "__name__", None)
        kind = type(value).__name__
        return f"<{kind} {name}>" if isinstance(name, str) else f"<{kind}>"


class Double:
    """Whatever stands for a real object: known by its label."""

    __slots__ = ("label", "world")

    def __init__(self, world, label):
        object.__setattr__(self, "world", world)
        object.__setattr__(self, "label", label)


# The interpreter words these itself, and differently for `with` and for a method call.
UNWORDED = (TypeError, AttributeError, NameError, RuntimeError, StopIteration, StopAsyncIteration)


def describe(exc):
    """An exception that no plan made, by type and, where the program chose them, arguments."""
    name = type(exc).__name__
    if isinstance(exc, UNWORDED) or isinstance(exc, BaseExceptionGroup):
        return name
    return f"{name}{exc.args!r}" if all(isinstance(arg, str) for arg in exc.args) else name


def find_class(name):
    """The exception class of this name where the program now stands, else ValueError."""
    frame = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == PROGRAM:
            found = frame.f_locals.get(name) or frame.f_globals.get(name)
            if found is not None:
                break
        frame = frame.f_back
    else:
        found = SPECIAL.get(name) or getattr(builtins, name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else ValueError


SPECIAL = {}


def construct(cls, message):
    """An instance, also of classes such as UnicodeDecodeError that want other arguments."""
    try:
        return cls(message)
    except TypeError:
        return cls.__new__(cls)


def chain(world, exc):
    """Everything reachable by `__context__`, `__cause__` and group members, as plain tuples."""
    order, index, queue = [], {}, [exc]
    while queue:
        one = queue.pop()
        if one is None or id(one) in index:
            continue
        index[id(one)] = len(order)
        order.append(one)
        queue.extend((one.__cause__, one.__context__))
        queue.extend(getattr(one, "exceptions", ()))
    return tuple(
        (
            world.origin(one),
            index.get(id(one.__context__)),
            index.get(id(one.__cause__)),
            one.__suppress_context__,
            tuple(index[id(member)] for member in getattr(one, "exceptions", ())),
        )
        for one in order
    )
