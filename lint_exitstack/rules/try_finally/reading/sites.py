"""Where in a `try` a name is bound, and what stands around each such place."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.semantics.flow import LOOPS, WITHS, named_blocks
from lint_exitstack.semantics.names import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NEW_FRAMES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_Path = tuple[tuple[ast.stmt, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A statement in a `try`; `path` are the statements around it, with the block of each."""

    statement: ast.stmt
    path: _Path

    @property
    def loop(self) -> ast.stmt | None:
        """The outermost loop that may run the statement more than once."""
        return next((n for n, part in self.path if isinstance(n, LOOPS) and part == "body"), None)

    @property
    def context(self) -> ast.With | ast.AsyncWith | None:
        """The outermost `with` around the statement."""
        return next((n for n, _ in self.path if isinstance(n, WITHS)), None)

    def excludes(self, other: Site) -> bool:
        """Whether one run of the `try` never comes to both statements: branches of one choice."""
        for (mine, part), (theirs, elsewhere) in zip(self.path, other.path, strict=False):
            if mine is not theirs:
                return False
            if part != elsewhere:
                return isinstance(mine, (ast.If, ast.Match))
        return False


def statements_in(node: ast.Try) -> Iterator[Site]:
    """Yield the statements of a `try` in its frame, but for those of its `finally`."""
    pending: list[tuple[Sequence[ast.stmt], _Path]] = [
        (block, ((node, part),)) for part, block in named_blocks(node) if part != "finalbody"
    ]
    while pending:
        block, path = pending.pop()
        for statement in block:
            yield Site(statement, path)
            if isinstance(statement, _NEW_FRAMES):
                continue
            for part, inner in named_blocks(statement):
                pending.append((inner, (*path, (statement, part))))


def sites_of(name: str, node: ast.Try) -> tuple[Site, ...]:
    """Return the statements of the `try` that bind or unbind `name` themselves, by position."""
    found = [site for site in statements_in(node) if _binds(name, site.statement)]
    return tuple(sorted(found, key=lambda site: (site.statement.lineno, site.statement.col_offset)))


def _binds(name: str, statement: ast.stmt) -> bool:
    """Whether the statement binds `name`, those in its blocks left out."""
    if isinstance(statement, _NEW_FRAMES) and statement.name == name:
        return True
    pending = _parts(statement)
    while pending:
        here = pending.pop()
        if isinstance(here, ast.Name) and here.id == name and not isinstance(here.ctx, ast.Load):
            return True
        if isinstance(here, ast.ExceptHandler) and here.name == name:
            return True
        if isinstance(here, ast.alias) and (here.asname or here.name.partition(".")[0]) == name:
            return True
        if isinstance(here, (ast.MatchAs, ast.MatchStar)) and here.name == name:
            return True
        if isinstance(here, ast.MatchMapping) and here.rest == name:
            return True
        if not isinstance(here, ast.Lambda):
            pending.extend(_parts(here))
    return False


def _parts(node: ast.AST) -> list[ast.AST]:
    return [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]


def acquired_by(name: str, statement: ast.stmt) -> ast.expr | None:
    """Return what a statement assigns to `name` and maybe to other names, None for the rest."""
    if isinstance(statement, ast.AnnAssign):
        return statement.value if dotted(statement.target) == name else None
    if not isinstance(statement, ast.Assign):
        return None
    plain = all(isinstance(target, (ast.Name, ast.Attribute)) for target in statement.targets)
    named = [target for target in statement.targets if dotted(target) == name]
    return statement.value if plain and len(named) == 1 else None


def called(value: ast.expr | None) -> ast.expr | None:
    """Return what is awaited, or the value itself."""
    return value.value if isinstance(value, ast.Await) else value


def obstacles(name: str, sites: Sequence[Site]) -> Iterator[tuple[ast.stmt, str]]:
    """Yield what keeps these statements from each acquiring what is released once, at the end."""
    for site in sites:
        why = _why_not(name, site)
        if why:
            yield site.statement, why
    for index, site in enumerate(sites):
        for other in sites[index + 1 :]:
            if not site.excludes(other):
                again = f"`{name}` may be acquired again on line {other.statement.lineno}"
                yield other.statement, f"{again}, and only the last one is closed"


def _why_not(name: str, site: Site) -> str:
    statement = site.statement
    value = acquired_by(name, statement)
    if isinstance(value, ast.Constant) or isinstance(statement, ast.Delete):
        return (
            f"`{name}` is set anew on line {statement.lineno}, and the guard asks what it is then"
        )
    if not isinstance(called(value), ast.Call):
        return f"line {statement.lineno} gives `{name}` what may belong to somebody else"
    if site.loop is not None:
        return f"`{name}` is acquired in a loop, and only the last one is closed"
    if site.context is not None and not _is_simple(site.context):
        return f"the `with` on line {site.context.lineno} ends before `{name}` is closed"
    return ""


def _is_simple(node: ast.With | ast.AsyncWith) -> bool:
    """Whether a `with` only enters what was there before: a lock, nothing that it gives."""
    return all(
        isinstance(item.context_expr, (ast.Name, ast.Attribute)) and item.optional_vars is None
        for item in node.items
    )
