"""Findings that a project lives with for now, in a file: only new ones are reported."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from lint_exitstack.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from lint_exitstack.model.outcome import FileOutcome, Reported

_VERSION = 1
# A file that can't be checked today may hide anything tomorrow.
_NEVER = "XIT9"


class Entry(NamedTuple):
    """What a finding is known by: no line numbers, so that code above it may change."""

    code: str
    scope: str
    digest: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What is left of the outcomes, how much was known, and how many known ones are gone."""

    outcomes: tuple[FileOutcome, ...]
    known: int
    gone: int


def read(file: Path) -> dict[str, Counter[Entry]]:
    """Return the known findings of each file; raises UsageError."""
    try:
        document = json.loads(file.read_bytes())
        if document["version"] != _VERSION:
            raise UsageError(f"{file}: was written by another version; write it again")
        return {
            path: Counter({_entry(row): int(row["count"]) for row in rows})
            for path, rows in document["files"].items()
        }
    except FileNotFoundError as error:
        raise UsageError(
            f"{file}: there is no baseline yet; `--baseline write` makes it"
        ) from error
    except OSError as error:
        raise UsageError(f"{file}: can't be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{file}: is no baseline of ours; write it again") from error


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(row["code"], row["scope"], row["digest"])


def compared(
    outcomes: Iterable[FileOutcome], known: Mapping[str, Counter[Entry]], folder: Path
) -> Compared:
    """Leave out what is known, each entry as often as it was found when it was written."""
    left = []
    hidden = gone = 0
    for outcome in outcomes:
        budget = Counter(known.get(_name(outcome, folder), ()))
        new = tuple(item for item in outcome.reported if not _spent(budget, item))
        hidden += len(outcome.reported) - len(new)
        gone += budget.total()
        left.append(replace(outcome, reported=new))
    return Compared(tuple(left), hidden, gone)


def _spent(budget: Counter[Entry], item: Reported) -> bool:
    entry = _of(item)
    if item.finding.code.startswith(_NEVER) or not budget[entry]:
        return False
    budget[entry] -= 1
    return True


def written(
    outcomes: Sequence[FileOutcome], known: Mapping[str, Counter[Entry]], folder: Path
) -> tuple[str, int]:
    """Return the text of the new baseline, and how many findings of `outcomes` are in it.

    What is known of other files stays, as long as they exist.
    """
    files = {path: entries for path, entries in known.items() if (folder / path).exists()}
    count = 0
    for outcome in outcomes:
        wanted = [item for item in outcome.reported if not item.finding.code.startswith(_NEVER)]
        count += len(wanted)
        files[_name(outcome, folder)] = Counter(map(_of, wanted))
    document = {
        "version": _VERSION,
        "files": {path: _rows(files[path]) for path in sorted(files) if files[path]},
    }
    return json.dumps(document, indent=1) + "\n", count


def _rows(entries: Counter[Entry]) -> list[dict[str, Any]]:
    return [entry._asdict() | {"count": entries[entry]} for entry in sorted(entries)]


def _of(item: Reported) -> Entry:
    return Entry(item.finding.code, item.scope, item.digest)


def _name(outcome: FileOutcome, folder: Path) -> str:
    return PurePath(os.path.relpath(outcome.path, folder)).as_posix()
