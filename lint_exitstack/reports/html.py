"""Findings as one page for a browser: charts, filters, code before and after, order of exits."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from lint_exitstack import __version__
from lint_exitstack.model.finding import Fixability
from lint_exitstack.model.hazards import FORBIDS, MAY_DIFFER
from lint_exitstack.reports import COMPARE
from lint_exitstack.rules import all_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.outcome import Comparison, FileOutcome, Reported
    from lint_exitstack.reports._style import Style

NEEDS = frozenset({COMPARE})
# What must be installed besides: the extra `report`.
PACKAGES = ("jinja2", "pygments")

_PAGE = Path(__file__).with_name("_page")
_KINDS = (Fixability.SAFE, Fixability.UNSAFE, Fixability.NONE)
# How many bars a chart shows at first, on a wide page and on a narrow one.
_BARS, _FEW = 8, 4


class Bar(NamedTuple):
    """A row of a chart: its name, what a click on it filters by, counts by kind of fix."""

    name: str
    title: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


def render(outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:  # noqa: ARG001 - the browser colours
    """Yield the page."""
    from jinja2 import Environment, FileSystemLoader

    environment = Environment(loader=FileSystemLoader(_PAGE), autoescape=True)
    pairs = [(outcome, item.finding) for outcome in outcomes for item in outcome.reported]
    by_rule = _bars((f.code, f"{f.code} {f.name}", f) for _, f in pairs)
    by_folder = _bars((_folder(o), _folder(o), f) for o, f in pairs)
    kinds = Counter(finding.fixability for _, finding in pairs)
    yield from environment.get_template("page.html").generate(
        version=__version__,
        total=len(pairs),
        files=len(outcomes),
        touched=sum(bool(outcome.reported) for outcome in outcomes),
        kinds=[(kind.value, kinds[kind]) for kind in _KINDS],
        charts=[("rule", by_rule), ("folder", by_folder)],
        most=_BARS,
        fewest=_FEW,
        hazards=sorted({hazard.name for _, finding in pairs for hazard in finding.hazards}),
        errors=[error for outcome in outcomes for error in outcome.errors],
        css=(_PAGE / "page.css").read_text("utf-8"),
        js=(_PAGE / "page.js").read_text("utf-8"),
        data=_embedded(_data(outcomes)),
    )


def _folder(outcome: FileOutcome) -> str:
    folder = PurePath(outcome.shown).parent.as_posix()
    return "./" if folder == "." else f"{folder}/"


def _bars(entries: Iterable[tuple[str, str, Finding]]) -> list[Bar]:
    counts: dict[tuple[str, str], Counter[Fixability]] = {}
    for name, title, finding in entries:
        counts.setdefault((name, title), Counter())[finding.fixability] += 1
    bars = [Bar(*key, tuple(count[kind] for kind in _KINDS)) for key, count in counts.items()]
    return sorted(bars, key=lambda bar: (-bar.total, bar.name))


def _embedded(data: dict[str, Any]) -> str:
    """Return JSON that can't end the script element that it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _data(outcomes: Sequence[FileOutcome]) -> dict[str, Any]:
    used = {item.finding.code for outcome in outcomes for item in outcome.reported}
    return {
        "rules": {
            rule.code: [rule.name, rule.summary] for rule in all_rules() if rule.code in used
        },
        "hazards": dict(MAY_DIFFER) | dict(FORBIDS),
        "paths": [PurePath(outcome.shown).as_posix() for outcome in outcomes],
        "findings": [
            _record(number, item)
            for number, outcome in enumerate(outcomes)
            for item in outcome.reported
        ],
    }


def _record(path: int, item: Reported) -> dict[str, Any]:
    finding = item.finding
    start = finding.span.start
    record = {
        "p": path,
        "c": finding.code,
        "l": start.line,
        "k": item.cell.number if item.cell else 0,
        "o": start.column + 1,
        "t": finding.message,
        "a": finding.fixability.value,
        "s": item.scope,
        "z": [
            [
                hazard.name,
                hazard.message,
                hazard.span.start.line if hazard.span else 0,
                hazard.forbids,
            ]
            for hazard in finding.hazards
        ],
    }
    return record if item.comparison is None else record | _sides(item.comparison)


def _sides(comparison: Comparison) -> dict[str, Any]:
    from lint_exitstack.reports._highlighting import marks

    before = _lines(comparison.before)
    if not comparison.after:
        return {"b": _side(before, "", comparison.line)}
    after = _lines(comparison.after)
    left, right = marks(before, after)
    sides = {"b": _side(before, left, comparison.line), "f": _side(after, right, comparison.line)}
    return sides | {"i": list(comparison.imports)}


def _lines(text: str) -> list[str]:
    """Return the lines without what they are all indented by: phones are narrow."""
    return textwrap.dedent(text.expandtabs(4)).rstrip("\n").split("\n")


def _side(lines: list[str], changed: str, first: int) -> dict[str, Any]:
    from lint_exitstack.reports._highlighting import highlighted
    from lint_exitstack.reports._unwinding import exits

    text = "\n".join(lines)
    return {"h": highlighted(text), "m": changed, "n": first, "x": exits(text)}
