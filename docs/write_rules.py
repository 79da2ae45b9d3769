"""Writes what is generated from the rules: docs/rules/*.md and the table in the README.

A page a rule, a page a family, and the list of all: the navigation of the site follows from them.

python docs/write_rules.py          write
python docs/write_rules.py --check  say what is out of date, and fail
"""

from __future__ import annotations

import re
import sys
from itertools import groupby
from pathlib import Path

import lint_exitstack.rules
from lint_exitstack.model.hazards import FORBIDS, MAY_DIFFER
from lint_exitstack.rules import all_rules

ROOT = Path(__file__).parents[1]
RULES = ROOT / "docs" / "rules"
INTRODUCTION = """\
# Rules

A code is stable once released; a name says what is found. `select` and `ignore` take both, and
prefixes such as `XIT1`. Names in *Fix safety* are [hazards](../hazards.md).
"""
CODE_OR_FENCE = re.compile(r"(^```.*?^```|`[^`]+`)", re.DOTALL | re.MULTILINE)
BEGIN = "<!-- rules: begin (written by `python docs/write_rules.py`) -->\n"
END = "<!-- rules: end -->"


def page(rule) -> str:
    state = "on by default" if rule.default else "off by default"
    title, _, rest = rule.documentation.strip().partition("\n")
    return (
        f"# {rule.code}: {rule.name}\n\n{title}\n\n"
        f"*Since {rule.since}, {state}, fix {rule.fix.value}.*\n{linked(rest.rstrip(), rule)}\n"
    )


def linked(text: str, rule) -> str:
    """Names of hazards and codes of other rules in the prose lead to their pages."""
    codes = {other.code for other in all_rules()} - {rule.code}

    def code(match: re.Match[str]) -> str:
        return f"[{match[0]}]({match[0]}.md)" if match[0] in codes else match[0]

    def part(text: str) -> str:
        if not text.startswith("`"):
            return re.sub(r"XIT\d{3}", code, text)
        name = text.strip("`")
        return f"[{text}](../hazards.md#{name})" if name in MAY_DIFFER | FORBIDS else text

    return "".join(map(part, CODE_OR_FENCE.split(text)))


def table(rules) -> str:
    rows = ["| code | name | finds | default | fix |", "|---|---|---|---|---|"]
    for rule in rules:
        state = "on" if rule.default else "off"
        link = f"[{rule.code}]({rule.code}.md)"
        rows.append(f"| {link} | `{rule.name}` | {rule.summary} | {state} | {rule.fix.value} |")
    return "\n".join(rows) + "\n"


def summary() -> str:
    """The families in few words, for the README."""
    rows = ["| codes | what they find | how many |", "|---|---|---|"]
    for family, rules in families().items():
        codes = title(family, rules).partition(":")[0]
        link = f"[{codes}](docs/rules/{family}.md)"
        rows.append(f"| {link} | {said_of(family).removesuffix('.')} | {len(rules)} |")
    return "\n".join(rows) + "\n"


def families() -> dict[str, list]:
    """The rules of each family, in the order of their codes."""
    found: dict[str, list] = {}
    for rule in all_rules():
        found.setdefault(rule.family, []).append(rule)
    return dict(sorted(found.items(), key=lambda item: item[1][-1].code))


def title(family: str, rules) -> str:
    prefixes = [prefix for prefix, _ in groupby(rules, key=lambda rule: rule.code[:4])]
    return f"{', '.join(prefixes)}: {family.replace('_', ' ')}"


def said_of(family: str) -> str:
    return (getattr(lint_exitstack.rules, family).__doc__ or "").strip()


def tree(names) -> str:
    return "\n".join(["```{toctree}", ":hidden:", "", *names, "```"]) + "\n"


def family_page(family: str, rules) -> str:
    head = f"# {title(family, rules)}\n\n{said_of(family)}\n\n"
    return head + table(rules) + "\n" + tree(rule.code for rule in rules)


def index() -> str:
    parts = [INTRODUCTION]
    for family, rules in families().items():
        heading = f"## {title(family, rules)}\n\n{said_of(family)}\n\n"
        parts.append(heading + table(rules))
    return "\n".join([*parts, tree(families())])


def wanted() -> dict[Path, str]:
    files = {RULES / f"{rule.code}.md": page(rule) for rule in all_rules()}
    files |= {RULES / f"{name}.md": family_page(name, rules) for name, rules in families().items()}
    files[RULES / "index.md"] = index()
    readme = ROOT / "README.md"
    text = readme.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    files[readme] = head + BEGIN + summary() + END + tail
    return files


def stale() -> list[Path]:
    files = wanted()
    old = [p for p, text in files.items() if not p.exists() or p.read_text("utf-8") != text]
    return old + [p for p in RULES.glob("*.md") if p not in files]


def main() -> int:
    if "--check" in sys.argv[1:]:
        for path in stale():
            print(f"out of date: {path.relative_to(ROOT)}")
        return 1 if stale() else 0
    RULES.mkdir(exist_ok=True)
    for path, text in wanted().items():
        path.write_text(text, "utf-8", newline="\n")
    for path in stale():
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
