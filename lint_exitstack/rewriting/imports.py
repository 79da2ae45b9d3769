"""Adds what new code needs to the imports of a module: into a line that is there, or a new one."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lint_exitstack.model.cells import CELL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lint_exitstack.model.rewrite import Need
    from lint_exitstack.model.source import Source

_IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True, slots=True)
class ImportEdit:
    """Put `text` at `offset`; in the tree that is `names` more in the import at `index`.

    Where `new` is set, the import itself is new and stands before the statement at `index`.
    """

    offset: int
    text: str
    index: int
    position: int
    names: tuple[str, ...]
    module: str
    new: bool


def import_edits(source: Source, needs: Iterable[Need], before: int) -> list[ImportEdit]:
    """Return the edits that satisfy `needs` for code that starts on line `before` or later."""
    wanted: dict[str, set[str]] = {}
    edits = []
    for need in needs:
        if need.name is None:
            edits.append(_new_line(source, f"import {need.module}", need.module, (), before))
        else:
            wanted.setdefault(need.module, set()).add(need.name)
    for module, names in sorted(wanted.items()):
        existing = _existing(source.tree, module, before)
        if existing is not None:
            index, node = existing
            edits += _joined(source, index, node, names)
        else:
            line = f"from {module} import {', '.join(sorted(names))}"
            edits.append(_new_line(source, line, module, tuple(sorted(names)), before))
    return edits


def replay_imports(tree: ast.Module, edits: Sequence[ImportEdit]) -> None:
    """Carry the same edits out on a tree whose body still has its original statements."""
    originals = list(tree.body)
    for edit in sorted(edits, key=lambda edit: edit.position, reverse=True):
        if edit.new:
            node = _import_node(edit)
            target = originals[edit.index] if edit.index < len(originals) else None
            at = len(tree.body) if target is None else tree.body.index(target)
            tree.body.insert(at, node)
        else:
            joined = originals[edit.index]
            if isinstance(joined, ast.ImportFrom):
                joined.names[edit.position : edit.position] = map(ast.alias, edit.names)


def _import_node(edit: ImportEdit) -> ast.stmt:
    if edit.names:
        return ast.ImportFrom(edit.module, [ast.alias(name) for name in edit.names], 0)
    return ast.Import([ast.alias(edit.module)])


def _existing(tree: ast.Module, module: str, before: int) -> tuple[int, ast.ImportFrom] | None:
    for index, node in enumerate(tree.body):
        if isinstance(node, ast.ImportFrom) and node.module == module and node.level == 0:
            usable = node.lineno < before and node.names[0].name != "*"
            if usable and not _shares_line(tree, index):
                return index, node
    return None


def _shares_line(tree: ast.Module, index: int) -> bool:
    node = tree.body[index]
    neighbours = [*tree.body[max(index - 1, 0) : index], *tree.body[index + 1 : index + 2]]
    return any(
        other.end_lineno == node.lineno or other.lineno == node.end_lineno for other in neighbours
    )


def _joined(
    source: Source, index: int, node: ast.ImportFrom, wanted: Iterable[str]
) -> Iterator[ImportEdit]:
    """Put names where they sort among the names of an import."""
    present = [alias.name for alias in node.names]
    groups: dict[int, list[str]] = {}
    for name in sorted(wanted):
        place = sum(other.lower() < name.lower() for other in present)
        groups.setdefault(place if _sorted(present) else len(present), []).append(name)
    for place, names in groups.items():
        offset, text, at = _inserted(source, node, place, names)
        yield ImportEdit(offset, text, index, at, tuple(names), node.module or "", new=False)


def _inserted(
    source: Source, node: ast.ImportFrom, place: int, names: list[str]
) -> tuple[int, str, int]:
    """Return (offset, text, index among the names) for names that should go to `place`."""
    neighbour = node.names[max(place - 1, 0)]
    span = source.span(neighbour)
    row = _row_indent(source, node, neighbour)
    joint = " " if row is None else source.newline + row
    if place == 0:
        return source.offset(span.start), "".join(f"{name},{joint}" for name in names), 0
    rest = source.lines[span.end.line - 1][span.end.column :].strip()
    behind = rest.removeprefix(",").lstrip()
    if row is not None and behind != rest and (not behind or behind.startswith("#")):
        # A comment behind the comma goes on speaking about its own name.
        lines = "".join(f"{row}{name},{source.newline}" for name in names)
        return source.line_starts[span.end.line], lines, place
    if row is not None and rest.startswith("#"):
        lines = "".join(f"{name},{joint}" for name in names)
        return source.offset(span.start), lines, place - 1
    return source.offset(span.end), "".join(f",{joint}{name}" for name in names), place


def _sorted(names: list[str]) -> bool:
    return [name.lower() for name in names] == sorted(name.lower() for name in names)


def _row_indent(source: Source, node: ast.ImportFrom, name: ast.alias) -> str | None:
    """Return what stands before `name` if each name has a line of its own, else None."""
    before = source.lines[name.lineno - 1][: name.col_offset]
    rows = len({alias.lineno for alias in node.names}) == len(node.names)
    return before if rows and node.lineno != name.lineno and not before.strip() else None


def _new_line(
    source: Source, text: str, module: str, names: tuple[str, ...], before: int
) -> ImportEdit:
    body = source.tree.body
    index = _insertion_index(source, module, before, from_form=bool(names))
    newline = source.newline
    if index < len(body) and index > 0 and _follows_section(source, index, module):
        return ImportEdit(
            _line_after(source, body[index - 1]), text + newline, index, 0, names, module, new=True
        )
    previous = body[index - 1] if index else None
    if index < len(body):
        node = body[index]
        offset = source.line_starts[_first_line(node) - 1]
        if source.foreign.get(node.lineno) == CELL:
            # The imports end their cell: what follows is the next one.
            text = newline + text + newline
            return ImportEdit(offset, text, index, 0, names, module, new=True)
        if isinstance(node, _IMPORTS) and _section(node) == _section_of(module):
            return ImportEdit(offset, text + newline, index, 0, names, module, new=True)
        offset = _above_comments(source, node, previous)
        gap = newline
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            gap = newline * 2
        lead = ""
        is_first = previous is None or previous.lineno in source.foreign
        if previous is not None and not is_first and offset == _line_after(source, previous):
            lead = newline
        text = lead + text + newline + gap
        return ImportEdit(offset, text, index, 0, names, module, new=True)
    offset = len(source.text)
    lead = "" if not source.text or source.text.endswith(("\n", "\r")) else newline
    return ImportEdit(offset, lead + text + newline, index, 0, names, module, new=True)


def _line_after(source: Source, node: ast.stmt) -> int:
    line = node.end_lineno or node.lineno
    # An indented comment goes on from the one behind the statement.
    while line < len(source.lines) and source.lines[line].lstrip().startswith("#"):
        if not source.lines[line][0].isspace():
            break
        line += 1
    return source.line_starts[line]


def _above_comments(source: Source, node: ast.stmt, previous: ast.stmt | None) -> int:
    """Return the start of the comment block that stands directly above `node`."""
    line = _first_line(node)
    floor = previous.end_lineno or 0 if previous is not None else 0
    if previous is None and not source.embedded:
        floor = _prologue(source)
    while line - 1 > floor and source.lines[line - 2].startswith("#"):
        line -= 1
    if previous is None and line - 1 == floor and not source.embedded:
        line = _first_line(node)
    return source.line_starts[line - 1]


def _prologue(source: Source) -> int:
    """Return how many lines at the top are shebang, encoding cookie or licence comments."""
    count = 0
    while count < len(source.lines) and source.lines[count].startswith("#"):
        count += 1
    return count


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _follows_section(source: Source, index: int, module: str) -> bool:
    """Whether the new line ends a section of imports that it belongs to."""
    previous = source.tree.body[index - 1]
    return isinstance(previous, _IMPORTS) and _section(previous) == _section_of(module)


def _insertion_index(source: Source, module: str, before: int, *, from_form: bool) -> int:
    """Return the index of the top-level statement that the new import goes before."""
    body = source.tree.body
    start = run = _start(source, before)
    while run < len(body) and isinstance(body[run], _IMPORTS) and body[run].lineno < before:
        run += 1
    imports = body[start:run]
    wanted = _section_of(module)
    same = [i for i, node in enumerate(imports, start) if _section(node) == wanted]
    if not same:
        earlier = [i for i, node in enumerate(imports, start) if _section(node) < wanted]
        return _own_line(source, earlier[-1] + 1 if earlier else start, start)
    # Only the first unbroken run of the section counts: others have their own reasons.
    last = same[0]
    while last + 1 in same:
        last += 1
    rank = _sort_key(imports[same[0] - start : last + 1 - start])
    mine = rank(module, from_form)
    place = same[0]
    for i in range(same[0], last + 1):
        if rank(*_name_and_form(body[i])) < mine:
            place = i + 1
    return _own_line(source, place, start)


def _start(source: Source, before: int) -> int:
    """Return the index of the first statement that imports may stand before."""
    body = source.tree.body
    start = 0
    if source.foreign:
        imports = (
            index
            for index, node in enumerate(body)
            if isinstance(node, _IMPORTS) and node.lineno < before and not _is_prelude(node, index)
        )
        # Where the notebook has its imports, or else at the top of the cell that needs one.
        start = next(imports, -1)
        if start >= 0:
            return start
        start = _cell_start(source, before)
    while start < len(body) and _is_prelude(body[start], start):
        start += 1
    return start


def _cell_start(source: Source, before: int) -> int:
    """Return the index of the first statement of Python in the cell around line `before`."""
    start = 0
    for index, node in enumerate(source.tree.body):
        if node.lineno > before:
            break
        kind = source.foreign.get(node.lineno)
        # A magic at the top of a cell stays there: some must.
        if kind == CELL or (kind is not None and start == index):
            start = index + 1
    return start


def _own_line(source: Source, index: int, floor: int) -> int:
    """Return the next index, down to `floor`, whose statement doesn't share its first line."""
    body = source.tree.body
    while floor < index < len(body) and body[index].lineno == (body[index - 1].end_lineno or 0):
        index -= 1
    return index


def _is_prelude(node: ast.stmt, index: int) -> bool:
    if index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return isinstance(node.value.value, str)
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _section_of(module: str) -> int:
    return 0 if module.partition(".")[0] in sys.stdlib_module_names else 1


def _section(node: ast.stmt) -> int:
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return -1
    if isinstance(node, ast.ImportFrom):
        return 2 if node.level else _section_of(node.module or "")
    return _section_of(node.names[0].name) if isinstance(node, ast.Import) else 3


def _name_and_form(node: ast.stmt) -> tuple[str, bool]:
    if isinstance(node, ast.ImportFrom):
        return node.module or "", True
    return (node.names[0].name if isinstance(node, ast.Import) else ""), False


def _sort_key(imports: Sequence[ast.stmt]) -> Callable[[str, bool], tuple[object, ...]]:
    """Return the order that a run of imports keeps: plain ones first, or by module alone."""
    forms = [_name_and_form(node)[1] for node in imports]
    plain_first = forms == sorted(forms)
    return lambda name, form: (form and plain_first, name.lower(), form)
