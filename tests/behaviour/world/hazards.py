"""What each named hazard allows to differ: a predicate over one difference."""

GROUPS = ("group:", "mixed:", "nested:")
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
    """Something ran earlier than it did, ran though it never did, or failed for being too early."""
    before, after = (_keys(one) for one in (difference.before, difference.after))
    at = _first_divergence(before, after)
    moved = zip(before[:at], difference.before.handled, difference.after.handled, strict=False)
    if any(key.startswith("get ") and old != new for key, old, new in moved):
        return True  # what was looked up inside the handler is looked up before it
    if at >= len(after):
        # Looked up too early: it fails now, or fails before what ran until it was looked up.
        earlier = at < len(before) or not _ends_unbound(difference.before)
        return _ends_unbound(difference.after) and earlier
    early = after[at]
    # What stood in this place before comes later, unless the early evaluation failed.
    failed = any(key == early for key, _ in difference.plan.effects)
    return early not in before or failed or at >= len(before) or before[at] in after


def subclass_hook(difference):
    """The hook of a class was asked, or an exception was caught that nothing but a hook claims."""
    asked = [key for key in _keys(difference.after) if key.startswith("subclasscheck ")]
    return bool(asked)


def rebound_name(difference):
    """The same was done to another object."""
    before, after = (_keys(one) for one in (difference.before, difference.after))
    at = _first_divergence(before, after)
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
    if len(pair) < 2:
        return bool(pair) and "()" in pair[0]
    return _object(pair[0]) == _object(pair[1]) or any("exit " in one for one in pair)


def _exit_is_a_coroutine(difference):
    """A coroutine does it now: StopIteration leaves that as RuntimeError (PEP 479)."""
    planned = any(effect.endswith("StopIteration") for _, effect in difference.plan.effects)
    return planned and difference.kinds <= {"chain", "ending", "handled"}


def _exit_is_told_more(difference):
    """An exit is the first operation to see something else, or swallows what it is now told."""
    before, after = difference.before.trace, difference.after.trace
    at = _first_divergence(before, after)
    if at < min(len(before), len(after)) and before[at][0] == after[at][0]:
        return before[at][0].startswith("exit ")
    return any(
        key.startswith("exit ") and effect == "swallow" for key, effect in difference.plan.effects
    )


def runs_more(difference):
    """Everything that ran before runs now, in that order, and something more.

    Or no operation of the program shows it, and what was changed is put back.
    """
    if difference.kinds == {"state"}:
        return True
    before, after = (_keys(one) for one in (difference.before, difference.after))
    rest = iter(after)
    return len(after) > len(before) and all(key in rest for key in before)


def wider_catch(difference):
    """More runs now, and something was raised: what the handler let pass, be it an Exception."""
    planned = [effect for _, effect in difference.plan.effects]
    raised = any(effect == "close" or effect.startswith(("raise ", "throw ")) for effect in planned)
    return runs_more(difference) and raised


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


def _object(key):
    return key.split("#")[0].split(".")[0]
