"""Open a specimen, close it in some way, and say what an observer sees then."""

import inspect

from specimens import Boom


def outcome(specimen, thing, raised):
    """What an observer sees after the thing was closed in some way."""
    return specimen.released(thing), specimen.effect(thing), raised


def by_hand(specimen, lab, method):
    thing = specimen.opens(lab)
    assert not specimen.released(thing)
    specimen.during(thing)
    try:
        getattr(thing, method)()
    except Exception as error:
        return outcome(specimen, thing, type(error))
    return outcome(specimen, thing, None)


def by_with(specimen, lab, found, body_fails):
    thing = specimen.opens(lab)
    raised = None
    try:
        with thing as bound:
            assert (bound is thing) == found.binds_self
            assert not specimen.released(thing)
            specimen.during(thing)
            if body_fails:
                raise Boom
    except Boom:
        assert body_fails
    except Exception as error:
        raised = type(error)
    else:
        assert not body_fails
    return outcome(specimen, thing, raised)


async def async_by_hand(specimen, lab, found):
    made = specimen.opens(lab)
    assert inspect.isawaitable(made) or not found.awaited_open
    thing = await made if found.awaited_open else made
    assert not specimen.released(thing)
    closing = getattr(thing, found.closes[0])()
    assert inspect.isawaitable(closing) == found.awaited_close
    if found.awaited_close:
        await closing
    return outcome(specimen, thing, None)


async def async_by_with(specimen, lab, found, body_fails):
    made = specimen.opens(lab)
    manager = await made if found.awaited_open and not found.enters_unawaited else made
    try:
        async with manager as thing:
            if not found.enters_unawaited:
                assert (thing is manager) == found.binds_self
            assert not specimen.released(thing)
            if body_fails:
                raise Boom
    except Boom:
        assert body_fails
    else:
        assert not body_fails
    return outcome(specimen, thing, None)
