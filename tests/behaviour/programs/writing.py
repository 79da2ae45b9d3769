"""Writes the lines of one program: indentation, comments, blank lines, what a formatter would undo."""

from contextlib import contextmanager

from hypothesis import strategies as st

UNITS = ("    ", "  ", "   ", "\t", " ")
PRAGMAS = ("noqa: F841", "type: ignore", "pragma: no cover", "nosec", "fmt: skip")
MOST_STATEMENTS = 16
DEEPEST = 6


class Writer:
    """The program so far, and where in it the next statement goes."""

    def __init__(self, draw, kind):
        self.draw = draw
        self.kind = kind
        self.lines = []
        self.indent = ""
        self.depth = 0
        self.loops = 0
        self.statements = 0
        self.labels = {}
        self.exceptions = ["ValueError", "KeyError", "LookupError", "OSError"]
        self.names = ["x", "y", "z"]
        self.suppress = None
        # How odd the whole program is; small numbers shrink to tidy code.
        self.oddity = draw(st.integers(0, 3))

    @property
    def awaits(self):
        return self.kind in {"async", "agen"}

    @property
    def yields(self):
        return self.kind in {"gen", "agen"}

    @property
    def in_function(self):
        return self.kind not in {"module", "class"}

    @property
    def full(self):
        return self.statements >= MOST_STATEMENTS or self.depth >= DEEPEST

    def pick(self, *options):
        """One of these; the first ones are what shrinking prefers."""
        return self.draw(st.sampled_from(options))

    def chance(self, one_in):
        """True once in so many times."""
        return self.draw(st.integers(1, one_in)) == one_in

    def odd(self, one_in):
        """True once in so many times in programs that are odd at all."""
        return self.oddity > 0 and self.chance(one_in * 4 // (self.oddity + 1))

    def label(self, prefix):
        """A label that nothing else in the program has."""
        number = self.labels[prefix] = self.labels.get(prefix, 0) + 1
        return f'"{prefix}{number}"'

    def name(self):
        """One of the few names that the program binds and reads."""
        return self.pick(*self.names)

    def raw(self, text):
        """One physical line at the present indentation."""
        self.lines.append(f"{self.indent}{text}" if text else "")

    def comment(self):
        """The text of a comment, sometimes a pragma."""
        if self.odd(4):
            return f"# {self.pick(*PRAGMAS)}"
        return f"# note {self.label('n')[2:-1]}"

    def trailing(self):
        """What may stand at the end of a line."""
        if self.odd(6):
            return f"{self.pick('  ', ' ', '')}{self.comment()}"
        return ""

    def above(self):
        """What may stand above a statement: blank lines, comments at any depth, form feeds."""
        if self.odd(9):
            self.raw(self.comment())
        if self.odd(12):
            self.lines.append(self.pick("", "   ", "# far left"))
        if self.odd(40):
            self.lines.append("\f")

    def line(self, text):
        """One simple statement; now and then it shares its line."""
        self.statements += 1
        self.above()
        if self.odd(25):
            text = f"{text}; call({self.label('c')})"
        elif self.odd(30):
            text += ";"
        self.raw(text + self.trailing())

    @contextmanager
    def block(self, header):
        """A compound statement's header, then its suite."""
        self.statements += 1
        self.above()
        self.raw(f"{header}:{self.trailing()}")
        with self.suite():
            yield

    def one_line(self, header, body):
        """A compound statement whose suite stands on the same line."""
        self.statements += 1
        self.above()
        self.raw(f"{header}: {body}{self.trailing()}")

    @contextmanager
    def suite(self):
        """One level deeper, by an indentation of its own; something is always in it."""
        outside, self.indent = (
            self.indent,
            self.indent + (self.pick(*UNITS) if self.odd(2) else UNITS[0]),
        )
        self.depth += 1
        start = len(self.lines)
        yield
        if not any(is_code(line) for line in self.lines[start:]):
            self.raw("pass")
        if self.odd(10):
            self.raw(self.comment())
        self.indent = outside
        self.depth -= 1
        if self.odd(14):
            self.raw(self.comment())

    def text(self):
        """The program, with one kind of line end; sometimes the last line isn't ended."""
        newline = self.pick("\n", "\n", "\r\n") if self.oddity > 1 else "\n"
        text = newline.join(self.lines)
        # The line end inside a string is part of the program too: joined all the same.
        text = text.replace("\r\n", "\n").replace("\n", newline)
        return text if self.odd(8) and not text.endswith("#") else text + newline


def is_code(line):
    """Is there more on this line than blanks and a comment?"""
    stripped = line.strip()
    return bool(stripped) and not stripped.startswith("#")
