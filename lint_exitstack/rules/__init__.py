"""What is looked for: a folder a family, a file a rule; found by walking this package."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from lint_exitstack.rules.rule import Rule


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule, sorted by code."""
    found = []
    for info in pkgutil.walk_packages(__path__, prefix=f"{__name__}."):
        rule = getattr(importlib.import_module(info.name), "RULE", None)
        if isinstance(rule, Rule):
            found.append(rule)
    return tuple(sorted(found, key=lambda rule: rule.code))
