"""A rewrite as plain data: which statements go, what stands there instead, made of what.

Everything refers to the original by position, so that two carriers that know nothing of each
other (`rewriting.apply` on LibCST, `rewriting.replay` on `ast`) can be held against each other.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from lint_exitstack.model.position import Key, Span


@dataclass(frozen=True, slots=True)
class Piece:
    """An expression of the original, kept as it is written."""

    span: Span


@dataclass(frozen=True, slots=True)
class Template:
    """A new expression; `$0`, `$1` … in its text stand for its pieces."""

    text: str
    pieces: tuple[Expression, ...] = ()


Expression: TypeAlias = Piece | Template


@dataclass(frozen=True, slots=True)
class Trivia:
    """Lines of the original whose comments (and blank lines) go with a new line of code.

    Of the lines in `above` the comment goes over the new line, be it alone on its line or behind
    code (a line without any gives a blank line); that of line `beside` goes behind the new line.
    """

    above: tuple[int, ...] = ()
    beside: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """The statements under one clause of statement `of`: body, orelse, finalbody, handlers[n]."""

    of: Key
    part: str = "body"


@dataclass(frozen=True, slots=True)
class Suite:
    """Statements of a block of the original, `start` up to `stop`, moved with their comments."""

    block: Block
    start: int = 0
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """One statement of the original, moved with its comments; `trivia` replaces those above it."""

    key: Key
    trivia: Trivia | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A new small statement; `$0`, `$1` … in its text stand for its pieces."""

    text: str
    pieces: tuple[Expression, ...] = ()
    trivia: Trivia = field(default_factory=Trivia)


@dataclass(frozen=True, slots=True)
class Item:
    """`context as target` in a `with` header; `below` are comment lines after the last one."""

    context: Expression
    target: Expression | None = None
    trivia: Trivia = field(default_factory=Trivia)
    below: tuple[int, ...] = ()


class Layout(enum.Enum):
    """How a `with` header is laid out: bare, in parentheses, or there with one item a line."""

    LINE = "line"
    PARENTHESES = "parentheses"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class NewWith:
    """A `with` statement in the layout that its plan chose.

    `footers` are the dissolved blocks whose closing comments end the new body, innermost first.
    """

    items: tuple[Item, ...]
    body: tuple[Statement, ...]
    is_async: bool = False
    layout: Layout = Layout.LINE
    trivia: Trivia = field(default_factory=Trivia)
    footers: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Reshaped:
    """A compound statement of the original, with another body or without its `finally`."""

    key: Key
    body: tuple[Statement, ...] | None = None
    without_finally: bool = False
    trivia: Trivia | None = None
    footers: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class NewTry:
    """A `try` with nothing but a `finally`."""

    body: tuple[Statement, ...]
    finalbody: tuple[Statement, ...]
    trivia: Trivia = field(default_factory=Trivia)


@dataclass(frozen=True, slots=True)
class Swapped:
    """A statement of the original with some of its expressions replaced."""

    key: Key
    swaps: tuple[tuple[Span, Expression], ...]


Statement: TypeAlias = Suite | Kept | Line | NewWith | NewTry | Reshaped | Swapped


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """A name that the new code uses: `from module import name`, or `import module` alone."""

    module: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Statements `first` to `last` of one block become `into`; `last` ends on line `end`.

    `claims` are the statements whose own shape this rewrite takes apart: of two rewrites that
    claim the same one, the outer is carried out first. `fresh` are the names that it brings in.
    `doubled` are lines whose comments go because the same ones stand in what is kept. `places` are
    statements further inside, with what stands instead of each wherever its block goes. `holds` are
    the first and the last statement in the body of the `with` that it ends in: a rewrite that puts
    another `with` in the place of all of them is carried out a round later, to share the header.
    """

    first: Key
    last: Key
    end: int
    into: tuple[Statement, ...]
    claims: frozenset[Key]
    needs: tuple[Need, ...] = ()
    fresh: tuple[str, ...] = ()
    doubled: tuple[int, ...] = ()
    places: tuple[tuple[Key, tuple[Statement, ...]], ...] = ()
    holds: tuple[Key, Key] | None = None
