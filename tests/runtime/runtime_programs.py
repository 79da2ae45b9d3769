"""Generated programs, run through a stack and through real nested `with`, compared in full.

Plain script and module: needs nothing but Python, the runtime and, for trio, trio. A program is a
list of managers and what fails where; `nested` writes it as nested statements with `exec`, `stacked`
enters the same managers on a stack. Both record what every exit was told and what it saw handled;
what leaves is compared with its whole graph of contexts, causes, flags, notes and tracebacks.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
import types


class Boom(Exception):
    pass


class Halt(BaseException):
    pass


class Frozen(Exception):
    def __setattr__(self, name, value):
        raise AttributeError(f"frozen: {name}")


def new(kind, label):
    if kind == "group":
        return ExceptionGroup(label, [ValueError(label), KeyError(label)])
    if kind == "basegroup":
        return BaseExceptionGroup(label, [KeyboardInterrupt(label), KeyError(label)])
    return {"boom": Boom, "halt": Halt, "frozen": Frozen, "exit": GeneratorExit}[kind](label)


# What an exit does. Each function gets the world (shared state of one run), the label of the
# exit, the kind of exception to make, and the exception it was told of.
def passes(world, label, kind, exc):
    return None


def swallows(world, label, kind, exc):
    return True


def raises(world, label, kind, exc):
    raise world.make(kind, label)


def raises_from(world, label, kind, exc):
    raise world.make(kind, label) from exc


def raises_from_none(world, label, kind, exc):
    raise world.make(kind, label) from None


def raises_nested(world, label, kind, exc):
    try:
        raise world.make("boom", label + "-inner")
    finally:
        raise world.make(kind, label)


def raises_after_catching(world, label, kind, exc):
    try:
        raise world.make("boom", label + "-caught")
    except Boom as caught:
        kept = caught
    raise world.make(kind, label) from kept


def raises_without_context(world, label, kind, exc):
    failure = world.make(kind, label)
    try:
        raise failure
    finally:
        BaseException.__context__.__set__(failure, None)


def raises_again(world, label, kind, exc):
    if exc is not None:
        raise exc


def raises_again_wrapped(world, label, kind, exc):
    if exc is not None:
        try:
            raise exc
        except BaseException:
            raise world.make(kind, label)


def raises_first(world, label, kind, exc):
    """Raise the oldest exception of this run once more."""
    if world.made:
        raise world.made[0]


def notes(world, label, kind, exc):
    if exc is not None and not isinstance(exc, Frozen):
        exc.add_note(f"seen by {label}")


def replaces_context(world, label, kind, exc):
    if exc is not None:
        BaseException.__context__.__set__(exc, world.make("boom", label + "-context"))


BEHAVIOURS = [
    raises_first,
    passes,
    swallows,
    raises,
    raises_from,
    raises_from_none,
    raises_nested,
    raises_after_catching,
    raises_without_context,
    raises_again,
    raises_again_wrapped,
    notes,
    replaces_context,
]


class World:
    """What one run of a program records."""

    def __init__(self, watch_handled, tracebacks=True):
        self.watch_handled = watch_handled
        self.tracebacks = tracebacks
        self.trace = []
        self.made = []

    def make(self, kind, label):
        exc = new(kind, label)
        self.made.append(exc)
        return exc

    def name(self, exc):
        return None if exc is None else f"{type(exc).__name__}:{exc.args[0] if exc.args else ''}"

    def portrait(self, exc):
        """Describe an exception with everything that hangs on it."""
        seen = {}

        def walk(exc):
            if exc is None:
                return None
            if id(exc) in seen:
                return ("again", seen[id(exc)])
            seen[id(exc)] = len(seen)
            return (
                self.name(exc),
                tuple(frames(exc.__traceback__)) if self.tracebacks else None,
                exc.__suppress_context__,
                tuple(getattr(exc, "__notes__", ())),
                walk(exc.__context__),
                walk(exc.__cause__),
                tuple(map(walk, getattr(exc, "exceptions", ()))),
            )

        return walk(exc)


def frames(traceback):
    while traceback:
        yield traceback.tb_frame.f_code.co_name
        traceback = traceback.tb_next


class Manager:
    def __init__(self, world, label, step):
        self.world, self.label = world, label
        self.kind, self.enter, self.exit, self.fault = step

    def begin(self):
        self.world.trace.append(("enter", self.label))
        if self.enter:
            raise self.world.make(self.fault, self.label + "-enter")
        return self.label

    def end(self, kind, exc, traceback):
        world = self.world
        assert kind is (None if exc is None else type(exc))
        assert traceback is (None if exc is None else exc.__traceback__)
        handled = world.name(sys.exception()) if world.watch_handled else None
        world.trace.append(("exit", self.label, world.portrait(exc), handled))
        return self.exit(world, self.label, self.fault, exc)


class Sync(Manager):
    def __enter__(self):
        return self.begin()

    def __exit__(self, kind, exc, traceback):
        return self.end(kind, exc, traceback)


class Async(Manager):
    async def __aenter__(self):
        await pause()
        return self.begin()

    async def __aexit__(self, kind, exc, traceback):
        await pause()
        return self.end(kind, exc, traceback)


@types.coroutine
def _trap():
    yield


async def pause():
    library = PAUSE[0]
    if library is None:
        await _trap()
    else:
        await library.sleep(0)


PAUSE = [None]


def make_managers(world, program):
    return [
        (Async if step[0] == "async" else Sync)(world, f"m{number}", step)
        for number, step in enumerate(program.steps)
    ]


class Program:
    """Managers from the outermost in, what the body raises, and what is handled around it all."""

    def __init__(self, steps, body, outside):
        self.steps, self.body, self.outside = steps, body, outside

    def __repr__(self):
        steps = [(k, e, x.__name__, f) for k, e, x, f in self.steps]
        return f"Program({steps}, body={self.body!r}, outside={self.outside!r})"


def run_body(world, program):
    world.trace.append(("body",))
    if program.body == "wrapped":
        try:
            raise world.make("boom", "body-inner")
        except Boom:
            raise world.make("boom", "body")
    if program.body:
        raise world.make(program.body, "body")
    return "value"


NESTED = {}


def nested_function(kinds, is_async=False):
    """Write and compile a function of nested statements; one frame, as with a stack."""
    if (kinds, is_async) not in NESTED:
        lines = [f"{'async ' if is_async else ''}def block(managers, body):"]
        lines.append(" result = 'swallowed'")
        for depth, kind in enumerate(kinds):
            word = "async with" if kind == "async" else "with"
            lines.append(f"{' ' * (depth + 1)}{word} managers[{depth}]:")
        lines.append(f"{' ' * (len(kinds) + 1)}result = body()")
        lines.append(" return result")
        namespace = {}
        exec("\n".join(lines), namespace)
        NESTED[kinds, is_async] = namespace["block"]
    return NESTED[kinds, is_async]


def stacked_function(ExitStack):
    def block(managers, body):
        result = "swallowed"
        with ExitStack() as stack:
            for manager in managers:
                stack.enter_context(manager)
            result = body()
        return result  # noqa: RET504 - a return in the block is another program

    return block


def stacked_async_function(AsyncExitStack, neutral=False):
    async def block(managers, body):
        result = "swallowed"
        async with AsyncExitStack() as stack:
            for manager in managers:
                if neutral or isinstance(manager, Async):
                    await (stack.enter_context if neutral else stack.enter_async_context)(manager)
                else:
                    stack.enter_context(manager)
            result = body()
        return result  # noqa: RET504 - a return in the block is another program

    return block


def observe(program, block, watch_handled, tracebacks=True):
    """Run one form of a program; return all that can be seen of it."""
    world = World(watch_handled, tracebacks)
    outcome = []

    def call():
        managers = make_managers(world, program)
        return block(managers, lambda: run_body(world, program))

    def finish(exc):
        outcome.append(world.portrait(exc))

    def around(run):
        if not program.outside:
            return run()
        try:
            raise world.make("boom", "outside")
        except Boom:
            return run()

    try:
        outcome.append(around(call))
    except BaseException as exc:
        finish(exc)
    return world.trace, outcome, [world.portrait(exc) for exc in world.made]


async def observe_async(program, block, watch_handled):
    world = World(watch_handled)
    outcome = []
    managers = make_managers(world, program)

    async def run():
        return await block(managers, lambda: run_body(world, program))

    try:
        if program.outside:
            try:
                raise world.make("boom", "outside")
            except Boom:
                outcome.append(await run())
        else:
            outcome.append(await run())
    except BaseException as exc:
        outcome.append(world.portrait(exc))
    return world.trace, outcome, [world.portrait(exc) for exc in world.made]


def drive(coroutine):
    """Run a coroutine without any event loop."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value


