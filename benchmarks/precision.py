"""Measures how many findings in real code are true: runs rules, samples findings, counts verdicts.

python benchmarks/precision.py find FOUND DIR ...       run rules; findings go to the file FOUND
python benchmarks/precision.py again FOUND              once more, on the files with findings only
python benchmarks/precision.py sample FOUND             show findings that nobody judged, at random
python benchmarks/precision.py judge FOUND < VERDICTS   add verdicts to judged.toml
python benchmarks/precision.py table FOUND              precision per rule, as Markdown
python benchmarks/precision.py bugs FOUND               the true findings of the bug rules, listed

Each folder in DIR holds one release and is named after it, `name-version`, as after
`pip download --no-deps name` and `python -m zipfile -e name-version-….whl name-version`. Files that
are byte for byte copies of one seen before (vendored code) count once.

A verdict is one line: the id that `sample` shows, `true` or `false`, and why. A finding is true
when the code has the defect that the rule's page speaks about and its maintainers would agree; for
rules of style, when the rewrite is right and reads better. Verdicts are kept under the release's
name, the path and the digest that our reports use as fingerprint, so they survive other lines
coming and going, and new releases. `round` numbers fresh samples: after a rule was mended its
precision must be measured on findings that the mending didn't look at. `figures.py` writes what
comes of it into the documentation.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import operator
import random
import sys
import tomllib
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from lint_exitstack.project.one_file import Mode, Task, process
from lint_exitstack.rules import all_rules
from lint_exitstack.settings import Settings

RELEASE = operator.itemgetter(0, 1, 2)
JUDGED = Path(__file__).with_name("judged.toml")
# Of these every finding says that the code is wrong, not that it could read better.
STYLE = {"XIT401", "XIT402", "XIT403", "XIT404", "XIT507", "XIT702", "XIT704"}


def releases(folders):
    """Yield (name, version, root) for every folder named after a release."""
    for folder in folders:
        for root in sorted(p for p in folder.iterdir() if p.is_dir() and "-" in p.name):
            name, _, version = root.name.rpartition("-")
            yield name, version, root


def files(folders):
    """Yield what is run on, once each, with the number of its lines."""
    seen = set()
    for name, version, root in releases(folders):
        for path in sorted(p for p in root.rglob("*.py") if p.is_file()):
            data = path.read_bytes()
            copy = hashlib.sha256(data).digest()
            if copy not in seen:
                seen.add(copy)
                yield name, version, root, path, data.count(b"\n") + 1


def examine(job):
    path, settings = job
    outcome = process(Task(str(path), str(path), settings, Mode.CHECK, identify=True))
    found = [
        {
            "code": item.finding.code,
            "line": item.finding.line,
            "end": item.finding.span.end.line,
            "digest": item.digest,
            "message": item.finding.message,
            "fix": item.finding.fixability.value,
            "hazards": [hazard.name for hazard in item.finding.hazards],
        }
        for item in outcome.reported
        if item.finding.code < "XIT9"
    ]
    return found, list(outcome.errors)


def find(options):
    """Write a line per release into the file, as soon as it is done."""
    settings = Settings(select=tuple(options.select.split(",")), target_version=(3, 12))
    with ProcessPoolExecutor(options.jobs) as pool, options.found.open("w") as out:
        for (name, version, root), group in itertools.groupby(files(options.folders), RELEASE):
            jobs, lines = [], 0
            for *_, path, count in group:
                jobs.append((path, settings))
                lines += count
            document = {"package": name, "version": version, "root": str(root), "lines": lines}
            document["findings"] = list(named(pool.map(examine, jobs, chunksize=8), jobs, root))
            out.write(json.dumps({"select": options.select, **document}) + "\n")
            out.flush()
    rates(read(options.found))


def again(options):
    """Run once more on files with findings, after rules learned to stay quiet."""
    settings = Settings(
        select=tuple(read(options.found)["select"].split(",")), target_version=(3, 12)
    )
    lines = []
    for text in options.found.read_text().splitlines():
        release = json.loads(text)
        root = Path(release["root"])
        paths = sorted({item["path"] for item in release["findings"]})
        jobs = [(root / path, settings) for path in paths]
        release["findings"] = list(named(map(examine, jobs), jobs, root))
        lines.append(json.dumps(release) + "\n")
    options.found.write_text("".join(lines))
    rates(read(options.found))


def named(results, jobs, root):
    """Yield findings with the path in the release, and a number where two look the same."""
    equal = Counter()
    for (path, _), (found, errors) in zip(jobs, results, strict=True):
        place = str(path.relative_to(root))
        for item in found:
            key = (place, item["code"], item["digest"])
            equal[key] += 1
            yield {"path": place, **item, "nth": equal[key]}
        for error in errors:
            print(error, file=sys.stderr)


def read(found):
    """Return all that `find` wrote, as one."""
    lines, findings, select = {}, [], ""
    for text in found.read_text().splitlines():
        release = json.loads(text)
        select = release["select"]
        lines[f"{release['package']} {release['version']}"] = release["lines"]
        about = {field: release[field] for field in ("package", "version", "root")}
        findings += [{**about, **item} for item in release["findings"]]
    return {"select": select, "lines": lines, "findings": findings}


def rates(document):
    """Print findings per rule per 100,000 lines."""
    total = sum(document["lines"].values())
    counts = Counter(item["code"] for item in document["findings"])
    print(f"{total:,} lines in {len(document['lines'])} releases")
    for rule in selected(document):
        print(f"{rule.code} {counts[rule.code]:6} {counts[rule.code] * 1e5 / total:8.3f} /100k")


def selected(document):
    words = document["select"].split(",")
    return [rule for rule in all_rules() if any(rule.code.startswith(word) for word in words)]


def key_of(item):
    return item["package"], item["path"], item["code"], item["digest"], item.get("nth", 1)


def short(item):
    return hashlib.sha256("\0".join(map(str, key_of(item))).encode()).hexdigest()[:8]


def judged():
    with JUDGED.open("rb") as file:
        return {key_of(item): item for item in tomllib.load(file)["finding"]}


def wanted(document, options):
    known = judged() if JUDGED.exists() else {}
    unjudged = {key_of(f): f for f in document["findings"] if key_of(f) not in known}
    chosen = defaultdict(list)
    for item in unjudged.values():
        if any(item["code"].startswith(word) for word in options.rules.split(",")):
            chosen[item["code"]].append(item)
    return chosen


def sample(options):
    document = read(options.found)
    for _, items in sorted(wanted(document, options).items()):
        items.sort(key=key_of)
        random.Random(options.seed).shuffle(items)
        chosen = spread(items, options.each) if options.each else items
        for item in itertools.islice(chosen, options.each or None):
            show(item, options.context)


def spread(items, wanted):
    """Leave out what a file has more than two of, and a release more than a fifth of the sample."""
    seen = Counter()
    for item in items:
        places = (item["package"], (item["package"], item["path"]))
        seen.update(places)
        if seen[places[0]] <= max(2, wanted // 5) and seen[places[1]] <= 2:
            yield item


def show(item, context):
    source = Path(item["root"], item["path"]).read_bytes().decode("utf-8", "replace").splitlines()
    print(f"=== {short(item)} {item['code']} {item['package']} {item['version']} {item['path']}")
    print(f"    {item['fix']} {','.join(item['hazards'])}: {item['message']}")
    last = min(item["end"], item["line"] + 4 * context) + context
    first = max(0, item["line"] - 1 - context)
    for number, text in enumerate(source[first:last], first + 1):
        mark = ">" if number == item["line"] else " "
        print(f"{mark}{number:5} {text[:150]}")


def judge(options):
    document = read(options.found)
    by_id = {short(item): item for item in document["findings"]}
    known = judged() if JUDGED.exists() else {}
    for line in sys.stdin:
        if not line.strip():
            continue
        name, verdict, reason = line.split(maxsplit=2)
        if verdict not in ("true", "false"):
            sys.exit(f"neither true nor false: {line}")
        item = by_id[name]
        known[key_of(item)] = {
            **item,
            "verdict": verdict == "true",
            "reason": reason.strip(),
            "round": options.round,
        }
    write(known.values())


def write(entries):
    out = ["# Findings in released packages, read by eye. See precision.py for what is true.\n"]
    for item in sorted(entries, key=lambda e: (e["code"], *key_of(e))):
        out.append("\n[[finding]]\n")
        for field in (
            "code",
            "package",
            "version",
            "path",
            "line",
            "digest",
            "nth",
            "verdict",
            "round",
            "reason",
        ):
            value = item.get(field, 1)
            if field != "nth" or value != 1:
                out.append(f"{field} = {json.dumps(value, ensure_ascii=False)}\n")
    JUDGED.write_text("".join(out), "utf-8")


def table(options):
    document, known = read(options.found), judged()
    for line in summary(document, known):
        print(line)
    missing(document, known)


def summary(document, known):
    """Yield the table of precision in Markdown."""
    total = sum(document["lines"].values())
    yield "| rule | default | findings | per 100,000 lines | judged | true | precision |"
    yield "|---|---|---|---|---|---|---|"
    for rule in selected(document):
        keys = {key_of(item) for item in document["findings"] if item["code"] == rule.code}
        verdicts = [known[key]["verdict"] for key in keys if key in known]
        share = f"{100 * sum(verdicts) / len(verdicts):.0f} %" if verdicts else "-"
        state = "on" if rule.default else "off"
        yield (
            f"| {rule.code} | {state} | {len(keys)} | {len(keys) * 1e5 / total:.3f}"
            f" | {len(verdicts)} | {sum(verdicts)} | {share} |"
        )


def missing(document, known):
    """Tell of verdicts whose findings are gone: mended false alarms, or true ones lost."""
    names = {name.partition(" ")[0] for name in document["lines"]}
    found = {key_of(item) for item in document["findings"]}
    gone = [e for key, e in known.items() if e["package"] in names and key not in found]
    false = [item for item in gone if not item["verdict"]]
    print(f"\n{len(false)} judged false and found no more.")
    for item in gone:
        if item["verdict"]:
            print(
                f"True and found no more: {item['code']} {item['package']} {item['path']}:"
                f"{item['line']}"
            )


def bugs(options):
    for line in true_bugs(read(options.found), judged()):
        print(line)


def true_bugs(document, known):
    """Yield what was judged true of the rules about bugs, tests apart."""
    seen = set()
    for item in sorted(document["findings"], key=lambda f: (f["code"], *key_of(f))):
        key = key_of(item)
        verdict = known.get(key, {"verdict": False})
        tests = "test" in item["path"].lower() or item["package"] == "cpython"
        if verdict["verdict"] and item["code"] not in STYLE and not tests and key not in seen:
            seen.add(key)
            place = f"{item['package']} {item['version']}, {item['path']}:{item['line']}"
            yield f"- {item['code']} {place}: {verdict['reason']}"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    for action in (find, again, sample, judge, table, bugs):
        command = commands.add_parser(action.__name__)
        command.set_defaults(action=action)
        command.add_argument("found", type=Path)
        if action is find:
            command.add_argument("folders", nargs="+", type=Path)
            command.add_argument("--select", default="XIT4,XIT5,XIT6,XIT7")
            command.add_argument("--jobs", type=int, default=2)
        if action is sample:
            command.add_argument("--rules", default="XIT")
            command.add_argument("--seed", default="1")
            command.add_argument("--each", type=int, default=10, help="findings per rule; 0: all")
            command.add_argument("--context", type=int, default=8, help="lines around each")
        if action is judge:
            command.add_argument("--round", type=int, default=1)
    options = parser.parse_args()
    options.action(options)


if __name__ == "__main__":
    main()
