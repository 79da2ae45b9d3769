"""Counts what becomes of every `try` whose `finally` closes something: fixed, unsafe, why not.

python benchmarks/cleanup_table.py                  the running interpreter's standard library
python benchmarks/cleanup_table.py DIR ...          other trees; prints tables in Markdown
python benchmarks/cleanup_table.py --list WORDS DIR the places behind the rows that hold these words

What closes something is decided here by the names of calls, and why nothing was said by the shape
of the statement: neither asks the rules, so that what they miss is counted, too.
"""

from __future__ import annotations

import argparse
import ast
import re
import sysconfig
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from lint_exitstack.analysis import analyse
from lint_exitstack.model.errors import SourceError
from lint_exitstack.model.finding import Fixability
from lint_exitstack.model.source import Source
from lint_exitstack.semantics.flow import named_blocks, nodes_in_frame
from lint_exitstack.settings import Settings

CLOSING = set(
    "close aclose server_close wait_closed release unlock shutdown stop terminate kill disconnect"
    " cleanup quit logout destroy dispose unlink rmtree rmdir removedirs closerange".split()
)
# Words for other things, too: closing only as functions of these modules.
IN_MODULES = {"os": {"remove", "close"}, "shutil": {"rmtree"}}
MANAGERS = ("contextmanager", "fixture", "yield_fixture")
FAMILIES = ("XIT2", "XIT4", "XIT6")
RANK = {Fixability.SAFE: 0, Fixability.UNSAFE: 1, Fixability.DISPLAY: 2, Fixability.NONE: 3}


def closes(node):
    """Whether this is a call that closes, by its name."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id in CLOSING
    if not isinstance(node.func, ast.Attribute):
        return False
    owner = node.func.value
    module = owner.id if isinstance(owner, ast.Name) else ""
    return node.func.attr in CLOSING or node.func.attr in IN_MODULES.get(module, ())


def tries(tree):
    """Yield each `try` that closes in its `finally`, with the statements around it."""
    pending = [(statement, ()) for statement in tree.body]
    while pending:
        node, around = pending.pop()
        finalbody = getattr(node, "finalbody", ())
        if any(closes(each) for each in nodes_in_frame(finalbody)):
            yield node, around
        for _, block in named_blocks(node):
            pending.extend((inner, (node, *around)) for inner in block)


def belongs(finding, node, source):
    """Whether a finding speaks about this `try`: by what it rewrites, or by where it stands."""
    if not finding.code.startswith(FAMILIES) or finding.code == "XIT211":
        return False
    if finding.rewrite is not None and source.key(node) in finding.rewrite.claims:
        return True
    places = {hazard.span.start.line for hazard in finding.hazards if hazard.span is not None}
    if finding.code in {"XIT603", "XIT604"}:
        return node.lineno in {finding.line, *places}
    end = body_end(node)
    final = range(end + 1, (node.end_lineno or end) + 1)
    within = [finding.line, finding.noqa_line]
    inner = [each for each in ast.walk(ast.Module(node.finalbody, [])) if is_try(each)]
    if any(each.lineno <= line <= each.end_lineno for each in inner for line in within):
        return False
    return finding.line == node.lineno or any(line in final for line in within)


def is_try(node):
    return isinstance(node, (ast.Try, getattr(ast, "TryStar", ast.Try)))


def body_end(node):
    """Return the last line before the `finally` clause."""
    if node.orelse:
        return node.orelse[-1].end_lineno
    return (node.handlers[-1].body[-1] if node.handlers else node.body[-1]).end_lineno


def outcome(node, around, findings, source):
    """Return what became of it: a class, the rule, and the hazards or the reason."""
    ours = [finding for finding in findings if belongs(finding, node, source)]
    if not ours:
        return "silent", "", silence(node, around)
    best = min(ours, key=lambda finding: (RANK[finding.fixability], finding.code))
    if best.fixability is Fixability.NONE:
        reasons = [h for h in best.hazards if h.forbids]
        text = generalised(reasons[0].message) if reasons else "reported without a fix by its rule"
        return "no fix", best.code, text
    names = sorted({hazard.name for hazard in best.hazards})
    return best.fixability.value, best.code, ", ".join(names)


def generalised(message):
    return re.sub(r"line \d+", "line N", re.sub(r"`[^`]*`", "`…`", message))


def silence(node, around):
    """Return by the statement's shape why no rule may speak about it."""
    function = next((each for each in around if is_function(each)), None)
    decorators = [] if function is None else [ast.unparse(d) for d in function.decorator_list]
    final = [*nodes_in_frame(node.finalbody)]
    if any(text.partition("(")[0].endswith(MANAGERS) for text in decorators) and any(
        isinstance(each, (ast.Yield, ast.YieldFrom)) for each in nodes_in_frame(node.body)
    ):
        return "the inside of a context manager or fixture"
    if function is not None and function.name == "__del__":
        return "`__del__`"
    if isinstance(node, getattr(ast, "TryStar", ())):
        return "`except*`"
    if any(isinstance(each, (ast.Return, ast.Yield, ast.YieldFrom)) for each in final):
        return "the `finally` returns or yields"
    if any(isinstance(each, (ast.Break, ast.Continue)) for each in final):
        return "the `finally` holds a loop that it leaves, or jumps"
    process = {"_exit", "fork", "forkpty", "exc_info", "exception"}
    called = [each.func for each in nodes_in_frame([node]) if isinstance(each, ast.Call)]
    named = [each for each in called if isinstance(each, ast.Attribute) and each.attr in process]
    if any(owner(each) in {"os", "sys"} for each in named):
        return "a fork, `os._exit` or `sys.exc_info()`"
    return shape(node)


