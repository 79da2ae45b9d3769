"""Drives functions, coroutines, generators and async generators without an event loop."""

import inspect

from .vocabulary import Pause

STEPS = 40


class Stuck(BaseException):
    """A generator or coroutine that never ends."""


def drive(world, entry):
    """Call an entry point and run what it returns to its end."""
    result = entry()
    world.kept.append(result)
    if inspect.iscoroutine(result):
        return finish(world, result)
    if inspect.isgenerator(result):
        return iterate(world, result)
    if inspect.isasyncgen(result):
        return iterate_async(world, result)
    return result


def finish(world, awaitable, *, closable=True):
    """Run an awaitable to its end; suspensions are where the plan may throw or close.

    A step of an async generator isn't closed: what that does changed between versions.
    """
    step = awaitable.__await__() if hasattr(awaitable, "__await__") else awaitable
    send, argument = step.send, None
    for _ in range(STEPS * 10):
        try:
            pause = send(argument)
        except StopIteration as stop:
            return stop.value
        send, argument = step.send, None
        effect = pause.effect if isinstance(pause, Pause) else None
        if effect == "close" and closable:
            return shut(world, step)
        if effect is not None and effect.startswith("throw "):
            send, argument = step.throw, world.exception(effect[6:], pause.key)
    raise Stuck


def shut(world, step):
    """Close a suspended coroutine; one that suspends again does what nothing promises."""
    try:
        step.close()
    except RuntimeError:
        world.void = True
        raise
    return "closed while suspended"


def iterate(world, generator):
    """Exhaust a generator; at each yield the plan may throw into it or close it."""
    send, argument = generator.send, None
    for number in range(STEPS):
        try:
            value = send(argument)
        except StopIteration as stop:
            return stop.value
        effect = world.note("yield", value)
        if effect == "close":
            generator.close()
            return "closed while suspended"
        send, argument = generator.send, f"sent {number}"
        if effect is not None:
            send, argument = generator.throw, world.exception(effect[6:], world.key)
    raise Stuck


def iterate_async(world, generator):
    """Exhaust an async generator in the same way."""
    move, argument = generator.asend, None
    for number in range(STEPS):
        try:
            value = finish(world, move(argument), closable=False)
        except StopAsyncIteration:
            return "exhausted"
        effect = world.note("yield", value)
        if effect == "close":
            finish(world, generator.aclose(), closable=False)
            return "closed while suspended"
        move, argument = generator.asend, f"sent {number}"
        if effect is not None:
            move, argument = generator.athrow, world.exception(effect[6:], world.key)
    raise Stuck


def abandon(world):
    """Close what a run left suspended, so that no garbage collection does it in a later run."""
    for one in world.kept:
        if inspect.iscoroutine(one) or inspect.isgenerator(one):
            close(one.close)
        elif inspect.isasyncgen(one):
            close(lambda one=one: finish(world, one.aclose()))


def close(method):
    """Close what may answer GeneratorExit with one more suspension, or with any exception."""
    for _ in range(STEPS):
        try:
            method()
        except RuntimeError:
            continue
        except BaseException:  # nobody is left to see it
            return
        return
