"""One pass: rewrites become new text, which has to prove itself before anybody sees it."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from lint_exitstack.model.errors import GuardError, SourceError
from lint_exitstack.rewriting.excerpt import Excerpt, ends_well
from lint_exitstack.rewriting.imports import import_edits, replay_imports
from lint_exitstack.rewriting.region import Region
from lint_exitstack.rewriting.replay import difference, replay
from lint_exitstack.rewriting.surgery import Surgeon
from lint_exitstack.semantics.flow import blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lint_exitstack.model.position import Key
    from lint_exitstack.model.rewrite import Rewrite
    from lint_exitstack.model.source import Source
    from lint_exitstack.rewriting.excerpt import Edit
    from lint_exitstack.rewriting.imports import ImportEdit


class Rewritten(NamedTuple):
    """A source with rewrites carried out, the same with the imports for them alone, and how."""

    source: Source
    importing: Source
    edits: tuple[Edit, ...]


def rewritten(source: Source, rewrites: Sequence[Rewrite], width: int) -> Rewritten:
    """Carry `rewrites` out on `source`; they must not claim the same statements.

    Raises GuardError, with the name of the guard, where the result isn't what it should be.
    """
    imports = _imports(source, rewrites)
    edits = [_import_text(edit) for edit in imports]
    statements = _statements(source, rewrites)
    groups = _regions(rewrites, statements)
    importing = source.with_text(_edited(source.text, edits)) if edits else source
    edits.extend(_region_edit(source, group, statements, width) for group in groups)
    _prove(Excerpt(source, edits, imports), edits, rewrites, imports)
    result = source.with_text(_edited(source.text, edits))
    return Rewritten(result, importing, tuple(sorted(edits)))


def _prove(
    excerpt: Excerpt,
    edits: Sequence[Edit],
    rewrites: Sequence[Rewrite],
    imports: Sequence[ImportEdit],
) -> None:
    """Hold the statements that change against what was to be; raises GuardError."""
    ends_well(edits)
    before = excerpt.source
    after = before.with_text(_edited(before.text, excerpt.edits(edits)))
    _same_comments(before, after, rewrites)
    _same_tree(before, after, rewrites, excerpt.imports(imports))
    _compiles(before, after)


def _imports(source: Source, rewrites: Sequence[Rewrite]) -> list[ImportEdit]:
    needs = {need for rewrite in rewrites for need in rewrite.needs}
    top_level = {node.lineno for node in source.tree.body}
    # A function of a module is called when its imports are done; one of a cell may be called next.
    frames = () if source.embedded else (ast.FunctionDef, ast.AsyncFunctionDef)
    eager = [
        node
        for node in source.tree.body
        if not isinstance(node, frames)
        and any(node.lineno <= r.first.line <= (node.end_lineno or 0) for r in rewrites if r.needs)
    ]
    before = min((node.lineno for node in eager), default=max(top_level, default=1) + 1)
    ordered = sorted(needs, key=lambda need: (need.module, need.name or ""))
    return import_edits(source, ordered, before)


def _import_text(edit: ImportEdit) -> Edit:
    return edit.offset, edit.offset, edit.text


def _regions(rewrites: Sequence[Rewrite], statements: dict[Key, ast.stmt]) -> list[list[Rewrite]]:
    """Group rewrites that stand in one another; the outermost is the first of its group."""
    groups: list[list[Rewrite]] = []
    for rewrite in sorted(rewrites, key=lambda rewrite: rewrite.first):
        if rewrite.last not in statements:
            raise GuardError("keys", f"no {rewrite.last.kind} on line {rewrite.last.line}")
        outer = groups[-1][0] if groups else None
        if outer is not None and rewrite.first.line <= outer.end:
            groups[-1].append(rewrite)
        else:
            groups.append([rewrite])
    return groups


def _statements(source: Source, rewrites: Iterable[Rewrite]) -> dict[Key, ast.stmt]:
    """Return the first and the last statement of each rewrite, by their keys."""
    wanted = {key for rewrite in rewrites for key in (rewrite.first, rewrite.last)}
    lines = {key.line for key in wanted}
    found: dict[Key, ast.stmt] = {}
    pending: list[ast.stmt] = list(source.tree.body)
    while pending:
        node = pending.pop()
        if node.lineno in lines and (key := source.key(node)) in wanted:
            found[key] = node
        if any(node.lineno <= line <= (node.end_lineno or 0) for line in lines):
            for block in blocks_of(node):
                pending.extend(block)
    return found


def _region_edit(
    source: Source, group: Sequence[Rewrite], statements: dict[Key, ast.stmt], width: int
) -> Edit:
    outer = group[0]
    decorators = getattr(statements.get(outer.first), "decorator_list", ())
    first = min([outer.first.line, *(each.lineno for each in decorators)])
    region = Region(source, first, outer.end, outer.first.column)
    surgeon = Surgeon(region, width)
    for rewrite in sorted(group, key=lambda rewrite: rewrite.first, reverse=True):
        surgeon.operate(rewrite)
    text = surgeon.result()
    if region.end == len(source.text) and not source.text.endswith(("\n", "\r")):
        text = text.removesuffix("\n").removesuffix("\r")
    return region.start, region.end, text


def _edited(text: str, edits: Sequence[Edit]) -> str:
    pieces = []
    done = 0
    for start, end, new in sorted(edits):
        pieces += [text[done:start], new]
        done = end
    return "".join([*pieces, text[done:]])


def _same_comments(source: Source, result: Source, rewrites: Sequence[Rewrite]) -> None:
    before = Counter(comment.text for comment in source.comments)
    doubled = [source.comment_at[line].text for rewrite in rewrites for line in rewrite.doubled]
    before.subtract(doubled)
    if any(before[text] < 1 for text in doubled):
        raise GuardError("comments", "one that was said to be doubled isn't")
    after = Counter(comment.text for comment in result.comments)
    lost, new = before - after, after - before
    if lost or new:
        text = next(iter(lost or new))
        raise GuardError("comments", f"{'lost' if lost else 'doubled'}: {text}")


def _same_tree(
    source: Source,
    result: Source,
    rewrites: Sequence[Rewrite],
    imports: Sequence[ImportEdit],
) -> None:
    expected = type(source).from_text(source.text, source.path).tree
    replay(source, expected, rewrites)
    replay_imports(expected, imports)
    try:
        found = difference(expected, result.tree)
    except SourceError as error:
        raise GuardError("parse", f"{error.message} on line {error.line}") from error
    if found is not None:
        raise GuardError("tree", found)


def _compiles(source: Source, result: Source) -> None:
    """Require of the new text that it compiles if the old one does (blocks may nest too deeply)."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if source.embedded else 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(result.text, result.path, "exec", flags, dont_inherit=True)
        except (SyntaxError, RecursionError, MemoryError, ValueError) as error:
            try:
                compile(source.text, source.path, "exec", flags, dont_inherit=True)
            except (SyntaxError, RecursionError, MemoryError, ValueError):
                return
            raise GuardError("compile", str(error)) from error
