"""Which failures to try: every single one, then pairs, as far as the budget goes."""

import ast
import random
from dataclasses import dataclass

ALWAYS = (
    "raise ValueError",
    "raise KeyError",
    "raise FileNotFoundError",
    "raise KeyboardInterrupt",
    "raise SystemExit",
    "raise GeneratorExit",
    "raise StopIteration",
    "raise StopAsyncIteration",
    "raise CancelledError",
    "raise group:ValueError",
    "raise mixed:KeyError",
    "raise nested:ValueError",
    "raise group:KeyboardInterrupt",
)
SECOND = ("raise KeyError", "raise KeyboardInterrupt", "raise group:ValueError")
WHILE_HANDLING = ("raise ValueError", "raise KeyboardInterrupt", "raise group:ValueError")
PAIRED = ("raise ValueError", "raise KeyboardInterrupt")


@dataclass(frozen=True, slots=True)
class Plan:
    """Effects by operation key, in the order in which they come, and where they are handled."""

    effects: tuple = ()
    outer: bool = False

    def extended(self, key, effect):
        return Plan((*self.effects, (key, effect)), self.outer)

    @property
    def throws_late(self):
        """Whether something is thrown into a suspended exit after another one had its effect."""
        return any(effect.startswith("throw ") for _, effect in self.effects[1:])

    @property
    def failures(self):
        return sum(effect.startswith(("raise ", "throw ")) for _, effect in self.effects)


def mentioned_classes(source):
    """Exception classes that a program names itself, few of them, in order of appearance."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        for name in _classes_at(node):
            found[name] = None
    return tuple(found)[:4]


def handled_classes(source):
    """The exception classes that a program's handlers name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            yield from _last_names(node.type)


def _classes_at(node):
    if isinstance(node, ast.ExceptHandler) and node.type is not None:
        yield from _last_names(node.type)
    elif isinstance(node, ast.ClassDef) and any(
        "E" in n for b in node.bases for n in _last_names(b)
    ):
        yield node.name
    elif isinstance(node, ast.Call) and "suppress" in tuple(_last_names(node.func)):
        for argument in node.args:
            yield from _last_names(argument)


def _last_names(node):
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, (ast.Tuple, ast.Starred)):
        for child in ast.iter_child_nodes(node):
            yield from _last_names(child)


def single_effects(source):
    """All effects that any operation of this program is tried with."""
    effects = dict.fromkeys(ALWAYS)
    for name in mentioned_classes(source):
        for shape in ("", "sub:", "group:", "mixed:", "nested:"):
            effects[f"raise {shape}{name}"] = None
    return tuple(effects)


def pair_effects(source):
    """The effects whose pairs are tried: one that the program handles, one that nobody does."""
    first = tuple(f"raise {name}" for name in mentioned_classes(source)[:1])
    return (*first, *PAIRED)


def offers(key, seen, wanted, outcome):
    """The effects that make sense for one operation of a trace."""
    if key.startswith(("if ", "import ")):
        yield "flip"
    if key.startswith("exit ") and seen[-1] != "None":
        yield "swallow"
        yield "reraise"
    if key.split("#")[0] == "yield":
        yield "close"
        for effect in wanted:
            yield f"throw {effect[6:]}"
        return
    groups = ("group:", "mixed:", "nested:")
    for effect in wanted:
        if not (key in outcome.plain and any(group in effect for group in groups)):
            yield effect


def extensions(plan, outcome, wanted, *, closes=False):
    """The plans with one more effect, at an operation after the last one that this plan uses."""
    keys = [key for key, _ in outcome.trace]
    last = plan.effects[-1][0] if plan.effects else None
    first = keys.index(last) + 1 if last in keys else outcome.start
    for key, seen in outcome.trace[first:]:
        for effect in offers(key, seen, wanted, outcome):
            yield plan.extended(key, effect)
        if key in outcome.suspended:
            yield plan.extended(key, "throw CancelledError")
            if closes:
                yield plan.extended(key, "close")


def sample(plans, limit, seed):
    """At most so many of them, spread over all, the same ones every time."""
    plans = list(dict.fromkeys(plans))
    if len(plans) <= limit:
        return plans
    chosen = sorted(random.Random(seed).sample(range(len(plans)), limit))
    return [plans[index] for index in chosen]
