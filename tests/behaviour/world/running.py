"""One run of one entry point under one plan, and everything that can be observed of it."""

import signal
import sys
import types
from dataclasses import dataclass, fields

from .driving import abandon, drive
from .recording import PROGRAM, World, chain
from .standins import CURRENT, Stream, namespace
from .vocabulary import Hook, build

MODULE = "<module>"
SECONDS = 0.5  # of its own CPU time: how busy the machine is must not matter


class HungError(BaseException):
    """A run that did not come back in time."""


class OuterError(Exception):
    """The exception that is being handled around a run."""


@dataclass(slots=True)
class Outcome:
    """What one run did, in texts and tuples that compare across runs."""

    trace: tuple = ()
    handled: tuple = ()
    ending: tuple = ()
    chain: tuple = ()
    bindings: tuple = ()
    state: tuple = ()
    plain: frozenset = frozenset()
    suspended: frozenset = frozenset()
    start: int = 0
    void: bool = False


OBSERVED = tuple(
    f.name for f in fields(Outcome) if f.name not in {"plain", "suspended", "start", "void"}
)


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled program and the names that its bindings are compared by."""

    code: types.CodeType
    source: str

    @classmethod
    def compiled(cls, source):
        return cls(compile(source, PROGRAM, "exec", dont_inherit=True), source)


def entries(program):
    """The entry points: the module's body, then each public function that needs no argument."""
    found = [MODULE]
    for const in program.code.co_consts:
        if not isinstance(const, types.CodeType) or const.co_name.startswith(("_", "<")):
            continue
        is_function = const.co_flags & 0x2  # CO_NEWLOCALS: not a class body
        if is_function and const.co_argcount == 0 and const.co_kwonlyargcount == 0:
            found.append(const.co_name)
    return tuple(found)


def ring(signum, frame):
    """The alarm of a run that hangs; it rings again until the program lets it through."""
    raise HungError


def guard():
    """Let the alarm end runs that hang."""
    signal.signal(signal.SIGVTALRM, ring)


def perform(program, entry, plan=None, *, outer=False, kept_names=(), with_locals=()):
    """Run once and observe."""
    world = World(plan)
    scope = namespace(world)
    outcome = Outcome()
    stdout, sys.stdout = sys.stdout, build(Stream, world, "stdout")
    CURRENT.world = Hook.world = world
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS, 0.05)
    failure = None
    try:
        within = while_handling if outer else directly
        outcome.ending = within(world, program, entry, scope, outcome, with_locals)
    except BaseException as exc:  # whatever leaves the program is its result
        failure = exc
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        world.active = False
        abandon(world)
        CURRENT.world = Hook.world = None
        final, sys.stdout = sys.stdout, stdout
    if failure is not None:
        outcome.chain = chain(world, failure)
        outcome.ending = ("raised", outcome.chain[0][0])
    observe(world, outcome, scope, final, kept_names)
    return outcome


def observe(world, outcome, scope, stdout, kept_names):
    """Fill in what is left behind."""
    outcome.trace = tuple(world.trace)
    outcome.handled = tuple(world.handled)
    outcome.void = world.void
    outcome.plain = frozenset(world.plain)
    outcome.suspended = frozenset(world.suspended)
    outcome.state = (world.portray(stdout), world.cwd)
    outcome.bindings += tuple(
        (name, world.portray(scope[name]) if name in scope else None) for name in kept_names
    )


def while_handling(world, *given):
    """Execute where another exception is being handled."""
    try:
        raise world.keep(OuterError("outer"), "outer")
    except OuterError:
        return directly(world, *given)


def directly(world, program, entry, scope, outcome, with_locals):
    """Run the module's body, then the entry point; return how it ended."""
    if entry == MODULE:
        exec(program.code, scope)
        return "returned", "None"
    exec(program.code, scope)
    outcome.start = len(world.trace)
    function = scope.get(entry)
    if not isinstance(function, types.FunctionType):
        return "absent", type(function).__name__
    if not with_locals:
        return "returned", world.portray(drive(world, function))
    left = {}
    sys.setprofile(collector(function.__code__, left))
    try:
        result = drive(world, function)
    finally:
        sys.setprofile(None)
    outcome.bindings = tuple(
        (f"local {name}", world.portray(left[name]) if name in left else None)
        for name in with_locals
    )
    return "returned", world.portray(result)


def collector(code, left):
    """A profiler that keeps the local names that a function leaves behind."""

    def profile(frame, event, arg):
        if event == "return" and frame.f_code is code:
            left.clear()
            left.update(frame.f_locals)

    return profile