def owner(attribute):
    return attribute.value.id if isinstance(attribute.value, ast.Name) else ""


def is_function(node):
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))


def shape(node):
    """Return how the `finally` holds its closing calls."""
    if any(is_try(each) for each in nodes_in_frame(node.finalbody)):
        return "a `try` in the `finally` protects the call by hand"
    if any(isinstance(each, (ast.With, ast.AsyncWith)) for each in nodes_in_frame(node.finalbody)):
        return "a `with` in the `finally`, around the call or beside it"
    holders = [each for each in node.finalbody if any(closes(n) for n in nodes_in_frame([each]))]
    calls = [each for each in nodes_in_frame(node.finalbody) if closes(each)]
    loops = (ast.For, ast.AsyncFor, ast.While)
    if any(isinstance(each, loops) for each in nodes_in_frame(holders)):
        return "a loop that does more than to clean up, or is under a condition"
    if any(isinstance(each, ast.If) for each in holders):
        return condition(node, holders, calls)
    if any(not isinstance(each, ast.Expr) for each in holders):
        return "the call's result is used"
    return beside(node, calls)


def condition(node, holders, calls):
    """Return what decides about the call."""
    tests = [each for each in holders if isinstance(each, ast.If)]
    names = {ast.unparse(n) for each in tests for n in ast.walk(each.test) if is_chain(n)}
    taken = {ast.unparse(n) for n in nodes_in_frame(node.finalbody) if is_stored(n)}
    if any(receiver(each) in taken for each in calls):
        return "a part is taken off its owner and closed, if it's there"
    if any(each.orelse for each in tests):
        return "a condition with another branch"
    if any(isinstance(n, ast.Call) for each in tests for n in ast.walk(each.test)):
        return "a condition on the world, or on the object's type: only known at the end"
    if any("." in receiver(each) for each in calls):
        return "an attribute, maybe None: its owner lives on"
    if any(receiver(each) in names and not isinstance(each.func, ast.Attribute) for each in calls):
        return "a function closes it, if there is one"
    if any(receiver(each) in names and owner(each.func) in IN_MODULES for each in calls):
        return "a function closes it, if there is one"
    if not any(receiver(each) in names for each in calls):
        return "a flag or another name decides"
    return "a guard around more than the one call"


def is_chain(node):
    return isinstance(node, (ast.Name, ast.Attribute))


def is_stored(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def beside(node, calls):
    """Return what stands beside plain calls."""
    receivers = {receiver(each) for each in calls}
    rest = [each for each in node.finalbody if not any(closes(n) for n in nodes_in_frame([each]))]
    plain = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete, ast.Pass)
    if len(receivers) == 1 and all(isinstance(each, plain) for each in rest):
        return "one cleanup and assignments: nothing to skip"
    others = [n for each in rest for n in nodes_in_frame([each]) if isinstance(n, ast.Call)]
    if len(receivers) == 1 and all(receiver(each) in receivers for each in others):
        return "steps in the cleanup of one object"
    return "one cleanup beside what is none"


def receiver(call):
    func = call.func
    if isinstance(func, ast.Attribute) and owner(func) not in IN_MODULES:
        return ast.unparse(func.value)
    return ast.unparse(call.args[0]) if call.args else ast.unparse(func)


def examine(job):
    path, settings = job
    try:
        source = Source(path.read_bytes(), str(path))
        found = [*tries(source.tree)]
    except SourceError:
        return []
    findings = analyse(source, settings) if found else []
    return [
        (outcome(node, around, findings, source), f"{path}:{node.lineno}") for node, around in found
    ]


def files_of(tree):
    found = sorted(path for path in tree.rglob("*.py") if path.is_file())
    return [path for path in found if "site-packages" not in path.relative_to(tree).parts]


def table(head, rows):
    print(f"\n| {' | '.join(head)} |")
    print(f"|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="*", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", default=None)
    options = parser.parse_args()
    trees = options.trees or [Path(sysconfig.get_path("stdlib"))]
    settings = Settings(select=("ALL",), target_version=(3, 12))
    classes = ("safe", "unsafe", "no fix", "silent")
    total, by_tree = Counter(), []
    with ProcessPoolExecutor(options.jobs) as pool:
        for tree in trees:
            counts = Counter()
            jobs = [(path, settings) for path in files_of(tree)]
            for found in pool.map(examine, jobs, chunksize=8):
                for key, place in found:
                    counts[key] += 1
                    if options.list is not None and options.list in " ".join(key):
                        print(place, *key)
            total += counts
            by_tree.append((tree.name, counts))
    if options.list is not None:
        return
    rows = [(name, *sums(counts, classes)) for name, counts in [*by_tree, ("all", total)]]
    table(("tree", "found", *classes), rows)
    for word in classes:
        rows = [(key[1], key[2] or "none", n) for key, n in total.most_common() if key[0] == word]
        table((f"{word}: rule", "hazards or reason", "n"), rows)


def sums(counts, classes):
    each = [sum(n for key, n in counts.items() if key[0] == word) for word in classes]
    return [sum(each), *each]


if __name__ == "__main__":
    main()