FAULTS = ["boom", "halt", "group", "basegroup", "frozen", "exit"]


def every_failure(kinds, depth):
    """Yield programs of `depth` managers: every operation failing in turn, alone and in pairs."""
    for outside, body in itertools.product([False, True], [None, "boom", "wrapped"]):
        for exits in itertools.product(BEHAVIOURS, repeat=depth):
            steps = [(kinds[i % len(kinds)], False, exits[i], "boom") for i in range(depth)]
            yield Program(steps, body, outside)
        for failing in range(depth):
            for exits in itertools.product([passes, swallows, raises], repeat=depth):
                steps = [
                    (kinds[i % len(kinds)], i == failing, exits[i], "boom") for i in range(depth)
                ]
                yield Program(steps, body, outside)


def random_programs(kinds, count, seed):
    """Yield programs of up to seven managers with faults of every kind."""
    chance = random.Random(seed)
    for _ in range(count):
        steps = [
            (
                chance.choice(kinds),
                chance.random() < 0.04,
                chance.choice(BEHAVIOURS),
                chance.choice(FAULTS),
            )
            for _ in range(chance.randint(1, 7))
        ]
        body = chance.choice([None, "wrapped", *FAULTS])
        yield Program(steps, body, chance.random() < 0.5)


def knows_what_is_handled(program):
    """Whether `sys.exception()` in the exits can be compared.

    A stack's exit runs inside the handler of its caller. Once an exit swallowed the exception of
    the body, and nothing was being handled outside, nested `with` has nothing handled any more; no
    Python code can end the handler of its caller.
    """
    return program.outside or not any(exit is swallows for _, _, exit, _ in program.steps)


