"""What names mean, who binds them, and which are free."""

from __future__ import annotations

import ast

import pytest

from lint_exitstack.semantics.bindings import Act, Bindings, Scope
from lint_exitstack.semantics.names import Names


def read(text: str) -> tuple[ast.Module, Names]:
    tree = ast.parse(text)
    return tree, Names(Bindings(tree))


def meaning(text: str) -> str | None:
    """What the call `it` in the last statement of `text` stands for."""
    tree, names = read(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            frame = next(
                (
                    f
                    for f in ast.walk(tree)
                    if isinstance(f, (ast.FunctionDef, ast.ClassDef)) and node in f.body
                ),
                tree,
            )
            return names.qualified(node.value.func, names.bindings.scopes[frame])
    raise AssertionError(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("open()", "builtins.open"),
        ("import contextlib\ncontextlib.suppress()", "contextlib.suppress"),
        ("import contextlib as c\nc.suppress()", "contextlib.suppress"),
        ("import a.b.c\na.b.c.d()", "a.b.c.d"),
        ("from contextlib import suppress as s\ns()", "contextlib.suppress"),
        ("from . import cm\ncm()", ".cm"),
        ("from ..lib import cm\ncm()", "..lib.cm"),
        ("from contextlib import suppress\nsuppress = 1\nsuppress()", None),
        ("try:\n    from a import x\nexcept ImportError:\n    from b import x\nx()", None),
        ("try:\n    from a import x\nexcept ImportError:\n    from a import x\nx()", "a.x"),
        ("from contextlib import *\nopen()", None),
        ("import os\ndef f(os):\n    os.remove()", None),
        ("import os\ndef f():\n    os.remove()", "os.remove"),
        ("def f():\n    import os\n    os.remove()", "os.remove"),
        ("import os\nclass C:\n    os = 1\n    os.remove()", None),
        ("import os\ndef f():\n    global os\n    os = 2\ndef g():\n    os.remove()", None),
        ("x[0].open()", None),
        ("undefined()", None),
    ],
)
def test_qualified_names(text: str, expected: str | None) -> None:
    assert meaning(text) == expected


def acts(text: str, name: str, function: str = "") -> list[Act]:
    tree, names = read(text)
    frame = next((f for f in ast.walk(tree) if getattr(f, "name", None) == function), tree)
    scope = names.bindings.scopes[frame]
    owner = names.bindings.owner(scope, name)
    assert owner is not None
    return [event.act for event in names.bindings.events(owner, name)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\ndel x\nx", [Act.BIND, Act.DELETE, Act.READ]),
        ("for x in y: pass", [Act.BIND]),
        ("with a as (x, *y): pass", [Act.BIND]),
        ("try: pass\nexcept E as x: pass", [Act.HANDLER]),
        ("import x.y", [Act.IMPORT]),
        ("def x(): pass", [Act.DEFINE]),
        ("match y:\n    case [x, *_]: pass", [Act.BIND]),
        ("match y:\n    case {**x}: pass", [Act.BIND]),
        ("match y:\n    case {'a': [*x]}: pass", [Act.BIND]),
        ("[(x := y) for y in z]", [Act.BIND]),
        ("x = 1\n[x for x in x]", [Act.BIND, Act.READ]),
        ("x = 1\nlambda x=x: x", [Act.BIND, Act.READ]),
        ("x = 1\nclass C:\n    def f(self): return x", [Act.BIND, Act.READ]),
        ("x = 1\ndef f():\n    def g():\n        global x\n        x = 2", [Act.BIND, Act.BIND]),
    ],
)
def test_events(text: str, expected: list[Act]) -> None:
    assert acts(text, "x") == expected


def test_nonlocal_belongs_to_the_function_around() -> None:
    text = "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n    return x"
    assert acts(text, "x", "f") == [Act.BIND, Act.BIND, Act.READ]


def test_class_names_are_hidden_from_methods() -> None:
    tree, names = read("class C:\n    x = 1\n    def f(self): return x")
    method = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    assert names.bindings.owner(names.bindings.scopes[method], "x") is None


def scope_of(names: Names, tree: ast.Module, function: str) -> Scope:
    frame = next(f for f in ast.walk(tree) if getattr(f, "name", None) == function)
    return names.bindings.scopes[frame]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(): pass", "stack"),
        ("def f(stack): pass", "stack_2"),
        ("def f():\n    def g(): return stack", "stack_2"),
        ("def f():\n    global stack", "stack_2"),
        ("def f():\n    stack, stack_2 = 1, 2", "stack_3"),
        ("def f(): pass\ndef g(stack): pass", "stack"),
    ],
)
def test_fresh_names(text: str, expected: str) -> None:
    tree, names = read(text)
    assert names.fresh("stack", scope_of(names, tree, "f")) == expected


def test_fresh_names_of_a_module_are_private() -> None:
    _, names = read("x = 1")
    assert names.fresh("stack", names.bindings.module) == "_stack"


def test_deep_code_needs_no_recursion() -> None:
    tree = ast.parse("x = " + "-" * 150 + "y")
    assert Bindings(tree).module.binds("x")
