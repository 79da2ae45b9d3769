"""Which expressions are exit stacks, and what is done with them."""

from __future__ import annotations

import ast

import pytest

from lint_exitstack.model.source import Source
from lint_exitstack.rules.context import Context
from lint_exitstack.semantics.callables import Gives, gives, resource_of
from lint_exitstack.semantics.registrations import Role, registration
from lint_exitstack.semantics.stacks import Kind, Use
from lint_exitstack.settings import Settings

IMPORTS = """
import asyncstdlib as a
from contextlib import AsyncExitStack, ExitStack
from typing import Optional
try:
    from contextlib import AsyncExitStack as Fallback
except ImportError:
    from async_exit_stack import AsyncExitStack as Fallback
"""


def context_of(code):
    return Context(Source.from_text(IMPORTS + code), Settings())


def expression_before(context, name):
    """The receiver of the call of method `name`."""
    return next(
        node.func.value
        for node in ast.walk(context.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
    )


def kind_in(code):
    context = context_of(code)
    receiver = expression_before(context, "probe")
    return context.stacks.kind(receiver, context.stacks.scope_of(receiver))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("with ExitStack() as s: s.probe()", Kind.SYNC),
        ("s = ExitStack()\ns.probe()", Kind.SYNC),
        ("s = ExitStack[None]()\ns.probe()", Kind.SYNC),
        ("s: ExitStack = ExitStack()\ns.probe()", Kind.SYNC),
        ("s = None\ns = ExitStack()\ns.probe()", Kind.SYNC),
        ("s = Fallback()\ns.probe()", Kind.ASYNC),
        ("s = a.ExitStack()\ns.probe()", Kind.NEUTRAL),
        ("s = ExitStack()\nt = s.pop_all()\nt.probe()", Kind.SYNC),
        ("def f(s: ExitStack): s.probe()", Kind.SYNC),
        ("def f(s: 'AsyncExitStack | None'): s.probe()", Kind.ASYNC),
        ("def f(s: Optional[ExitStack] = None): s.probe()", Kind.SYNC),
        ("def f(outer):\n s = outer.enter_context(ExitStack())\n s.probe()", Kind.SYNC),
        ("def f():\n s = ExitStack()\n def g(): s.probe()", Kind.SYNC),
        ("class C:\n s: ExitStack\n def f(self): self.s.probe()", Kind.SYNC),
        (
            (
                "class C:\n def __init__(self): self.s = ExitStack()\n"
                " def f(self):\n  with self.s as t: t.probe()"
            ),
            Kind.SYNC,
        ),
        (
            (
                "class C:\n def __init__(self): self.s = None\n"
                " def f(self):\n  self.s = AsyncExitStack()\n  self.s.probe()"
            ),
            Kind.ASYNC,
        ),
    ],
)
def test_what_is_a_stack(code, kind):
    assert kind_in(code) is kind


@pytest.mark.parametrize(
    "code",
    [
        "def f(s): s.probe()",
        "def f(s: 'no type'): s.probe()",
        "s = ExitStack()\ns = other\ns.probe()",
        "for s in [ExitStack()]: s.probe()",
        "s = ExitStack()\ns = AsyncExitStack()\ns.probe()",
        "s = ExitStack(1)\ns.probe()",
        "s = s.pop_all()\ns.probe()",
        "class C:\n def __init__(self, s): self.s = s\n def f(self): self.s.probe()",
        "class C:\n @staticmethod\n def f(self): self.s.probe()\n s: ExitStack",
        "ExitStack = make\ns = ExitStack()\ns.probe()",
    ],
)
def test_what_may_be_something_else(code):
    assert kind_in(code) is None


def test_usages():
    context = context_of(
        "def f():\n"
        " s = ExitStack()\n"
        " s.enter_context(x)\n"
        " with s: pass\n"
        " s.pop_all()\n"
        " s.close()\n"
        " keep(s)\n"
        " s.callback\n"
        " def g(): s.push(x)\n"
        " [s.enter_context(x) for x in xs]\n"
        " @s.callback\n"
        " def h(): pass\n"
    )
    function = context.tree.body[-1]
    usages = context.stacks.usages(context.bindings.scopes[function], "s")
    assert [(usage.use, usage.nested) for usage in usages] == [
        (Use.REGISTER, False),
        (Use.WITH, False),
        (Use.POP_ALL, False),
        (Use.CLOSE, False),
        (Use.HANDED, False),
        (Use.HANDED, False),
        (Use.REGISTER, True),
        (Use.REGISTER, False),
        (Use.REGISTER, False),
    ]


@pytest.mark.parametrize(
    ("call", "role"),
    [
        ("s.enter_context(x)", Role.ENTER),
        ("s.push_async_exit(x)", Role.ASYNC_EXIT),
        ("s.callback(f, 1, k=2)", Role.CALLBACK),
        ("s.callback(*fs)", None),
        ("s.callback()", None),
        ("other.callback(f)", None),
        ("atexit.register(f)", Role.CALLBACK),
        ("register(f)", None),
        ("weakref.finalize(x, f)", Role.CALLBACK),
        ("weakref.finalize(x)", None),
        ("self.addCleanup(f)", Role.CALLBACK),
        ("case.addCleanup(f)", None),
    ],
)
def test_registrations(call, role):
    context = context_of(
        "import atexit, weakref\nclass C:\n def m(self, case, other, register):\n"
        f"  s = ExitStack()\n  {call}\n"
    )
    node = context.tree.body[-1].body[0].body[-1].value
    found = registration(node, context.stacks.scope_of(node), context.stacks)
    assert (found and found.role) is role


@pytest.mark.parametrize(
    ("func", "expected"),
    [
        ("nothing", Gives.NOTHING),
        ("bare", Gives.NOTHING),
        ("value", Gives.UNKNOWN),
        ("stub", Gives.UNKNOWN),
        ("generator", Gives.UNKNOWN),
        ("coroutine", Gives.COROUTINE),
        ("wrapped", Gives.UNKNOWN),
        ("unknown", Gives.UNKNOWN),
        ("os.remove", Gives.NOTHING),
        ("open(p).close", Gives.NOTHING),
        ("open(p).read", Gives.UNKNOWN),
        ("(lambda: nothing())", Gives.NOTHING),
        ("(lambda: 1)", Gives.UNKNOWN),
    ],
)
def test_what_calls_give(func, expected):
    context = context_of(
        "import os\n"
        "def nothing(): print()\n"
        "def bare():\n if x: return\n return None\n"
        "def value(): return 1\n"
        "def stub(): raise NotImplementedError\n"
        "def generator(): yield\n"
        "async def coroutine(): print()\n"
        "@wrap\ndef wrapped(): print()\n"
        f"{func}()\n"
    )
    node = context.tree.body[-1].value
    assert gives(node.func, context.bindings.module, context.stacks) is expected


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("f = open(p)", "file"),
        ("f = s.enter_context(open(p))", "file"),
        ("with open(p) as f: pass", "file"),
        ("with tempfile.TemporaryDirectory() as f: pass", None),
        ("f = open(p)\nf = None", None),
        ("f = wrap(f)", None),
        ("f = make()", None),
    ],
)
def test_what_a_variable_holds(code, kind):
    context = context_of(f"import tempfile\n{code}\nf.probe()\n")
    row = resource_of(expression_before(context, "probe"), context.bindings.module, context.stacks)
    assert (row and row.kind) == kind
