"""How often each rule found something."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from lint_exitstack.reports._lines import total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.outcome import FileOutcome
    from lint_exitstack.reports._style import Style


def render(outcomes: Sequence[FileOutcome], style: Style, *, as_json: bool) -> Iterator[str]:
    """Yield a line (or an object) for each rule, the busiest first."""
    findings = [item.finding for outcome in outcomes for item in outcome.reported]
    counts = Counter((finding.code, finding.name) for finding in findings)
    fixable = Counter(finding.code for finding in findings if style.fixable(finding))
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    if as_json:
        objects = [
            {"code": code, "name": name, "count": count, "fixable_count": fixable[code]}
            for (code, name), count in rows
        ]
        yield json.dumps(objects, indent=2) + "\n"
        return
    digits = max((len(str(count)) for _, count in rows), default=0)
    for (code, name), count in rows:
        mark = "[*]" if fixable[code] == count else "[-]" if fixable[code] else "[ ]"
        yield f"{count:>{digits}}  {style.paint(code, 'red')}  {mark}  {name}\n"
    if any(fixable.values()):
        yield "[*] fixable with `--fix`; [-] some of them\n"
    yield total(outcomes, style)
