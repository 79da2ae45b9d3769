"""`requires-python`: the oldest Python that a project supports, and the first that it won't."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

Version = tuple[int, int]

_PLAIN = re.compile(r"\s*>=\s*3\.(\d+)(?:\.0)?\s*")
_MINORS = range(41)
_BEYOND = 99


def supported(specifier: str) -> tuple[Version, Version | None] | None:
    """Return the first supported version and the first above the last one (None: open end).

    None for what allows no Python 3 at all; ValueError for what is no version specifier.
    """
    if plain := _PLAIN.fullmatch(specifier):
        return (3, int(plain[1])), None
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # 30 ms, seldom needed

    try:
        allowed = SpecifierSet(specifier)
    except InvalidSpecifier as error:
        raise ValueError(f'"{specifier}" is no version specifier such as ">=3.10"') from error
    patches = _patches(allowed)
    minors = [minor for minor in _MINORS if _allows(allowed, minor, patches)]
    if not minors:
        return None
    below = None if _allows(allowed, _BEYOND, patches) else (3, minors[-1] + 1)
    return (3, minors[0]), below


def _patches(allowed: SpecifierSet) -> set[int]:
    """The patch levels at which a specifier can change its mind, and their neighbours."""
    numbers = {int(digits) for part in allowed for digits in re.findall(r"\d+", part.version)}
    return {0, _BEYOND} | {number + step for number in numbers for step in (-1, 0, 1) if number}


def _allows(allowed: SpecifierSet, minor: int, patches: set[int]) -> bool:
    return any(allowed.contains(f"3.{minor}.{patch}") for patch in patches)
