"""Checking and fixing sources from Python code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, AnyStr, Generic

from lint_exitstack.checking import checked, shown
from lint_exitstack.model.source import Source
from lint_exitstack.settings import Settings

if TYPE_CHECKING:
    from lint_exitstack.fixing import Failure
    from lint_exitstack.model.finding import Finding


@dataclass(frozen=True, slots=True)
class FixResult(Generic[AnyStr]):
    """What `fix_source` made of a source.

    `source` is the new source, of the type of the old one, and equal to it where nothing was done.
    `applied` are the findings that are fixed, `findings` those that remain, in terms of the new
    source, and `failures` the fixes that failed their proof and were dropped.
    """

    source: AnyStr
    applied: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]


def check_source(
    source: str | bytes, *, path: str = "<stdin>", settings: Settings | None = None
) -> tuple[Finding, ...]:
    """Return what there is to say about `source`, by position.

    Bytes are decoded as Python does it (BOM, coding cookie, else UTF-8). `path` is compared with
    the patterns in `settings`; no file is read, and no configuration looked for: `Settings()` says
    what the defaults are. Comments such as `# noqa` are honoured.

    Raises UnreadableSourceError for bytes that aren't text, UnparsableSourceError for text that
    isn't Python; both are SourceErrors with a line and a column. Raises UsageError for settings
    that name unknown rules.
    """
    old = _source(source, path)
    _ = old.tree
    return checked(old, settings or Settings())


def fix_source(
    source: AnyStr,
    *,
    path: str = "<stdin>",
    settings: Settings | None = None,
    unsafe: bool = False,
) -> FixResult[AnyStr]:
    """Carry out the safe fixes (and the unsafe ones if asked) and return what came of it.

    Everything that no fix is about stays as it is, to the byte. Arguments and errors are those of
    `check_source`.
    """
    from lint_exitstack.fixing import fix

    chosen = settings or Settings()
    old = _source(source, path)
    _ = old.tree
    fixed = fix(old, chosen, unsafe=unsafe)
    findings = shown(fixed.source, fixed.found, chosen)
    result: AnyStr
    if isinstance(source, bytes):
        result = fixed.source.data
    else:
        mark = "\ufeff" if fixed.source.has_bom else ""
        result = mark + fixed.source.text
    return FixResult(result, fixed.applied, findings, fixed.failures)


def _source(source: str | bytes, path: str) -> Source:
    return Source(source, path) if isinstance(source, bytes) else Source.from_text(source, path)
