"""What can go wrong, as types: each carries a text that a user can act on."""

from __future__ import annotations


class LintExitstackError(Exception):
    """The base of every error that this package raises on purpose."""


class UsageError(LintExitstackError):
    """The call or the configuration must be mended by the user (exit code 2)."""


class SourceError(LintExitstackError):
    """A file can't be analysed; `line` and `column` (1-based, 0-based) say where."""

    def __init__(self, message: str, line: int = 1, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column

    def __reduce__(self) -> tuple[type[SourceError], tuple[str, int, int]]:
        """Pickle with the position: findings travel between processes."""
        return type(self), (self.message, self.line, self.column)


class UnreadableSourceError(SourceError):
    """The bytes aren't text in their declared encoding, or hold null bytes."""


class UnparsableSourceError(SourceError):
    """The text isn't Python to the parser of the running interpreter."""


class GuardError(LintExitstackError):
    """A rewrite failed its own proof: `guard` names the check, the text says what it saw."""

    def __init__(self, guard: str, detail: str) -> None:
        super().__init__(f"{guard}: {detail}")
        self.guard = guard
        self.detail = detail
