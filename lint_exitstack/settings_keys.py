"""The keys of `[tool.lint-exitstack]`: what each may hold, and how it becomes a setting."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lint_exitstack.model.errors import UsageError
from lint_exitstack.model.hazards import MAY_DIFFER
from lint_exitstack.model.nearest import did_you_mean
from lint_exitstack.patterns import anchored
from lint_exitstack.semantics.resource_rows import parse_resources

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lint_exitstack.semantics.resource import Resource

_VERSION = re.compile(r"(?:py)?3\.?(\d{1,2})")
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_URL = re.compile(r"(?:https?|file)://\S+")
_OLDEST_MINOR = 7
RUNTIMES = ("contextlib", "lint_exitstack.runtime")


@dataclass(frozen=True, slots=True)
class Key:
    """One key: the reader of its value (ValueError says what it must be) and a line about it.

    Patterns in the value count from `folder`, the reader's second argument.
    """

    read: Callable[[Any, str], Any]
    about: str

    @property
    def extends(self) -> bool:
        """Whether values of several places add up."""
        return self.about.startswith("Adds to ")


def read_table(table: Mapping[str, object], where: Callable[[str], str], folder: str) -> Values:
    """Check `table` and return field -> value; `where` names the place of a key in messages."""
    values: Values = {}
    for name, value in table.items():
        if name not in KEYS:
            hint = did_you_mean(name, KEYS)
            raise UsageError(f'{where(name)}: unknown key "{name}"{hint}')
        try:
            values[field_of(name)] = KEYS[name].read(value, folder)
        except ValueError as error:
            raise UsageError(f"{where(name)}: {name} {error}") from error
    return values


def field_of(key: str) -> str:
    """Return the name of the field that `key` sets."""
    return key.replace("-", "_")


def _strings(value: object, _folder: str = "") -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) and item for item in value):
        return tuple(value)
    raise ValueError(f"must be a list of strings, not {value!r}")


def _patterns(value: object, folder: str) -> tuple[str, ...]:
    texts = _strings(value)
    if negated := [text for text in texts if text.startswith("!")]:
        raise ValueError(f'can\'t hold the negated pattern "{negated[0]}"')
    return tuple(anchored(text, folder) for text in texts)


def _per_file(value: object, folder: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    rows = []
    for pattern, selectors in _table(value, ' such as { "tests/*" = ["XIT3"] }').items():
        mark = "!" if pattern.startswith("!") else ""
        bound = mark + anchored(pattern.removeprefix("!"), folder)
        rows.append((bound, _strings(selectors)))
    return tuple(rows)


def _table(value: object, example: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise ValueError(f"must be a table{example}, not {value!r}")


def _flag(value: object, _folder: str) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError(f"must be true or false, not {value!r}")


def _number(low: int, high: int) -> Callable[[object, str], int]:
    def read(value: object, _folder: str) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        raise ValueError(f"must be a whole number from {low} to {high}, not {value!r}")

    return read


def _version(value: object, _folder: str) -> tuple[int, int]:
    match = _VERSION.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[1]) < _OLDEST_MINOR:
        raise ValueError(
            f'must be a version from 3.{_OLDEST_MINOR} on such as "3.10", not {value!r}'
        )
    return 3, int(match[1])


def _dotted(value: object, _folder: str) -> tuple[str, ...]:
    names = _strings(value)
    if wrong := [name for name in names if not _DOTTED.fullmatch(name)]:
        raise ValueError(f'must hold dotted names such as "anyio.CancelScope", not "{wrong[0]}"')
    return names


def _hazards(value: object, _folder: str) -> tuple[str, ...]:
    names = _strings(value)
    if wrong := [name for name in names if name not in MAY_DIFFER]:
        hint = did_you_mean(wrong[0], MAY_DIFFER)
        known = ", ".join(MAY_DIFFER)
        raise ValueError(f'has "{wrong[0]}", which is no hazard{hint} (known: {known})')
    return names


def _runtime(value: object, _folder: str) -> str:
    if value in RUNTIMES:
        return str(value)
    hint = did_you_mean(str(value), RUNTIMES)
    raise ValueError(f'must be "{RUNTIMES[0]}" or "{RUNTIMES[1]}", not {value!r}{hint}')


def _url(value: object, _folder: str) -> str:
    text = value if isinstance(value, str) else ""
    if _URL.fullmatch(text) and ("{code}" in text or "{name}" in text):
        return text
    example = "https://docs.example/{code}/"
    raise ValueError(
        f'must be an address with {{code}} or {{name}} such as "{example}", not {value!r}'
    )


def _folder(value: object, folder: str) -> str:
    if isinstance(value, str) and value:
        return os.path.join(folder, os.path.expanduser(value))  # noqa: PTH111, PTH118 - plain text
    raise ValueError(f"must be the path of a folder, not {value!r}")


def _resources(value: object, _folder: str) -> dict[str, Resource]:
    table = _table(value)
    try:
        return parse_resources(table)
    except ValueError as error:
        raise ValueError(f"is wrong: {error}") from error


Values = dict[str, Any]

KEYS: Mapping[str, Key] = {
    "select": Key(_strings, "The rules to check: codes, prefixes, names or ALL."),
    "extend-select": Key(_strings, "Adds to the rules to check."),
    "ignore": Key(_strings, "The rules to leave out."),
    "fixable": Key(_strings, "The rules whose findings may be fixed: as in select."),
    "unfixable": Key(_strings, "The rules whose findings are only reported."),
    "extend-fixable": Key(_strings, "Adds to the rules whose findings may be fixed."),
    "per-file-ignores": Key(_per_file, "Rules to leave out for files that match a pattern."),
    "extend-per-file-ignores": Key(_per_file, "Adds to per-file-ignores."),
    "exclude": Key(_patterns, "Files and folders to pass over, instead of the usual ones."),
    "extend-exclude": Key(_patterns, "Adds to the files and folders to pass over."),
    "force-exclude": Key(_flag, "Pass over excluded files even when they are named."),
    "respect-gitignore": Key(_flag, "Pass over what git ignores."),
    "docs": Key(_flag, "Check the Python in Markdown and reStructuredText, too."),
    "docs-errors": Key(_flag, "Report blocks in documents that aren't valid Python."),
    "target-version": Key(_version, "The oldest Python that must run the result."),
    "line-length": Key(_number(20, 1000), "Where a header is wrapped."),
    "exit-stack-depth": Key(_number(2, 20), "How many nested blocks call for an exit stack."),
    "max-with-items": Key(_number(1, 20), "How many items one header may have."),
    "exempt-contexts": Key(_dotted, "Contexts whose nesting is deliberate."),
    "extend-exempt-contexts": Key(_dotted, "Adds to exempt-contexts."),
    "accept-hazards": Key(_hazards, "Hazards that this project lives with."),
    "runtime": Key(_runtime, "The module that context managers are imported from."),
    "parenthesized-39": Key(_flag, "Allow parenthesised headers for Python 3.9."),
    "unguarded-restores": Key(_flag, "XIT701 speaks about state that is set back, too."),
    "rule-url": Key(_url, "Where the page of a rule is, with {code} or {name}."),
    "cache-dir": Key(_folder, "Where is kept what is known of files that didn't change."),
    "resources": Key(_resources, "Resources of your own, and what their `with` does."),
}
