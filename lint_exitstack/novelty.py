"""The last guard: a rewrite leaves its finding behind, and brings none that we object to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from lint_exitstack.model.errors import GuardError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.source import Source

Identity: TypeAlias = "tuple[str, str]"


class Seen(NamedTuple):
    """What is known of a finding when others around it have moved it."""

    identity: Identity
    line: str
    has_rewrite: bool


def identity(source: Source, finding: Finding) -> Identity:
    """Return what a finding is known by, wherever it stands."""
    return finding.code, source.slice(finding.span)


def seen(source: Source, findings: Iterable[Finding]) -> list[Seen]:
    """Return `findings` as they can be compared with those of another text."""
    return [
        Seen(
            identity(source, finding),
            source.lines[finding.line - 1].strip(),
            finding.rewrite is not None,
        )
        for finding in findings
    ]


def nothing_new(
    before: Collection[Seen],
    done: Collection[Identity],
    after: Collection[Seen],
    known: Collection[str],
) -> None:
    """Require that what was `done` is gone, and that no rewrite wrote what we object to.

    A new finding with a rewrite of its own is the next round's work, or an offer to those who ask
    for unsafe fixes. `known` are the lines that were there before. Raises GuardError.
    """
    old = Counter(each.identity for each in before)
    new = Counter(each.identity for each in after)
    old.subtract(done)
    for gone in set(done):
        if new[gone] > old[gone]:
            raise GuardError("findings", f"{gone[0]} is still there")
    extra = Counter(each.identity[0] for each in after)
    extra.subtract(each.identity[0] for each in before)
    extra.update(code for code, _ in done)
    for each in after:
        code = each.identity[0]
        # What was there before, hidden by what went, isn't the doing of the rewrite.
        if extra[code] > 0 and (each.line in known or each.has_rewrite):
            extra[code] -= 1
    for code, count in extra.items():
        if count > 0:
            raise GuardError("findings", f"{code} is new")
