"""Which rules are on for a file: codes, prefixes of codes, names and "ALL"."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lint_exitstack.model.errors import UsageError
from lint_exitstack.model.nearest import did_you_mean
from lint_exitstack.patterns import Patterns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lint_exitstack.rules.rule import Rule
    from lint_exitstack.settings import Settings

_ALL = "ALL"
_SHORTEST = len("XIT")
_EXACT = 100

# What these say is no matter of taste: a file that can't be read or parsed wasn't checked at all.
# `select` therefore can't leave them out; `ignore` can.
ALWAYS = "XIT9"


class Selectable(Protocol):
    """What selecting needs to know about a rule."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def default(self) -> bool: ...


@dataclass(frozen=True)
class Selection:
    """The rules that are on, and those that are off again for some paths."""

    on: frozenset[str]
    off_for: tuple[tuple[Patterns, bool, frozenset[str]], ...] = ()
    rooted: bool = False

    @staticmethod
    def of(settings: Settings) -> Selection:
        """Resolve the selectors of `settings`; UsageError names one that means nothing."""
        ignores = settings.per_file_ignores + settings.extend_per_file_ignores
        select, extend = settings.select, settings.extend_select
        return _resolved(select, settings.ignore, extend, ignores, settings.root)

    def codes(self, path: str) -> frozenset[str]:
        """Give the codes that are on for the file at `path`."""
        if not self.off_for:
            return self.on
        place = str(Path(path).absolute()) if self.rooted else path
        off: frozenset[str] = frozenset()
        for patterns, inverted, codes in self.off_for:
            if patterns.match(place) is not inverted:
                off |= codes
        return self.on - off


def is_declined(settings: Settings, path: str, code: str, name: str) -> bool:
    """Say whether the user wants nothing of this rule here: more than not having selected it."""
    selection = Selection.of(settings)
    if code in selection.codes(path):
        return False
    return code in selection.on or any(matches(word, code, name) for word in settings.ignore)


def enabled_rules(settings: Settings, path: str) -> tuple[Rule, ...]:
    """Give the rules that are on for the file at `path`, by code."""
    from lint_exitstack.rules import all_rules

    codes = Selection.of(settings).codes(path)
    return tuple(rule for rule in all_rules() if rule.code in codes)


def matches(selector: str, code: str, name: str) -> bool:
    """Say whether `selector` speaks about this rule."""
    return selector in (_ALL, name) or (len(selector) >= _SHORTEST and code.startswith(selector))


def covers(wider: str, narrower: str) -> bool:
    """Say whether everything that `narrower` selects is selected by `wider`, by its spelling."""
    return wider == _ALL or narrower.startswith(wider)


def check_selectors(selectors: Iterable[str], rules: Sequence[Selectable], where: str) -> None:
    """Raise UsageError for a selector that no rule answers to."""
    for selector in selectors:
        if not any(matches(selector, rule.code, rule.name) for rule in rules):
            known = [word for rule in rules for word in (rule.code, rule.name)]
            hint = did_you_mean(selector, [*known, *sorted({code[:4] for code in known}), _ALL])
            raise UsageError(
                f'{where}: "{selector}" is neither a code, nor the start of one, '
                f"nor a rule's name{hint}"
            )


def codes_of(selectors: Sequence[str], rules: Sequence[Selectable]) -> frozenset[str]:
    """Give the codes of the rules that any of `selectors` speaks about."""
    return frozenset(
        rule.code
        for rule in rules
        if any(matches(selector, rule.code, rule.name) for selector in selectors)
    )


def chosen(
    rules: Sequence[Selectable],
    select: Sequence[str],
    ignore: Sequence[str],
    extend_select: Sequence[str] = (),
) -> frozenset[str]:
    """Decide for each rule: the most specific selector counts, and `ignore` wins a draw."""
    return frozenset(
        rule.code for rule in rules if _is_on(rule, select, ignore, (*select, *extend_select))
    )


def _is_on(
    rule: Selectable, select: Sequence[str], ignore: Sequence[str], wanted: Sequence[str]
) -> bool:
    yes = max((_weight(word, rule) for word in wanted), default=-1)
    no = max((_weight(word, rule) for word in ignore), default=-1)
    if max(yes, no) < 0:
        return rule.default and (not select or rule.code.startswith(ALWAYS))
    return yes > no


def _weight(selector: str, rule: Selectable) -> int:
    if not matches(selector, rule.code, rule.name):
        return -1
    if selector in (rule.code, rule.name):
        return _EXACT
    return 0 if selector == _ALL else len(selector)


def fixable_codes(settings: Settings) -> frozenset[str]:
    """Give the codes of the rules whose fixes are wanted; UsageError names a wrong selector."""
    return _fixable(settings.fixable, settings.unfixable, settings.extend_fixable)


@functools.lru_cache(maxsize=64)
def _fixable(
    fixable: tuple[str, ...], unfixable: tuple[str, ...], extend_fixable: tuple[str, ...]
) -> frozenset[str]:
    from lint_exitstack.rules import all_rules

    rules = all_rules()
    check_selectors(fixable, rules, "fixable")
    check_selectors(extend_fixable, rules, "extend-fixable")
    check_selectors(unfixable, rules, "unfixable")
    return chosen(rules, fixable or (_ALL,), unfixable, extend_fixable)


@functools.lru_cache(maxsize=64)
def _resolved(
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignores: tuple[tuple[str, tuple[str, ...]], ...],
    root: str,
) -> Selection:
    from lint_exitstack.rules import all_rules

    rules = all_rules()
    check_selectors(select, rules, "select")
    check_selectors(extend_select, rules, "extend-select")
    check_selectors(ignore, rules, "ignore")
    off_for = []
    for pattern, selectors in ignores:
        check_selectors(selectors, rules, f'per-file-ignores."{pattern}"')
        patterns = Patterns((pattern.removeprefix("!"),), root)
        off_for.append((patterns, pattern.startswith("!"), codes_of(selectors, rules)))
    on = chosen(rules, select, ignore, extend_select)
    return Selection(on, tuple(off_for), bool(root))
