"""What each named hazard allows to differ: a predicate over one difference."""

import builtins

GROUPS = ("group:", "mixed:", "nested:")
UNTOUCHED = ("<stdout>", "/start")
CLEANUPS = ("close()", "aclose()", "release()", "quit()", "abandon()", "kill()", "stop()")
UNBOUND = ("NameError", "UnboundLocalError", "AttributeError")


def explains(hazard, difference):
    """Is this difference of the kind that the hazard warns about?"""
    return PREDICATES[hazard](difference)


def exit_chain(difference):
    """A stack of contextlib came in, something was raised, and only the chain of contexts differs.

    The stack drops a context where the body succeeded, cuts off what is being handled outside, and
    makes an exception that an exit raises again its own context.
    """
    return difference.stacks and difference.kinds <= {"chain", "handled"}


def swallowed_exit(difference):
    """An exit failed and another swallowed it: what the body wanted to do goes on afterwards."""
    effects = difference.plan.effects
    failed = [at for at, (key, effect) in enumerate(effects) if _fails_exit(key, effect)]
    swallowed = [at for at, (_, effect) in enumerate(effects) if effect == "swallow"]
    return bool(failed and swallowed) and failed[0] < swallowed[-1]


def _fails_exit(key, effect):
    return key.startswith("exit ") and effect.startswith(("raise ", "throw "))


def exception_group(difference):
    """A group was raised."""
    planned = any(group in effect for _, effect in difference.plan.effects for group in GROUPS)
    return planned or "Group" in repr(difference.before.chain) + repr(difference.after.chain)


def early_evaluation(difference):
    """Something that isn't an exit ran earlier than it did, or ran though it wasn't reached before.

    Or it isn't asked any more where it was, having been asked before; or it was too early for it: a
    name without a value ends the run before anything else happens.
    """
    before, after = (_keys(one) for one in (difference.before, difference.after))
    at = _first_divergence(before, after)
    moved = zip(before[:at], difference.before.handled, difference.after.handled, strict=False)
    if any(key.startswith("get ") and old != new for key, old, new in moved):
        return True  # what was looked up inside the handler is looked up before it
    if at < len(before) and before[at].startswith("if ") and before[at] not in after:
        return True
    if at >= len(after):
        earlier = at < len(before) or not _ends_unbound(difference.before)
        return _ends_unbound(difference.after) and earlier
    early = after[at]
    if early not in before:
        return not _is_exit(early)
    # What stood in this place comes later, unless the early evaluation failed.
    failed = any(key == early for key, _ in difference.plan.effects)
    return early in before[at:] and (failed or before[at] in after)


def subclass_hook(difference):
    """The hook of a class was asked, or an exception was caught that nothing but a hook claims."""
    asked = [key for key in _keys(difference.after) if key.startswith("subclasscheck ")]
    return bool(asked)


def rebound_name(difference):
    """The same was done to another object; or a guard saw what another function left in the name."""
    before, after = (_keys(one) for one in (difference.before, difference.after))
    at = _first_divergence(before, after)
    more = at < len(after) and _is_exit(after[at]) and before[at:] == after[at + 1 :]
    if more and difference.shared:
        return True
    if at >= min(len(before), len(after)):
        return _ends_unbound(difference.before) or _ends_unbound(difference.after)
    return _verb(before[at]) == _verb(after[at]) or _ends_unbound(difference.before)


def unknown_exit(difference):
    """The two forms call different methods of one object, or tell its exit something else."""
    if _exit_is_told_more(difference) or _exit_is_a_coroutine(difference):
        return True
    before, after = (_keys(one) for one in (difference.before, difference.after))
    at = _first_divergence(before, after)
    pair = (*before[at : at + 1], *after[at : at + 1])
    return len(pair) > 1 and _object(pair[0]) == _object(pair[1])


def _exit_is_a_coroutine(difference):
    """A coroutine does it now: StopIteration leaves that as RuntimeError (PEP 479)."""
    planned = any(effect.endswith("StopIteration") for _, effect in difference.plan.effects)
    return planned and difference.kinds <= {"chain", "ending", "handled"}


def _exit_is_told_more(difference):
    """An exit is the first operation to see something else, or acts on what it's told now."""
    before, after = difference.before.trace, difference.after.trace
    at = _first_divergence(before, after)
    if at < min(len(before), len(after)) and before[at][0] == after[at][0]:
        return before[at][0].startswith("exit ")
    effects = dict(difference.plan.effects)
    around = [key for key, _ in after[max(at - 1, 0) : at + 1]]
    acted = [key for key in around if effects.get(key) in {"swallow", "reraise"}]
    return any(key.startswith("exit ") for key in acted)


