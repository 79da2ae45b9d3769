"""Turns right uses of exit stacks and files in real code into wrong ones, and counts what is found.

python benchmarks/mutations.py DIR ...              50 mutations of each kind, at random
python benchmarks/mutations.py --show XIT506 DIR    and what was missed of that rule

Places are found by plain names (`with ExitStack() as x`, `x.callback(...)`), without the analysis
that is being measured. Each mutation is a slip that people make: an `await` that was forgotten, a
cleanup that is called instead of named, `push` for `enter_context`, a line that slid out of its
block. It counts as found when the rule says so on the lines that changed and didn't before.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import textwrap
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lint_exitstack.analysis import analyse
from lint_exitstack.model.errors import SourceError
from lint_exitstack.model.source import Source
from lint_exitstack.settings import Settings

STACKS = {"ExitStack", "AsyncExitStack"}
# Pushed in a lambda these swallow nothing, because they give None.
GIVE_NOTHING = (".close", ".unlink", ".rmtree", ".remove", ".chdir", "setattr", "delattr")
USES = {"flush", "read", "readline", "readlines", "seek", "truncate", "write", "writelines"}
FRAMES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass(frozen=True)
class Mutation:
    """`text` in the place of lines `first` to `last` (counted from 1), and the rule to find it."""

    code: str
    kind: str
    first: int
    last: int
    text: str


class File:
    """A parsed file, cut by positions."""

    def __init__(self, text):
        self.text, self.lines = text, text.splitlines(keepends=True)
        self.tree = ast.parse(text)

    def cut(self, node):
        return ast.get_source_segment(self.text, node)

    def put(self, node, new, code, kind):
        """Replace an expression; characters outside it stay."""
        first, last = self.lines[node.lineno - 1], self.lines[node.end_lineno - 1]
        head = first.encode()[: node.col_offset].decode()
        tail = last.encode()[node.end_col_offset :].decode()
        return Mutation(code, kind, node.lineno, node.end_lineno, head + new + tail)

    def block(self, statements):
        return "".join(self.lines[statements[0].lineno - 1 : statements[-1].end_lineno])

    def apply(self, change):
        lines = [*self.lines]
        lines[change.first - 1 : change.last] = [change.text]
        return "".join(lines)


def within(nodes):
    """Yield what runs in these statements, with the loops that it stands in."""
    pending = [(node, ()) for node in nodes]
    while pending:
        node, loops = pending.pop()
        yield node, loops
        if isinstance(node, FRAMES):
            continue
        inner = (*loops, node) if isinstance(node, (ast.For, ast.AsyncFor)) else loops
        pending.extend((child, inner) for child in ast.iter_child_nodes(node))


def blocks(tree):
    """Yield (with statement, name of its stack, function that it stands in)."""
    for frame in ast.walk(tree):
        if not isinstance(frame, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for node, _ in within(frame.body):
            if not isinstance(node, (ast.With, ast.AsyncWith)) or len(node.items) != 1:
                continue
            call, target = node.items[0].context_expr, node.items[0].optional_vars
            if isinstance(call, ast.Call) and isinstance(target, ast.Name) and not call.args:
                name = getattr(call.func, "attr", getattr(call.func, "id", ""))
                if name in STACKS:
                    yield node, target.id, frame


def calls(node, stack):
    """Yield (call, method, loops) for each use of the stack in its block."""
    for part, loops in within(node.body):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            owner = part.func.value
            if isinstance(owner, ast.Name) and owner.id == stack:
                yield part, part.func.attr, loops


def arguments(file, call):
    given = [file.cut(argument) for argument in call.args[1:]]
    given += [
        f"{k.arg}={file.cut(k.value)}" if k.arg else f"**{file.cut(k.value)}" for k in call.keywords
    ]
    return ", ".join(given)


def in_calls(file, node, stack):
    awaited = {id(n.value): n for n in ast.walk(node) if isinstance(n, ast.Await)}
    for call, method, loops in calls(node, stack):
        if method in ("callback", "push_async_callback") and call.args:
            yield from of_callback(file, call, method, loops, stack)
        if method == "enter_context":
            new = f"{stack}.push({file.cut(call.args[0])})"
            yield file.put(call, new, "XIT510", "push for enter_context")
        if id(call) in awaited and method in ("enter_async_context", "aclose"):
            yield file.put(awaited[id(call)], file.cut(call), "XIT506", "await forgotten")


def of_callback(file, call, method, loops, stack):
    function, given = file.cut(call.args[0]), arguments(file, call)
    if not isinstance(call.args[0], ast.Lambda):
        yield file.put(call, f"{stack}.{method}({function}({given}))", "XIT501", "callback called")
        if method == "callback" and not function.endswith(GIVE_NOTHING):
            new = f"{stack}.push(lambda *exc: {function}({given}))"
            yield file.put(call, new, "XIT502", "result of a pushed lambda")
        turning = {n.id for loop in loops for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
        read = {n.id for n in ast.walk(call) if isinstance(n, ast.Name)}
        if turning & read:
            new = f"{stack}.{method}(lambda: {function}({given}))"
            yield file.put(call, new, "XIT503", "lambda in a loop")
    if method == "push_async_callback":
        new = f"{stack}.callback({', '.join(filter(None, (function, given)))})"
        yield file.put(call, new, "XIT506", "callback for push_async_callback")


def of_header(file, node, stack):
    header = file.lines[node.lineno - 1]
    call = file.cut(node.items[0].context_expr)
    if node.body[0].lineno == node.lineno or not header.rstrip().endswith(f"as {stack}:"):
        return
    indent = header[: node.col_offset]
    kinds = {True: ("async with", "with"), False: ("with", "async with")}
    old, new = kinds[isinstance(node, ast.AsyncWith)]
    yield Mutation(
        "XIT506",
        "with of the other kind",
        node.lineno,
        node.lineno,
        header.replace(f"{old} ", f"{new} ", 1),
    )
    yield Mutation(
        "XIT504",
        "stack without with",
        node.lineno,
        node.lineno,
        f"{indent}{stack} = {call}\n{indent}if True:\n",
    )


def of_body(file, node, stack, frame):
    """Slips about the end of the block."""
    indent = file.lines[node.lineno - 1][: node.col_offset]
    inner = file.lines[node.body[0].lineno - 1][: node.body[0].col_offset]
    if inner.strip() or indent.strip():
        return
    last = node.body[-1]
    names = [
        s.targets[0].id
        for s in node.body
        if enters(s, stack) and isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name)
    ]
    ends = isinstance(last, (ast.Return, ast.Raise, ast.Continue, ast.Break))
    if names and not ends and not is_generator(frame):
        for name in names:
            for code, kind, line in (
                ("XIT505", "entered resource returned", f"return {name}"),
                ("XIT508", "pop_all dropped", f"{stack}.pop_all()"),
            ):
                yield Mutation(
                    code,
                    kind,
                    last.end_lineno,
                    last.end_lineno,
                    f"{file.lines[last.end_lineno - 1]}{inner}{line}\n",
                )
    for index, statement in enumerate(node.body[1:], 1):
        if enters(statement, stack):
            moved = textwrap.dedent(file.block(node.body[index:]))
            yield Mutation(
                "XIT511",
                "entered after the with",
                statement.lineno,
                last.end_lineno,
                textwrap.indent(moved, indent),
            )
    yield from nested(file, node, stack, inner)


def nested(file, node, stack, inner):
    """What the stack held becomes a `with` that ends before what was made from it."""
    for one, two in zip(node.body, node.body[1:], strict=False):
        if not (enters(one, stack) and enters(two, stack) and isinstance(one, ast.Assign)):
            continue
        target = one.targets[0]
        read = {n.id for n in ast.walk(two) if isinstance(n, ast.Name)}
        call = one.value.value if isinstance(one.value, ast.Await) else one.value
        if isinstance(target, ast.Name) and target.id in read:
            word = "with" if call.func.attr == "enter_context" else "async with"
            text = f"{inner}{word} {file.cut(call.args[0])} as {target.id}:\n"
            text += textwrap.indent(file.block([two]), "    ")
            yield Mutation("XIT509", "inner with ends first", one.lineno, two.end_lineno, text)


def of_files(file, tree):
    """The last line about a file slides out of its `with`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.With) or len(node.items) != 1 or len(node.body) < 2:
            continue
        call, target = node.items[0].context_expr, node.items[0].optional_vars
        if not isinstance(call, ast.Call) or file.cut(call.func) != "open":
            continue
        last = node.body[-1]
        indent = file.lines[node.lineno - 1][: node.col_offset]
        simple = isinstance(last, (ast.Expr, ast.Assign)) and not indent.strip()
        if isinstance(target, ast.Name) and simple and uses(last.value, target.id):
            text = textwrap.indent(textwrap.dedent(file.block([last])), indent)
            yield Mutation("XIT607", "used behind the with", last.lineno, last.end_lineno, text)