def compare(programs, stack, tracebacks=True):
    """Return (number of programs, those that differ) for the synchronous stack."""
    block = stacked_function(stack)

    def nested(program, watch):
        function = nested_function(tuple(step[0] for step in program.steps))
        return observe(program, function, watch, tracebacks)

    return _compare(programs, nested, lambda p, w: observe(p, block, w, tracebacks))


def compare_async(programs, stack, run=drive, neutral=False):
    block = stacked_async_function(stack, neutral)

    def nested(program, watch):
        function = nested_function(tuple(s[0] for s in program.steps), is_async=True)
        return run(observe_async(program, function, watch))

    return _compare(programs, nested, lambda p, w: run(observe_async(p, block, w)))


def _compare(programs, nested, stacked):
    count, different = 0, []
    for program in programs:
        watch = knows_what_is_handled(program)
        count += 1
        if nested(program, watch) != stacked(program, watch):
            different.append(program)
    return count, different


def main():
    import contextlib
    import json

    from lint_exitstack import runtime
    from lint_exitstack.runtime import aio

    scale = int(sys.argv[1])
    figures = {}

    def record(name, figure):
        count, different = figure
        figures[name] = [count, len(different), *map(repr, different[:3])]

    for depth in (1, 2, 3) if scale > 1000 else (1, 2):
        programs = every_failure(["sync"], depth)
        record(f"ExitStack, all of depth {depth}", compare(programs, runtime.ExitStack))
    programs = random_programs(["sync"], scale * 3, 1)
    record("ExitStack, random", compare(programs, runtime.ExitStack))
    kinds = ["async", "sync"]
    for stack, neutral in ((runtime.AsyncExitStack, False), (aio.ExitStack, True)):
        name = stack.__module__.rpartition(".")[2] + "." + stack.__name__
        programs = every_failure(kinds, 2)
        figure = compare_async(programs, stack, drive, neutral)
        record(f"{name}, all of depth 2, no event loop", figure)
        for loop, run in loops():
            programs = random_programs(kinds, scale, 2)
            record(f"{name}, random, {loop}", compare_async(programs, stack, run, neutral))
    for tracebacks in (True, False):
        name = "contextlib.ExitStack, all of depth 2" + ("" if tracebacks else ", no tracebacks")
        programs = every_failure(["sync"], 2)
        record(name, compare(programs, contextlib.ExitStack, tracebacks))
    sys.stdout.write(json.dumps(figures))


def loops():
    """Yield name and runner of each event loop that can be had."""
    PAUSE[0] = asyncio
    with asyncio.Runner() as runner:
        yield "asyncio", runner.run
    try:
        import trio
    except ImportError:
        return
    finally:
        PAUSE[0] = None
    PAUSE[0] = trio

    def run(coroutine):
        async def main():
            return await coroutine

        return trio.run(main)

    yield "trio", run
    PAUSE[0] = None


if __name__ == "__main__":
    main()
