"""Writes what was measured into the documentation.

python benchmarks/figures.py FOUND SLIPS

FOUND is what `precision.py find` wrote, SLIPS what `mutations.py --json` wrote. The figures go into
docs/precision.md and into the section "How sure" of the page of each rule that was run.
"""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

from precision import judged, key_of, read, selected, summary, true_bugs

PAGE = Path(__file__).parents[1] / "docs" / "precision.md"


def write_page(document, known, rows):
    """Write the figures into docs/precision.md."""
    text = PAGE.read_text("utf-8")
    total = sum(document["lines"].values())
    names = ", ".join(document["lines"])
    run_on = f"{total:,} lines of {len(document['lines'])} releases: {names}."
    parts = {
        "run on": [textwrap.fill(run_on, 100)],
        "precision": summary(document, known),
        "slips": [
            "| rule | slip | places | tried | found |",
            "|---|---|---|---|---|",
            *(f"| {' | '.join(map(str, row))} |" for row in rows),
        ],
        "bugs": true_bugs(document, known),
    }
    for name, lines in parts.items():
        before, _, rest = text.partition(f"<!-- {name}: begin -->\n")
        _, _, after = rest.partition(f"<!-- {name}: end -->")
        body = "\n".join(lines)
        text = f"{before}<!-- {name}: begin -->\n{body}\n<!-- {name}: end -->{after}"
    PAGE.write_text(text, "utf-8", newline="\n")


def pages(found, tried):
    """Write docs/precision.md and the section "How sure" of each rule that was run."""
    document, known = read(found), judged()
    rows = json.loads(tried.read_text())
    write_page(document, known, rows)
    slips = {
        code: [sum(row[field] for row in rows if row[0] == code) for field in (3, 4)]
        for code in {row[0] for row in rows}
    }
    millions = sum(document["lines"].values()) / 1e6
    where = f"{millions:.1f} million lines of {len(document['lines'])} released packages"
    for rule in selected(document):
        keys = {key_of(item) for item in document["findings"] if item["code"] == rule.code}
        verdicts = [known[key]["verdict"] for key in keys if key in known]
        text = f"In {where} (`benchmarks/precision.py`) {said(len(keys), verdicts)}"
        if rule.code in slips:
            made, hit = slips[rule.code]
            text += (
                f" Of {made} right uses in real code that `benchmarks/mutations.py` makes wrong,"
                f" it finds {hit}."
            )
        path = Path(sys.modules[rule.module].__file__)
        path.write_text(with_section(path.read_text("utf-8"), text), "utf-8", newline="\n")


def said(number, verdicts):
    if not number:
        return "it found nothing: no false alarm, and no proof of more than that."
    findings = "1 finding" if number == 1 else f"{number} findings"
    if not verdicts:
        return f"it has {findings}; none was read."
    share = f"{100 * sum(verdicts) / len(verdicts):.0f} %"
    read_ = "all" if len(verdicts) == number > 1 else f"{len(verdicts)}"
    return f"it has {findings}; {read_} read by eye, {sum(verdicts)} true ({share})."


def with_section(module, text):
    """Return the module with this text as its page's section before the references."""
    before, _, rest = module.partition("\n## References\n")
    before = before.partition("\n## How sure\n")[0]
    body = textwrap.fill(text, 100)
    return f"{before}\n## How sure\n\n{body}\n\n## References\n{rest}"


if __name__ == "__main__":
    pages(*map(Path, sys.argv[1:]))
