"""What a rule is: its metadata, what it listens to, and where its documentation stands."""

from __future__ import annotations

import enum
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast
    import re
    from collections.abc import Callable, Iterable

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.rules.context import Context, Place


class Fix(enum.Enum):
    """How often a finding of a rule comes with a rewrite."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that is looked for.

    `check` is called for each statement (or expression) of the types in `nodes`; `trigger` must
    occur in a file for that: it proves many files clean before they are parsed. It is one word or
    two on a line: a pattern that spans lines may take quadratic time.
    """

    code: str
    name: str
    summary: str
    check: Callable[[ast.AST, Place, Context], Iterable[Finding]]
    nodes: tuple[type[ast.AST], ...]
    trigger: re.Pattern[bytes]
    module: str
    default: bool = True
    since: str = "0.1.0"
    fix: Fix = Fix.SOMETIMES

    @property
    def documentation(self) -> str:
        """The rule's page: the docstring of its module."""
        return sys.modules[self.module].__doc__ or ""

    @property
    def family(self) -> str:
        """The folder that the rule lives in."""
        return self.module.split(".")[-2]
