"""Runs a program before and after its rewrite under the same failures and compares."""

import ast
import symtable
import types
import zlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from .hazards import explains
from .plans import (
    SECOND,
    WHILE_HANDLING,
    Plan,
    extensions,
    handled_classes,
    pair_effects,
    sample,
    single_effects,
)
from .running import MODULE, OBSERVED, Program, entries, perform

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """One run in which the two programs did not do the same."""

    entry: str
    plan: Plan
    kinds: frozenset
    before: object
    after: object
    stacks: bool = False
    handlers: tuple = ()
    shared: bool = False


@dataclass(slots=True)
class Report:
    """What a comparison found."""

    runs: int = 0
    operations: int = 0
    failed: int = 0
    different: int = 0
    signatures: Counter = field(default_factory=Counter)
    shown: dict = field(default_factory=dict)
    unexplained: list = field(default_factory=list)
    static: list = field(default_factory=list)


@dataclass(frozen=True)
class Pair:
    """The two programs, and what the rewrite says about their difference."""

    before: Program
    after: Program
    hazards: tuple = ()

    @property
    def stacks(self):
        """Does an exit stack call the exits now, or did it before?

        Inside them `sys.exception()` is then what the stack's own `with` handles, whatever was
        raised or swallowed since: no stack can change that, and the chains are compared.
        """
        before, after = (one.source.count("ExitStack(") for one in (self.before, self.after))
        return after != before

    @cached_property
    def handlers(self):
        """The classes that the old program catches, by the last part of their names."""
        return tuple(handled_classes(self.before.source))

    @cached_property
    def shared(self):
        """May a function of the old program give a name of another one a new value?"""
        nodes = ast.walk(ast.parse(self.before.source))
        return any(isinstance(node, (ast.Global, ast.Nonlocal)) for node in nodes)

    @property
    def seed(self):
        return zlib.crc32(self.before.source.encode())


def compare(before, after, *, hazards=(), budget=2000):
    """Run both under every single failure and many double ones; return the report."""
    pair = Pair(Program.compiled(before), Program.compiled(after), tuple(hazards))
    report = Report(static=list(fresh_public_names(before, after)))
    names = tuple(sorted(module_names(before)))
    for entry in entries(pair.before):
        Comparison(pair, entry, names, report).sweep(budget)
    return report


@dataclass(slots=True)
class Comparison:
    """The runs of one entry point."""

    pair: Pair
    entry: str
    names: tuple
    report: Report

    def sweep(self, budget):
        """Plain runs, single failures, failures while handling another, double failures."""
        source = self.pair.before.source
        base = self.attempts([Plan(), Plan(outer=True)])
        base += self.attempts(self.flipped(base[0]))
        singles = self.grown(base, single_effects(source), budget, first=True)
        done = self.attempts(singles)
        paired = set(pair_effects(source)) | {"flip", "swallow", "reraise"}
        firsts = [one for one in done if one[0].effects[-1][1] in paired]
        second = self.attempts(self.grown(firsts, SECOND, budget // 2))
        thirds = [
            one for one in second if one[0].failures < 3 and one[0].effects[-1][1] != "reraise"
        ]
        self.attempts(self.grown(thirds, SECOND[:2], budget // 4))

    def flipped(self, base):
        """Every path that the program's conditions allow, as far as eight of them."""
        plan, outcome, _ = base
        keys = [
            key for key, _ in outcome.trace[outcome.start :] if key.startswith(("if ", "import "))
        ]
        return [plan.extended(key, "flip") for key in keys[:8]]

    def grown(self, done, effects, limit, *, first=False):
        """One more effect on each of these runs, sampled down to the limit."""
        plans = []
        for plan, before, after in done:
            few = WHILE_HANDLING if plan.outer and first else effects
            plans += extensions(plan, before, few, closes=first)
            if after.trace != before.trace:
                plans += extensions(plan, after, few, closes=first)
        return sample(plans, limit, self.pair.seed)

    def attempts(self, plans):
        """Run these plans on both sides; return plans and outcomes."""
        return [(plan, *self.attempt(plan)) for plan in plans]

    def attempt(self, plan):
        """Run one plan on both sides and judge."""
        effects = dict(plan.effects)
        kept = self.names
        local = self.shared_locals() if plan.failures == 0 else ()
        before, after = (
            perform(one, self.entry, effects, outer=plan.outer, kept_names=kept, with_locals=local)
            for one in (self.pair.before, self.pair.after)
        )
        self.report.runs += 2
        self.report.operations += len(before.trace) + len(after.trace)
        self.report.failed += plan.failures > 0
        self.judge(plan, before, after)
        return before, after

    def judge(self, plan, before, after):
        """Compare two outcomes."""
        stacks = self.pair.stacks
        kinds = {name for name in OBSERVED if getattr(before, name) != getattr(after, name)}
        if self.entry == MODULE and before.ending[0] == after.ending[0] == "raised":
            kinds.discard("bindings")  # an import that failed leaves no module behind
        if stacks:
            kinds.discard("handled")
        if not kinds or before.void:
            return
        sides = (self.entry, plan, frozenset(kinds), before, after)
        difference = Difference(*sides, stacks, self.pair.handlers, self.pair.shared)
        report = self.report
        report.different += 1
        late = " after a late throw" if plan.throws_late else ""
        report.signatures[", ".join(sorted(kinds)) + late] += 1
        explained = False
        for hazard in self.pair.hazards:
            if explains(hazard, difference):
                explained = True
                report.shown.setdefault(hazard, difference)
        if not explained and len(report.unexplained) < SHOWN:
            report.unexplained.append(difference)

    def shared_locals(self):
        """The local names that both versions of the entry point know."""
        before, after = (
            local_names(one.code, self.entry) for one in (self.pair.before, self.pair.after)
        )
        return tuple(sorted(before & after))


def local_names(code, entry):
    """The locals of a top-level function."""
    for const in code.co_consts:
        if isinstance(const, types.CodeType) and const.co_name == entry:
            return {*const.co_varnames, *const.co_cellvars}
    return set()


def module_names(source):
    """The global names that a module binds, in its body or by a `global` statement."""
    top = symtable.symtable(source, "<program>", "exec")
    names, tables = set(), [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                if table is top or symbol.is_declared_global():
                    names.add(symbol.get_name())
    return names


def fresh_public_names(before, after):
    """New module-level names that are neither imported nor private."""
    imported = {
        symbol.get_name()
        for symbol in symtable.symtable(after, "<program>", "exec").get_symbols()
        if symbol.is_imported()
    }
    for name in sorted(module_names(after) - module_names(before) - imported):
        if not name.startswith("_"):
            yield f"the rewrite adds the public name {name}"
