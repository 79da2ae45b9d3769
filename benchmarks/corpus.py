"""Checks and rewrites whole source trees in memory, and says what became of every finding.

python benchmarks/corpus.py                 the running interpreter's standard library
python benchmarks/corpus.py DIR ...         other trees
python benchmarks/corpus.py --select XIT2   only some rules
"""

from __future__ import annotations

import argparse
import sysconfig
import time
import traceback
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from lint_exitstack.analysis import analyse
from lint_exitstack.fixing import fix
from lint_exitstack.model.errors import SourceError
from lint_exitstack.model.source import Source
from lint_exitstack.settings import Settings


def examine(job):
    path, settings = job
    counts = Counter(files=1)
    notes = []
    started = time.process_time()
    try:
        source = Source(path.read_bytes(), str(path))
        findings = analyse(source, settings)
    except SourceError:
        return Counter(files=1, unparsable=1), notes, 0.0
    except Exception:
        return Counter(files=1, crashed=1), [f"{path}: {traceback.format_exc()}"], 0.0
    spent = time.process_time() - started
    counts["lines"] = len(source.lines)
    for finding in findings:
        counts[finding.code] += 1
        counts[finding.code, finding.fixability.value] += 1
        for hazard in finding.hazards:
            counts[finding.code, "hazard", hazard.name] += 1
    for unsafe in (False, True):
        try:
            rewrite(source, settings, unsafe, counts, notes)
        except Exception:
            counts["crashed"] += 1
            notes.append(f"{path}: {traceback.format_exc()}")
    return counts, notes, spent


def rewrite(source, settings, unsafe, counts, notes):
    result = fix(source, settings, unsafe=unsafe)
    word = "unsafe" if unsafe else "safe"
    counts[word, "applied"] += len(result.applied)
    for failure in result.failures:
        counts["guard", failure.guard] += 1
        place = f"{source.path}:{failure.finding.line}"
        notes.append(f"{place}: {failure.finding.code} {failure.guard}: {failure.detail}")
    if not result.applied:
        return
    counts[word, "changed files"] += 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(result.source.text, source.path, "exec", dont_inherit=True)
        except SyntaxError as error:
            counts[word, "does not compile"] += 1
            notes.append(f"{source.path}: {error}")
    if Counter(c.text for c in source.comments) != Counter(c.text for c in result.source.comments):
        counts[word, "comments differ"] += 1
        notes.append(f"{source.path}: comments differ")
    again = fix(Source(result.source.data, source.path), settings, unsafe=unsafe)
    if again.source.data != result.source.data:
        counts[word, "second run differs"] += 1
        notes.append(f"{source.path}: second run differs: {[f.code for f in again.applied]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="*", type=Path)
    parser.add_argument("--select", default="ALL")
    parser.add_argument("--target-version", default="3.11")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    trees = options.trees or [Path(sysconfig.get_path("stdlib"))]
    version = tuple(map(int, options.target_version.split(".")))
    settings = Settings(select=tuple(options.select.split(",")), target_version=version)
    files = sorted(
        path
        for tree in trees
        for path in tree.rglob("*.py")
        if "site-packages" not in path.relative_to(tree).parts and path.is_file()
    )
    total, notes, spent = Counter(), [], 0.0
    with ProcessPoolExecutor(options.jobs) as pool:
        for counts, more, seconds in pool.map(
            examine, [(path, settings) for path in files], chunksize=8
        ):
            total += counts
            notes += more
            spent += seconds
    for note in notes:
        print(note)
    for key, count in sorted(total.items(), key=lambda pair: str(pair[0])):
        print(f"{count:8}  {' '.join(key) if isinstance(key, tuple) else key}")
    print(f"analysis took {spent:.1f} s of CPU time")


if __name__ == "__main__":
    main()
