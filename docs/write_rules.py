"""Writes what is generated from the rules: docs/rules/*.md and the table in the README.

python docs/write_rules.py          write
python docs/write_rules.py --check  say what is out of date, and fail
"""

from __future__ import annotations

import sys
from pathlib import Path

from lint_exitstack.rules import all_rules

ROOT = Path(__file__).parents[1]
BEGIN = "<!-- rules: begin (written by `python docs/write_rules.py`) -->\n"
END = "<!-- rules: end -->"


def page(rule) -> str:
    state = "on by default" if rule.default else "off by default"
    title, _, rest = rule.documentation.strip().partition("\n")
    return (
        f"# {rule.code}: {rule.name}\n\n{title}\n\n"
        f"*Since {rule.since}, {state}, fix {rule.fix.value}.*\n{rest.rstrip()}\n"
    )


def table() -> str:
    rows = ["| code | name | finds | default | fix |", "|---|---|---|---|---|"]
    for rule in all_rules():
        state = "on" if rule.default else "off"
        link = f"[{rule.code}](docs/rules/{rule.code}.md)"
        rows.append(f"| {link} | `{rule.name}` | {rule.summary} | {state} | {rule.fix.value} |")
    return "\n".join(rows) + "\n"


def wanted() -> dict[Path, str]:
    files = {ROOT / "docs" / "rules" / f"{rule.code}.md": page(rule) for rule in all_rules()}
    readme = ROOT / "README.md"
    text = readme.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    files[readme] = head + BEGIN + table() + END + tail
    return files


def stale() -> list[Path]:
    files = wanted()
    old = [p for p, text in files.items() if not p.exists() or p.read_text("utf-8") != text]
    return old + [p for p in (ROOT / "docs" / "rules").glob("*.md") if p not in files]


def main() -> int:
    if "--check" in sys.argv[1:]:
        for path in stale():
            print(f"out of date: {path.relative_to(ROOT)}")
        return 1 if stale() else 0
    (ROOT / "docs" / "rules").mkdir(exist_ok=True)
    for path, text in wanted().items():
        path.write_text(text, "utf-8", newline="\n")
    for path in stale():
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