def runs_more(difference):
    """What ran before runs now in that order, and besides it what was skipped, by whatever that was.

    A failure, an early exit, a guard: in a run in which nothing happens, nothing is skipped. Or no
    operation shows it: what was changed is put back, or None is cleaned up.
    """
    if difference.kinds == {"state"}:
        return difference.plan.failures > 0 and difference.after.state == UNTOUCHED
    if _cleans_up_nothing(difference):
        return True
    if (difference.before.ending[0], difference.after.ending[0]) == ("raised", "returned"):
        return False  # a cleanup may raise, but nothing that runs more swallows
    more = _runs_all_and_more(difference) or _fails_at_once(difference)
    return _takes_another_path(difference) and more


def _cleans_up_nothing(difference):
    """What was acquired isn't there, as a guard knew; a method of None is looked up now."""
    missing = any(
        effect == "flip" and key.endswith(" is there") for key, effect in difference.plan.effects
    )
    before, after = (_keys(one) for one in (difference.before, difference.after))
    return missing and before[: len(after)] == after and _ends_unbound(difference.after)


def _takes_another_path(difference):
    """Did anything happen: a failure, a condition met, an exit that acts on an error?"""
    return bool(difference.plan.effects) or difference.before.ending[0] == "raised"


def _is_failure(effect):
    return effect == "close" or effect.startswith(("raise ", "throw "))


def _fails_at_once(difference):
    """What runs more is no operation: there's no such method, or the name has no value."""
    same = _keys(difference.before) == _keys(difference.after)
    seen = [repr((one.trace, one.chain)) for one in (difference.before, difference.after)]
    return same and any(name in seen[1] and name not in seen[0] for name in UNBOUND)


def _runs_all_and_more(difference):
    # What runs more takes the numbers of what comes later: the first close is the second one now.
    sides = (_keys(difference.before), _keys(difference.after))
    before, after = ([key.split("#")[0] for key in keys] for keys in sides)
    rest = iter(after)
    return len(after) > len(before) and all(name in rest for name in before)


def wider_catch(difference):
    """More runs now because of an exception that a handler of the program lets pass."""
    raised = [effect for _, effect in difference.plan.effects if _is_failure(effect)]
    passed = any(not catches(name, one) for name in difference.handlers for one in raised)
    return passed and _runs_all_and_more(difference)


def catches(name, effect):
    """Whether `except name` catches what this effect raises, as far as the builtins tell."""
    if effect == "close":
        return name in {"BaseException", "GeneratorExit"}
    shape, _, kind = effect.split(" ", 1)[1].rpartition(":")
    handler, raised = (getattr(builtins, one, None) for one in (name, kind))
    if raised is None:  # a class of the program, but for this one
        raised = BaseException if kind == "CancelledError" else Exception
    if shape in {"group", "mixed", "nested"}:
        raised = ExceptionGroup if issubclass(raised, Exception) else BaseExceptionGroup
    elif name == kind:
        return True
    return isinstance(handler, type) and issubclass(raised, handler)


def public_name(difference):
    """Only names that the module offers differ."""
    return difference.kinds <= {"bindings"}


def read_later(difference):
    """A name is bound in one form and unbound in the other, or holds another value."""
    if difference.kinds <= {"bindings"}:
        return True
    return (
        _ends_unbound(difference.before)
        or _ends_unbound(difference.after)
        or _args_differ(difference)
    )


def _args_differ(difference):
    """The same operations in the same order, but something else was handed to them."""
    before, after = difference.before, difference.after
    return _keys(before) == _keys(after) and before.trace != after.trace


def intent(difference):
    """The fix is meant to change what the code does, in whatever way."""
    return True


def never(difference):
    """A matter of tools that read the source: no run may differ for it."""
    return False


PREDICATES = {
    "exit-chain": exit_chain,
    "swallowed-exit": swallowed_exit,
    "exception-group": exception_group,
    "early-evaluation": early_evaluation,
    "subclass-hook": subclass_hook,
    "rebound-name": rebound_name,
    "unknown-exit": unknown_exit,
    "runs-more": runs_more,
    "wider-catch": wider_catch,
    "intent": intent,
    "pragma-moved": never,
    "public-name": public_name,
    "read-later": read_later,
}
NEVER_AT_RUN_TIME = frozenset(name for name, check in PREDICATES.items() if check is never)


def _keys(outcome):
    return [key for key, _ in outcome.trace]


def _first_divergence(before, after):
    for index, (one, other) in enumerate(zip(before, after, strict=False)):
        if one != other:
            return index
    return min(len(before), len(after))


def _ends_unbound(outcome):
    return any(name in repr(outcome.chain) for name in UNBOUND)


def _verb(key):
    """What is done, without to whom: `a.close()#2` and `b.close()` are both `close()`."""
    word = key.split("#")[0]
    return word.rpartition(".")[2] if "." in word else word.split(" ")[0]


def _is_exit(key):
    """Is this the end of something: an exit, or a call that closes or gives back?"""
    return key.startswith("exit ") or _verb(key) in CLEANUPS


def _object(key):
    return key.split("#")[0].split(".")[0]
