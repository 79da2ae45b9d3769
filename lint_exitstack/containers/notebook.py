"""Jupyter notebooks: their code cells as one module, put back without touching anything else."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple

from lint_exitstack.containers.container import Changed, Home, Part
from lint_exitstack.containers.magics import Magics
from lint_exitstack.containers.notebook_json import items, members, rewritten, written_at
from lint_exitstack.containers.texts import decoded
from lint_exitstack.model.cells import CELL, CellSource, free_mark
from lint_exitstack.model.errors import UnparsableSourceError, UnreadableSourceError
from lint_exitstack.model.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lint_exitstack.containers.notebook_json import Value, Written

_VERSIONS = (3, 4)
_LINE_NUMBER = re.compile(r"(?<=\bline )\d+")
_SOURCE = {3: "input", 4: "source"}


class Cell(NamedTuple):
    """A code cell, numbered from 1 among all cells: its text and where that is written.

    `python` is that text with marks for what isn't Python; it ends its last line in any case.
    """

    number: int
    written: Written
    text: str
    python: str


class Notebook:
    """A notebook of format 3 or 4; one in another language has no parts."""

    tolerant = False

    def __init__(self, data: bytes, path: str) -> None:
        """Read it; raises UnreadableSourceError."""
        self.data = data
        self.document = decoded(data)
        version = _validated(self.document)
        found = list(_code_cells(self.document, version)) if _speaks_python(self.document) else []
        self._newlines = [place.start() for place in re.finditer("\n", self.document)]
        self.magics = Magics(free_mark([written.text for _, written in found]))
        ends = (Source.from_text(written.text) for _, written in found)
        self._newline = next((each.newline for each in ends if len(each.lines) > 1), "\n")
        self.cells = tuple(self._cells(found))
        self.parts: tuple[Part, ...] = (self._part(path),) if self.cells else ()

    def _cells(self, found: list[tuple[int, Written]]) -> Iterator[Cell]:
        for number, written in found:
            text = written.text
            python = self.magics.masked(text) if text.strip() else None
            if python is not None:
                yield Cell(number, written, text, _ended(python, self._newline))

    def _part(self, path: str) -> Part:
        source = CellSource.from_text(
            "".join(cell.python + self._border for cell in self.cells), path
        )
        source.mark = self.magics.mark
        source.embedded = True
        homes: list[Home] = []
        problem = None
        for cell in self.cells:
            alone = CellSource.from_text(cell.python, path)
            if problem is None:
                problem = _problem(alone, len(homes))
            homes.extend(self._homes(cell, alone))
            # The mark behind a cell is where lines are added to it.
            homes.append(homes[-1]._replace(row=homes[-1].row + 1))
        return Part(source, tuple(homes), problem=problem)

    @property
    def _border(self) -> str:
        return f"{self.magics.mark}.{CELL}\n"

    def _homes(self, cell: Cell, alone: CellSource) -> Iterator[Home]:
        starts = CellSource.from_text(cell.text).line_starts
        for row, start in enumerate(starts[: len(alone.lines) - 1], 1):
            line = bisect_right(self._newlines, cell.written.place(start)) + 1
            yield Home(line, 0, cell.number, row)

    def written(self, texts: Sequence[str]) -> bytes:
        """Return the notebook with the text of its one part, each cell in its place."""
        document = self.document
        for cell, text in reversed(list(zip(self.cells, self._texts(texts), strict=True))):
            if text != cell.text:
                new = rewritten(document, cell.written, text)
                document = document[: cell.written.start] + new + document[cell.written.end :]
        bom = codecs.BOM_UTF8 if self.data.startswith(codecs.BOM_UTF8) else b""
        return bom + document.encode()

    def _texts(self, texts: Sequence[str]) -> Iterator[str]:
        for text in texts:
            pythons = re.split(f"^{re.escape(self._border)}", text, flags=re.MULTILINE)
            for cell, python in zip(self.cells, pythons[:-1], strict=True):
                ended = cell.text.endswith(("\n", "\r"))
                bare = python.removesuffix("\n").removesuffix("\r")
                yield self.magics.restored(python if ended else bare)

    def pieces(self, text: str) -> tuple[str, ...]:
        return tuple(cell for cell in self._texts((text,)) if cell.strip())

    def shown(self, text: str) -> str:
        return self.magics.restored(text)

    def changes(self, data: bytes) -> tuple[Changed, ...]:
        texts = {cell.number: cell.text for cell in Notebook(data, "").cells}
        return tuple(
            Changed(f":cell {cell.number}", _ended(cell.text), _ended(texts.get(cell.number, "")))
            for cell in self.cells
            if cell.text != texts.get(cell.number)
        )


def _ended(text: str, newline: str = "\n") -> str:
    """End the last line: no cell has a final line end, and nobody wants to be told so."""
    return text if text.endswith(("\n", "\r")) else f"{text}{newline}"


def _problem(cell: CellSource, before: int) -> UnparsableSourceError | None:
    """Return what is wrong with a cell by itself: two halves must not make a whole."""
    try:
        _ = cell.tree
    except UnparsableSourceError as error:
        line = min(error.line, len(cell.lines) - 1)
        message = _LINE_NUMBER.sub(lambda number: str(int(number[0]) + before), error.message)
        return UnparsableSourceError(message, before + line, error.column)
    return None


def _validated(document: str) -> int:
    """Return the version of the format; raises UnreadableSourceError."""
    import nbformat
    from nbformat import reader
    from nbformat.validator import iter_validate

    reads: Callable[[str], Any] = reader.reads
    errors: Callable[..., Iterator[Exception]] = iter_validate
    try:
        notebook = reads(document)
        version = notebook.get("nbformat", 1)
        if version not in _VERSIONS:
            text = f"this notebook has format {version}: only 3 and 4 can be checked"
            raise UnreadableSourceError(text)
        wrong = next(errors(notebook, relax_add_props=True), None)
    except (reader.NotJSONError, RecursionError, AttributeError) as error:
        raise UnreadableSourceError("this is no notebook: it isn't an object in JSON") from error
    except (nbformat.ValidationError, nbformat.NBFormatError, TypeError, KeyError) as error:
        raise UnreadableSourceError(f"the notebook is invalid: {_first_line(error)}") from error
    if wrong is not None:
        place = "".join(f"[{step!r}]" for step in getattr(wrong, "path", ()))
        text = f"{_first_line(wrong)} at {place}" if place else _first_line(wrong)
        raise UnreadableSourceError(f"the notebook is invalid: {text}")
    return int(version)


def _first_line(error: Exception) -> str:
    line = str(error).strip().partition("\n")[0].rstrip(":")
    return line.removeprefix("The notebook is invalid and ")


def _speaks_python(document: str) -> bool:
    top = members(document, document.index("{"))
    metadata: Any = top["metadata"].value if "metadata" in top else {}
    languages = (
        metadata.get("language_info", {}).get("name"),
        metadata.get("kernelspec", {}).get("language"),
    )
    named = next((language for language in languages if language), "python")
    return str(named).lower() in ("python", "ipython")


def _code_cells(document: str, version: int) -> Iterator[tuple[int, Written]]:
    top = members(document, document.index("{"))
    arrays = [top["cells"]] if "cells" in top else list(_worksheets(document, top))
    cells = (cell for array in arrays for cell in items(document, array.start))
    for number, cell in enumerate(cells, 1):
        value: Any = cell.value
        if value.get("cell_type") == "code" and _is_python(value):
            source = members(document, cell.start)[_SOURCE[version]]
            yield number, written_at(document, source.start)


def _worksheets(document: str, top: dict[str, Value]) -> Iterator[Value]:
    """Format 3 keeps its cells in sheets."""
    if "worksheets" in top:
        for sheet in items(document, top["worksheets"].start):
            yield members(document, sheet.start)["cells"]


def _is_python(cell: dict[str, Any]) -> bool:
    """Whether a cell is in the language of the notebook: some editors mix them."""
    editor = cell.get("metadata", {}).get("vscode")
    own = editor.get("languageId") if isinstance(editor, dict) else None
    languages = (cell.get("language"), own)
    return all(str(language).lower() == "python" for language in languages if language)
