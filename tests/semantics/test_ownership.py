"""Who may have an object: each way to hand it on, and each that doesn't."""

import ast

import pytest

from lint_exitstack.semantics.bindings import Bindings
from lint_exitstack.semantics.names import Names
from lint_exitstack.semantics.ownership import calls_on, new_owner, rebound


def judged(text, *, lends=True):
    tree = ast.parse("import csv, json\n" + text)
    bindings = Bindings(tree)
    names = Names(bindings)
    return new_owner(
        "f",
        tree.body[1:],
        ("close",),
        lambda node: names.qualified(node, bindings.module),
        lends=lends,
    )


@pytest.mark.parametrize(
    "text",
    [
        "other = f",
        "other.f = f",
        "table['f'] = f",
        "pair = (1, f)",
        "table = {'f': f}",
        "def g(): return f",
        "g = lambda: f.read()",
        "class A: source = f",
        "files.append(f)",
        "files += [f]",
        "stack.enter_context(f)",
        "stack.callback(f.close)",
        "self.addCleanup(f.close)",
        "Reader(f)",
        "Thread(args=(f,))",
        "f.detach()",
        "with f: pass",
        "(g := f)",
        "g = f or other",
        "def g():\n    yield f",
        "make()(f)",
    ],
)
def test_somebody_else_may_have_it(text):
    assert judged(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "f.read()",
        "for line in f: pass",
        "lines = [line for line in f]",
        "print(f.name)",
        "if f or other: pass",
        "assert f is not None",
        "size = 1 if f else 2",
        "ready = select([f], [], [])",
        "json.dump(1, f)",
        "rows = csv.DictReader(f)",
        "text = f'{f}'",
        "copy(f, target=f)",
        "f.mode = 1",
    ],
)
def test_it_stays_here(text):
    assert judged(text) is None


def test_without_lending_only_known_functions_are_done_with_it():
    assert judged("json.dump(1, f)", lends=False) is None
    assert judged("copy(f)", lends=False) is not None


@pytest.mark.parametrize(
    "text",
    [
        "f = 1",
        "for f in x: pass",
        "del f",
        "def g():\n    global f",
        "try: pass\nexcept E as f: pass",
        "with x as f: pass",
    ],
)
def test_rebound(text):
    assert rebound("f", ast.parse(text).body) is not None


def test_not_rebound():
    assert rebound("f", ast.parse("g = f\nf.x = 1").body) is None


def test_calls_on():
    body = ast.parse("f.close()\nif x: f.close(1)\nf.read()\nf.a.close()\ng.close()").body
    assert [call.lineno for call in calls_on("f", ("close",), body)] == [1, 2]
