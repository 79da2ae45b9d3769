"""Compares what we find with ruff's SIM117 and SIM105 on the same files, and explains each gap.

python benchmarks/against_ruff.py [DIR ...]     default: the standard library
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import sysconfig
from collections import Counter
from pathlib import Path

from lint_exitstack.analysis import analyse, places
from lint_exitstack.model.errors import SourceError
from lint_exitstack.model.source import Source
from lint_exitstack.rules.context import Context
from lint_exitstack.rules.nested_with.contexts import is_exempt, is_expectation
from lint_exitstack.settings import Settings

SETTINGS = Settings(select=("XIT1", "XIT3"), target_version=(3, 11))
PAIRS = {"SIM117": {"XIT101", "XIT102"}, "SIM105": {"XIT301", "XIT302", "XIT303"}}


def ruff_findings(trees):
    command = ["ruff", "check", "--isolated", "--select", "SIM117,SIM105", "--no-cache"]
    command += ["--target-version", "py311", "--output-format", "json", "--exit-zero"]
    run = subprocess.run([*command, *map(str, trees)], capture_output=True, check=True)
    by_file = {}
    for finding in json.loads(run.stdout):
        if finding["code"] in PAIRS:
            by_file.setdefault(finding["filename"], []).append(finding)
    return by_file


def compare(path, findings, counts, gaps):
    try:
        source = Source(Path(path).read_bytes(), path)
        ours = analyse(source, SETTINGS)
    except SourceError as error:
        gaps.append(f"{path}: {error.message}")
        return
    for finding in findings:
        code, row = finding["code"], finding["location"]["row"]
        counts[code] += 1
        if any(f.code in PAIRS[code] and covers(f, row) for f in ours):
            counts[code, "ours too"] += 1
            continue
        reason = explain(source, code, row)
        counts[code, reason] += 1
        if reason == "unexplained":
            gaps.append(f"{path}:{row}: {code}")


def covers(finding, row):
    return finding.span.start.line <= row <= finding.span.end.line


def explain(source, code, row):
    context = Context(source, SETTINGS)
    for place in places(context.tree):
        if place.node.lineno == row:
            if code == "SIM117" and isinstance(place.node, (ast.With, ast.AsyncWith)):
                return explain_with(place, context)
            if code == "SIM105" and isinstance(place.node, ast.Try):
                return explain_try(place)
    return "unexplained"


def explain_with(place, context):
    inner = place.node.body[0]
    if is_exempt(place.node, place, context) or is_exempt(inner, place, context):
        return "an exempt context"
    expectation = is_expectation(inner.items[0].context_expr, place, context)
    if len(inner.body) == 1 and expectation:
        return "an expectation over one statement"
    return "unexplained"


def explain_try(place):
    names = {getattr(h.type, "id", getattr(h.type, "attr", "")) for h in place.node.handlers}
    if names & {"GeneratorExit", "StopIteration", "StopAsyncIteration"}:
        return "a generator's protocol"
    if getattr(place.frame, "name", "") == "__del__":
        return "__del__"
    if any(isinstance(n, (ast.Return, ast.Raise)) for n in ast.walk(place.node)):
        return "the body returns or raises"
    if all(isinstance(n, ast.Pass) for n in place.node.body):
        return "an empty body"
    if any(isinstance(h.type, ast.Tuple) and not h.type.elts for h in place.node.handlers):
        return "an empty tuple"
    return "unexplained"


def main():
    trees = [Path(argument) for argument in sys.argv[1:]] or [Path(sysconfig.get_path("stdlib"))]
    counts, gaps = Counter(), []
    for path, findings in sorted(ruff_findings(trees).items()):
        if "site-packages" not in path:
            compare(path, findings, counts, gaps)
    for gap in gaps:
        print(gap)
    for key, count in sorted(counts.items(), key=lambda pair: str(pair[0])):
        print(f"{count:6}  {' '.join(key) if isinstance(key, tuple) else key}")


if __name__ == "__main__":
    main()
