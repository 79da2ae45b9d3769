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
    |(?P<assigned>(?<![=!<>:])=[ \t]*(?=[%!]))
    |.""",
    re.VERBOSE | re.DOTALL,
)


class _Statement(NamedTuple):
    """Where a logical line ends; where in it what isn't Python begins, if it has such a part."""

    end: int
    foreign: int | None = None


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
            statement = _statement(text, start)
            begin = statement.foreign
            if begin is None:
                yield text[start : statement.end]
                start = statement.end
                continue
            end = _joined_end(text, begin)
            yield text[start:begin] + self._mark(text[begin:end])
            start = end

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
    """Read the logical line at `start`."""
    escaped = _ESCAPED.match(text, start)
    if escaped is not None:
        return _Statement(escaped.end(), escaped.end())
    statement = _logical(text, start)
    if _AUTOMATIC.match(text, start) and not _is_python(text[start : statement.end]):
        return _Statement(statement.end, _behind_indent(text, start))
    return statement


def _logical(text: str, start: int) -> _Statement:
    depth = 0
    foreign = None
    for token in _TOKEN.finditer(text, start):
        match token.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth = max(depth - 1, 0)
            case "help":
                foreign = _behind_indent(text, start)
            case "assigned" if not depth:
                return _Statement(token.end(), token.end())
            case "end" if foreign is not None or not depth:
                return _Statement(token.end(), foreign)
    return _Statement(len(text), foreign)


def _behind_indent(text: str, start: int) -> int:
    rest = text[start:]
    return start + len(rest) - len(rest.lstrip(" \t"))


def _joined_end(text: str, start: int) -> int:
    """Return the end of a line and of those that backslashes join to it."""
    end = start
    while end < len(text):
        line = _LINE.match(text, end)
        end = len(text) if line is None else line.end()
        if line is None or not line.group().rstrip("\r\n").endswith("\\"):
            break
    return end


def _is_python(statement: str) -> bool:
    try:
        return bool(Source.from_text(statement.lstrip(" \t")).tree)
    except UnparsableSourceError:
        return False
