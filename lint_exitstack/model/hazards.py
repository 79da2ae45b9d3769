"""The names of hazards: stable, shown to users, accepted by name in the configuration."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

# What a rewrite with this hazard may change. A project may accept any of these.
MAY_DIFFER: Final = MappingProxyType(
    {
        "exit-chain": "when an exit raises after a clean body, contextlib's stack drops earlier "
        "errors from its context; nested `with` keeps them (python/cpython#102201)",
        "swallowed-exit": "a jump out of the body goes on although an exit raised and another "
        "one swallowed that; after nested `with` the code behind would run",
        "exception-group": "from Python 3.12 `suppress` also takes members out of exception "
        "groups; `except` doesn't",
        "early-evaluation": "an expression is evaluated before the body instead of on exit or "
        "on error",
        "subclass-hook": "`suppress` honours subclass hooks of exception classes, `except` doesn't",
        "rebound-name": "the name may mean another object at exit than at entry",
        "unknown-exit": "what this object's `with` does on exit isn't known to be what the code "
        "did by hand",
        "runs-more": "cleanups run that an earlier failure, an early exit or a guard used to skip",
        "wider-catch": "the cleanup also runs for exceptions that the handler let pass",
        "pragma-moved": "a pragma comment can't stay on the line that it speaks about",
        "public-name": "a name that others may use would appear or change",
        "read-later": "a name that the old form left or made unbound is read afterwards",
        "intent": "the code does something else than its author can have meant",
    }
)

# Why there is no rewrite at all. Nothing can be accepted here.
FORBIDS: Final = MappingProxyType(
    {
        "target-version": "the target version of Python lacks what the new code needs",
        "class-body": "a new name in a class body would become an attribute",
        "name-conflict": "the name to import means something else here",
        "bootstrap-module": "contextlib itself imports this module: importing it back would break "
        "the interpreter's start",
        "statement-layout": "the statement shares its lines with others or has a layout that "
        "can't be rewritten faithfully",
        "notebook-cell": "the lines that would change reach over cells of a notebook, hold a magic "
        "or a shell command, or decide what the cell shows",
        "too-deep": "the code is nested too deeply to be rewritten",
        "no-rewrite": "there is no form that would do the same",
    }
)
