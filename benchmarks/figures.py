"""Writes what was measured into the documentation.

python benchmarks/figures.py FOUND SLIPS FRESH ...

FOUND and FRESH are what `precision.py find` wrote, SLIPS what `mutations.py --json` wrote. FRESH
are the releases of the rounds from `FIRST_FRESH` on, a file for each: no rule had been tried on
them when the sample was drawn. The figures go into docs/precision.md and into the section "How
sure" of the page of each rule that was run.
"""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

from precision import judged, key_of, read, selected, summary, true_bugs

PAGE = Path(__file__).parents[1] / "docs" / "precision.md"
# Rounds before this one judged what the rules were then mended on.
FIRST_FRESH = 4


def write_page(document, known, rows, fresh):
    """Write the figures into docs/precision.md."""
    text = PAGE.read_text("utf-8")
    parts = {
        "run on": [run_on(document)],
        "precision": summary(document, earlier(known)),
        "fresh on": "\n\nThen, with what the first had taught:\n\n".join(
            map(run_on, fresh.values())
        ).splitlines(),
        "fresh": fresh_table(known, fresh),
        "slips": [
            "| rule | slip | places | tried | found |",
            "|---|---|---|---|---|",
            *(f"| {' | '.join(map(str, row))} |" for row in rows),
        ],
        "bugs": [line for each in (document, *fresh.values()) for line in true_bugs(each, known)],
    }
    for name, lines in parts.items():
        before, _, rest = text.partition(f"<!-- {name}: begin -->\n")
        _, _, after = rest.partition(f"<!-- {name}: end -->")
        body = "\n".join(lines)
        text = f"{before}<!-- {name}: begin -->\n{body}\n<!-- {name}: end -->{after}"
    PAGE.write_text(text, "utf-8", newline="\n")


def run_on(document):
    """Return how many lines of which releases the rules were run on."""
    total = sum(document["lines"].values())
    names = ", ".join(document["lines"])
    return textwrap.fill(f"{total:,} lines of {len(document['lines'])} releases: {names}.", 100)


def earlier(known):
    """Return the verdicts that the rules were mended on."""
    return {key: item for key, item in known.items() if item["round"] < FIRST_FRESH}


def fresh_table(known, fresh):
    """Yield the table of what was true at the first look, whatever was mended because of it."""
    documents = fresh.values()
    heads = (f"{n}. findings | judged | true | precision" for n in range(1, len(fresh) + 1))
    yield f"| rule | {' | '.join(heads)} |"
    yield f"|---|{'---|---|---|---|' * len(fresh)}"
    for rule in selected(next(iter(documents))):
        cells = []
        for number, document in fresh.items():
            found = sum(item["code"] == rule.code for item in document["findings"])
            verdicts = verdicts_of(rule, number, known)
            cells += [found, len(verdicts), sum(verdicts), share(verdicts)]
        if any(cells[::4]):
            yield f"| {rule.code} | {' | '.join(map(str, cells))} |"


def verdicts_of(rule, number, known):
    return [
        item["verdict"]
        for item in known.values()
        if item["code"] == rule.code and item["round"] == number
    ]


def share(verdicts):
    return f"{100 * sum(verdicts) / len(verdicts):.0f} %" if verdicts else "-"


def pages(found, tried, *fresh_files):
    """Write docs/precision.md and the section "How sure" of each rule that was run."""
    document, known = read(found), judged()
    rows = json.loads(tried.read_text())
    fresh = {number: read(file) for number, file in enumerate(fresh_files, FIRST_FRESH)}
    write_page(document, known, rows, fresh)
    slips = {
        code: [sum(row[field] for row in rows if row[0] == code) for field in (3, 4)]
        for code in {row[0] for row in rows}
    }
    for rule in selected(document):
        text = said_of(rule, document, known) + said_of_fresh(rule, known, fresh)
        if rule.code in slips:
            made, hit = slips[rule.code]
            text += (
                f" Of {made} right uses in real code that `benchmarks/mutations.py` makes wrong,"
                f" it finds {hit}."
            )
        path = Path(sys.modules[rule.module].__file__)
        path.write_text(with_section(path.read_text("utf-8"), text), "utf-8", newline="\n")


def said_of(rule, document, known):
    """Return what came out on the releases that the rule was mended on."""
    keys = {key_of(item) for item in document["findings"] if item["code"] == rule.code}
    seen = earlier(known)
    verdicts = [seen[key]["verdict"] for key in keys if key in seen]
    return f"In {size_of(document)} (`benchmarks/precision.py`) {said(len(keys), verdicts)}"


def size_of(document):
    millions = sum(document["lines"].values()) / 1e6
    return f"{millions:.1f} million lines of {len(document['lines'])} released packages"


def said_of_fresh(rule, known, fresh):
    """Return what came out where the rule hadn't been mended before."""
    parts = []
    for number, document in fresh.items():
        verdicts = verdicts_of(rule, number, known)
        if verdicts:
            parts.append(
                f"{sum(verdicts)} of {len(verdicts)} findings read were true ({share(verdicts)}) in"
                f" {size_of(document)}"
            )
    if not parts:
        found = any(f["code"] == rule.code for each in fresh.values() for f in each["findings"])
        return f" In fresh code it found {'a few, which nobody read' if found else 'nothing'}."
    return f" In fresh code, {'; then '.join(parts)}."


def said(number, verdicts):
    if not number:
        return "it found nothing: no false alarm, and no proof of more than that."
    findings = "1 finding" if number == 1 else f"{number} findings"
    if not verdicts:
        return f"it has {findings}; none was read."
    read_ = "all" if len(verdicts) == number > 1 else f"{len(verdicts)}"
    return f"it has {findings}; {read_} read by eye, {sum(verdicts)} true ({share(verdicts)})."


def with_section(module, text):
    """Return the module with this text as its page's section before the references."""
    before, _, rest = module.partition("\n## References\n")
    before = before.partition("\n## How sure\n")[0]
    body = textwrap.fill(text, 100)
    return f"{before}\n## How sure\n\n{body}\n\n## References\n{rest}"


if __name__ == "__main__":
    pages(*map(Path, sys.argv[1:]))