def uses(value, name):
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)):
            return owner == name and method in USES
    return False


def enters(statement, stack):
    value = getattr(statement, "value", None)
    call = value.value if isinstance(value, ast.Await) else value
    return (
        isinstance(statement, (ast.Assign, ast.Expr))
        and isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("enter_context", "enter_async_context")
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == stack
    )


def is_generator(frame):
    return any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n, _ in within(frame.body))


def mutations(path):
    """Return the mutations that a file offers and that compile."""
    try:
        file = File(path.read_text("utf-8"))
    except (SyntaxError, ValueError, UnicodeDecodeError):
        return []
    found = set()
    for node, stack, frame in blocks(file.tree):
        found.update(in_calls(file, node, stack))
        found.update(of_header(file, node, stack))
        found.update(of_body(file, node, stack, frame))
    found.update(of_files(file, file.tree))
    return [(path, change) for change in sorted(found, key=str) if compiles(file.apply(change))]


def compiles(text):
    try:
        compile(text, "mutated", "exec", dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError):
        return False
    return True


def is_found(job):
    path, change = job
    file = File(path.read_text("utf-8"))
    settings = Settings(select=(change.code,), target_version=(3, 12))
    try:
        before = {(f.line, f.message) for f in analyse(Source.from_text(file.text), settings)}
        after = analyse(Source.from_text(file.apply(change)), settings)
    except SourceError:
        return None
    # What slid out of its `with` is reported there; what escapes, where the mutation put it.
    last = change.first + change.text.count("\n")
    return any(change.first <= f.line <= last and (f.line, f.message) not in before for f in after)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--each", type=int, default=50, help="mutations of each kind")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--show", default="", help="print what was missed of these codes")
    parser.add_argument("--json", type=Path, help="write the table here, too")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    files = sorted(p for folder in options.folders for p in folder.rglob("*.py") if p.is_file())
    stacks, opening = [], []
    for path in files:
        data = path.read_bytes()
        if b"ExitStack" in data:
            stacks.append(path)
        elif b"with open(" in data:
            opening.append(path)
    files = stacks + random.Random(options.seed).sample(opening, min(1000, len(opening)))
    with ProcessPoolExecutor(options.jobs) as pool:
        offered = defaultdict(list)
        for found in pool.map(mutations, files, chunksize=16):
            for path, change in found:
                offered[change.code, change.kind].append((path, change))
        print(f"{len(stacks)} files with stacks\n")
        print("| rule | slip | places | tried | found |")
        print("|---|---|---|---|---|")
        missed = []
        rows = []
        for (code, kind), jobs in sorted(offered.items()):
            tried = random.Random(options.seed).sample(jobs, min(options.each, len(jobs)))
            verdicts = list(pool.map(is_found, tried))
            missed += [job for job, verdict in zip(tried, verdicts, strict=True) if not verdict]
            rows.append([code, kind, len(jobs), len(tried), sum(map(bool, verdicts))])
            share = f"{100 * sum(map(bool, verdicts)) / len(tried):.0f} %"
            print(f"| {code} | {kind} | {len(jobs)} | {len(tried)} | {share} |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows) + "\n")
    for path, change in missed:
        if options.show and change.code.startswith(options.show):
            print(f"\n{path}:{change.first}: {change.kind}\n{change.text}")


if __name__ == "__main__":
    main()
