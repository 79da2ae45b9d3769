"""What IPython understands besides Python: lines that become marks, and come back from them."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from lint_exitstack.model.cells import MAGIC, RUN, marks
from lint_exitstack.model.errors import UnparsableSourceError
from lint_exitstack.model.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

# The bodies of these are Python that runs in the notebook's own namespace. `%%timeit` isn't among
# them: its body is there to be measured.
_PYTHON_CELLS = frozenset(("capture", "debug", "ipytest", "prun", "time"))
# These take a cell as Python only when they say so: words that are commands without a percent sign.
_AUTOMATIC = re.compile(
    r"[ \t]*(?:pip3?|conda|mamba|micromamba|uv|ls|ll|cd|cp|mv|rm|cat|mkdir)[ \t]"
)
_BINDS_ANYTHING = re.compile(r"%\s*(?:run|pylab|load|store)\b")
_CELL_MAGIC = re.compile(r"\s*%%\s*(\w+)")
_ESCAPED = re.compile(r"[ \t]*(?=[%!?/,;])")
_ASSIGNED = re.compile(r"[^=#'\"]*[^=!<>#'\"\s][ \t]*=[ \t]*(?=[%!])")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_WORD = re.compile(r"(?<![\w.])([^\W\d]\w*)\b(\s*=(?!=))?")
# Enough of Python's grammar to know where a statement may begin.
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\r\n]*)
    |(?P<string>\"{3}(?:[^\\]|\\.)*?(?:\"{3}|\Z)|'{3}(?:[^\\]|\\.)*?(?:'{3}|\Z)
        |"(?:[^\\"\r\n]|\\.)*"?|'(?:[^\\'\r\n]|\\.)*'?)
    |(?P<open>[(\[{])|(?P<close>[)\]}])
    |(?P<joined>\\(?:\r\n|\r|\n))
    |(?P<end>\r\n|\r|\n)
    |(?P<help>\?)
    |.""",
    re.VERBOSE | re.DOTALL,
)


class _Statement(NamedTuple):
    """Where a logical line stands in a text, and whether a question mark is part of it."""

    start: int
    end: int
    asks: bool


@dataclass
class Magics:
    """Replaces what isn't Python by marks, and remembers it; `mark` is a name that nobody uses."""

    mark: str
    originals: list[str] = field(default_factory=list)

    def masked(self, text: str) -> str | None:
        """Return a cell as Python, line for line; None where it is something else altogether."""
        head = _CELL_MAGIC.match(text)
        if head is not None and head[1] not in _PYTHON_CELLS:
            return None
        pieces = []
        done = 0
        if head is not None:
            line = _LINE.match(text, head.start(1))
            done = len(text) if line is None else line.end()
            lead = len(text) - len(text.lstrip())
            pieces = [text[:lead], self._mark(text[lead:done])]
        return "".join([*pieces, *self._lines(text, done)])

    def restored(self, text: str) -> str:
        """Put everything back that `masked` took out."""
        return marks(self.mark).sub(
            lambda found: self.originals[int(found["number"])] if found["number"] else found[0],
            text,
        )

    def _lines(self, text: str, start: int) -> Iterator[str]:
        while start < len(text):
            begin = self._foreign_from(text, start)
            if begin is None:
                statement = _statement(text, start)
                if not statement.asks:
                    yield text[start : statement.end]
                    start = statement.end
                    continue
                begin = start + _width_of_indent(text, start)
            end = _joined_end(text, begin)
            yield text[start:begin] + self._mark(text[begin:end])
            start = end

    def _foreign_from(self, text: str, start: int) -> int | None:
        """Return where in the line at `start` what isn't Python begins."""
        found = _ESCAPED.match(text, start) or _AUTOMATIC.match(text, start)
        if found is not None and found.re is _AUTOMATIC:
            return None if _is_python(text, start) else start + _width_of_indent(text, start)
        found = found or _ASSIGNED.match(text, start, _line_end(text, start))
        return None if found is None else found.end()

    def _mark(self, original: str) -> str:
        body = original.rstrip("\r\n")
        kind = RUN if _BINDS_ANYTHING.match(body) else MAGIC
        number = len(self.originals)
        self.originals.append(body)
        # Its words may be variables: to leave them out would make them look unused.
        words = dict.fromkeys(
            f"({word} := 0)" if bound else word
            for word, bound in _WORD.findall(body)
            if word.isidentifier() and not keyword.iskeyword(word) and word != "__debug__"
        )
        lines = "\n" * len(re.findall(r"\r\n|\r|\n", body))
        return f"{self.mark}.{kind}({number}, {', '.join(words)}{lines})[0]{original[len(body) :]}"


def _statement(text: str, start: int) -> _Statement:
    depth = 0
    asks = False
    for token in _TOKEN.finditer(text, start):
        match token.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth = max(depth - 1, 0)
            case "help":
                asks = True
            case "end" if asks or not depth:
                return _Statement(start, token.end(), asks)
    return _Statement(start, len(text), asks)


def _width_of_indent(text: str, start: int) -> int:
    line = text[start : _line_end(text, start)]
    return len(line) - len(line.lstrip(" \t"))


def _line_end(text: str, start: int) -> int:
    found = re.compile(r"\r|\n").search(text, start)
    return len(text) if found is None else found.start()


def _joined_end(text: str, start: int) -> int:
    """Return the end of a line and of those that backslashes join to it."""
    end = start
    while end < len(text):
        line = _LINE.match(text, end)
        end = len(text) if line is None else line.end()
        if line is None or not line.group().rstrip("\r\n").endswith("\\"):
            break
    return end


def _is_python(text: str, start: int) -> bool:
    statement = text[start : _statement(text, start).end].lstrip(" \t")
    try:
        return bool(Source.from_text(statement).tree)
    except UnparsableSourceError:
        return False
