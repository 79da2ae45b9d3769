"""Whose an object is: whether somebody else may have it, and so close it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.semantics.words import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_NEW_FRAMES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_DISPLAYS = (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred, ast.keyword, ast.IfExp)
_HARMLESS = (
    ast.Compare,
    ast.UnaryOp,
    ast.BinOp,
    ast.FormattedValue,
    ast.Subscript,
    ast.Expr,
    ast.YieldFrom,
    ast.For,
    ast.AsyncFor,
    ast.comprehension,
    ast.If,
    ast.While,
    ast.Assert,
)
_TESTS = (ast.If, ast.While, ast.IfExp, ast.Assert, ast.UnaryOp)
# Methods and functions that take what they are given for later.
_KEEPERS = words(
    """
    append appendleft add insert extend put put_nowait push register addCleanup
    addClassCleanup addModuleCleanup addAsyncCleanup addfinalizer add_done_callback callback
    push_async_callback push_async_exit enter_context enter_async_context enterContext
    enterClassContext enterModuleContext enterAsyncContext closing aclosing finalize
    setdefault submit start_new_thread setattr partial
    connect_accepted_socket open_connection create_connection create_datagram_endpoint
    wrap_socket start_tls start_server
    create_server call_soon call_later add_reader add_writer
    """
)
# Classes that look at a file without taking it over.
_VIEWS = frozenset({"csv.DictReader", "csv.DictWriter"})
_GIVES_UP = frozenset({"detach", "__enter__", "__aenter__"})


def new_owner(
    name: str,
    statements: Sequence[ast.stmt],
    closes: Sequence[str],
    qualified: Callable[[ast.expr], str | None],
    *,
    lends: bool = True,
) -> ast.AST | None:
    """Return where in `statements` the object called `name` may get another owner.

    Returned, yielded, stored, aliased, captured, entered, registered for closing: each makes it
    somebody else's. With `lends` plain functions and methods are trusted not to keep what they
    are given; without, every call that isn't known is a keeper.
    """
    parents = _parents(statements)
    for node in _reads(name, parents):
        escapes = hands_on(node, parents.get, closes, qualified, lends=lends)
        if escapes or _is_captured(node, parents):
            return node
    return None


def rebound(name: str, statements: Sequence[ast.stmt]) -> ast.AST | None:
    """Return where in `statements` `name` gets another object, or none."""
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id == name and not _is_load(node):
                return node
            if isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names:
                return node
            if isinstance(node, ast.ExceptHandler) and node.name == name:
                return node
    return None


def calls_on(
    name: str, methods: Sequence[str], statements: Sequence[ast.stmt]
) -> Iterator[ast.Call]:
    """Yield the calls of one of `methods` on the object called `name`."""
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and method_on(node, name) in methods:
                yield node


def method_on(call: ast.Call, name: str) -> str | None:
    """Return the method, if `call` is one on the object called `name`."""
    func = call.func
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
        return func.attr if func.value.id == name else None
    return None


def _parents(statements: Sequence[ast.stmt]) -> dict[ast.AST, ast.AST]:
    parents: dict[ast.AST, ast.AST] = {}
    for statement in statements:
        for node in ast.walk(statement):
            for child in ast.iter_child_nodes(node):
                parents[child] = node
    return parents


def _reads(name: str, parents: dict[ast.AST, ast.AST]) -> Iterator[ast.Name]:
    for node in parents:
        if isinstance(node, ast.Name) and node.id == name and _is_load(node):
            yield node


def _is_load(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _is_captured(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    here = parents.get(node)
    while here is not None:
        if isinstance(here, _NEW_FRAMES):
            return True
        here = parents.get(here)
    return False


def hands_on(
    node: ast.AST,
    above: Callable[[ast.AST], ast.AST | None],
    closes: Sequence[str],
    qualified: Callable[[ast.expr], str | None],
    *,
    lends: bool,
) -> bool:
    """Whether this use of the object may give it to somebody; `above` gives a node's parent."""
    child: ast.AST = node
    parent = above(node)
    while isinstance(parent, _DISPLAYS) and getattr(parent, "test", None) is not child:
        child, parent = parent, above(parent)
    if isinstance(parent, ast.Call) and child is not parent.func:
        return keeps(parent, qualified, lends=lends)
    if isinstance(parent, ast.Attribute):
        call = above(parent)
        called = isinstance(call, ast.Call) and call.func is parent
        return parent.attr in _GIVES_UP if called else parent.attr in closes
    if isinstance(parent, ast.BoolOp):
        return not isinstance(above(parent), (*_TESTS, ast.BoolOp))
    if isinstance(parent, ast.IfExp):
        return False
    return not isinstance(parent, _HARMLESS)


def keeps(
    call: ast.Call, qualified: Callable[[ast.expr], str | None], *, lends: bool = True
) -> bool:
    """Whether what `call` is given may be kept: by a class, a collection, a registry."""
    name = qualified(call.func)
    if name in _VIEWS or name in CONSUMERS or name in VIEWING:
        return False
    func = call.func
    last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    if not lends or not last:
        return True
    return last in _KEEPERS or last.lstrip("_")[:1].isupper()


# Functions that are done with an object when they return, and give nothing back that needs it.
CONSUMERS = words(
    """
    json.load json.dump pickle.load pickle.dump marshal.load marshal.dump tomllib.load
    tomli.load toml.load plistlib.load plistlib.dump yaml.load yaml.safe_load yaml.full_load
    yaml.unsafe_load yaml.dump yaml.safe_dump ast.literal_eval email.message_from_file
    email.message_from_binary_file hashlib.file_digest shutil.copyfileobj
    xml.etree.ElementTree.parse xml.dom.minidom.parse cPickle.load simplejson.load
    ujson.load builtins.list builtins.tuple builtins.set builtins.frozenset builtins.dict
    builtins.sorted builtins.sum builtins.len builtins.max builtins.min builtins.any
    builtins.all builtins.print builtins.isinstance builtins.hasattr builtins.repr
    builtins.str builtins.id builtins.type builtins.next builtins.bool builtins.bytes
    builtins.int builtins.float
    """
)
# Functions that go over an object bit by bit, whenever their result is asked.
VIEWING = words(
    """
    csv.reader csv.DictReader builtins.enumerate builtins.iter builtins.map builtins.filter
    builtins.zip builtins.reversed itertools.islice itertools.chain itertools.takewhile
    itertools.dropwhile itertools.groupby
    """
)
