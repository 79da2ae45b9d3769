"""Findings as commands that GitHub Actions turns into annotations of the changed lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lint_exitstack.reports._places import lines_of, place_of
from lint_exitstack.reports._records import from_root, is_error, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.outcome import FileOutcome, Reported
    from lint_exitstack.reports._style import Style


def render(outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:  # noqa: ARG001 - colours are for people
    """Yield a command for each finding, and for each file that we failed on."""
    for outcome in outcomes:
        path = from_root(outcome, "GITHUB_WORKSPACE")
        for item in outcome.reported:
            yield _command(path, item)
        for error in outcome.errors:
            yield f"::error title=lint-exitstack,file={_property(path)}::{_data(error)}\n"


def _command(path: str, item: Reported) -> str:
    finding = item.finding
    start, end = finding.span.start, finding.span.end
    first, last = lines_of(item)
    level = "error" if is_error(finding.code) else "warning"
    about = {
        "title": f"lint-exitstack ({finding.code} {finding.name})",
        "file": path,
        "line": str(first),
        "endLine": str(last),
    }
    # GitHub takes columns of annotations on one line only.
    if end.line == start.line and item.cell is None:
        about |= {"col": str(start.column + 1), "endColumn": str(end.column + 1)}
    properties = ",".join(f"{key}={_property(value)}" for key, value in about.items())
    # The log shows the data alone: people shall see there where it is.
    text = f"{path}:{place_of(item)}: {finding.code} {sentence(finding)}"
    return f"::{level} {properties}::{_data(text)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
