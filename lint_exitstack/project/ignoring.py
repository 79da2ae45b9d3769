"""Writing `# exitstack: ignore[...]` behind code whose findings are to be left as they are."""

from __future__ import annotations

import io
import re
import tokenize
from collections import defaultdict
from typing import TYPE_CHECKING

from lint_exitstack.checking import checked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.source import Source
    from lint_exitstack.settings import Settings

_OURS = re.compile(r"(#\s*exitstack:\s*ignore\s*\[)([^\]#]+)\]")
# These speak about comments, or about files in which no comment can be trusted.
_BEYOND_COMMENTS = ("XIT0", "XIT9")


def with_ignores(
    source: Source,
    settings: Settings,
    reason: str = "",
    only: Iterable[Finding] | None = None,
) -> tuple[Source, tuple[Finding, ...]]:
    """Return the source with a comment for each finding, and the findings that got one.

    `only` are those findings of the source to ignore that the caller already knows (None: all).
    """
    findings = tuple(
        finding
        for finding in (checked(source, settings) if only is None else only)
        if not finding.code.startswith(_BEYOND_COMMENTS)
    )
    if not findings:
        return source, ()
    changed = source.with_text(_with_comments(source, findings, reason))
    # A promise rather than a hope: the program is the same, token for token.
    if _code(changed) != _code(source):
        return source, ()
    left = {_place(finding) for finding in checked(changed, settings)}
    placed = tuple(finding for finding in findings if _place(finding) not in left)
    return (changed, placed) if placed else (source, ())


def _place(finding: Finding) -> tuple[str, int]:
    return finding.code, finding.line


def _with_comments(source: Source, findings: Iterable[Finding], reason: str) -> str:
    ranges = source.joined_lines
    codes: defaultdict[int, list[str]] = defaultdict(list)
    for finding in findings:
        # Behind the last of lines joined by backslashes or a string: elsewhere it would be code.
        line = ranges.get(finding.line, range(finding.line, finding.line + 1))[-1]
        if finding.code not in codes[line]:
            codes[line].append(finding.code)
    text, lines, starts = source.text, source.lines, source.line_starts
    for line in sorted(codes, reverse=True):
        start = starts[line - 1]
        end = start + len(lines[line - 1])
        comment = source.comment_at.get(line)
        column = None if comment is None else comment.column
        text = text[:start] + _row(lines[line - 1], column, codes[line], reason) + text[end:]
    return text


def _row(line: str, comment: int | None, codes: list[str], reason: str) -> str:
    old = None if comment is None else _OURS.search(line, comment)
    if old is not None:
        items = [item for item in re.split(r"[,\s]+", old[2].strip()) if item not in codes]
        merged = ", ".join(sorted([*items, *codes]))
        return f"{line[: old.start()]}{old[1]}{merged}]{line[old.end() :]}"
    words = f" {reason}" if reason else ""
    return f"{line.rstrip()}  # exitstack: ignore[{', '.join(sorted(codes))}]{words}"


def _code(source: Source) -> list[tuple[int, str]]:
    """Return the tokens that make up the program: equal ones parse to equal trees.

    Whatever the parser has taken, the tokenizer takes.
    """
    readline = io.StringIO("\n".join(source.lines), newline="\n").readline
    layout = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE)
    return [
        (token.type, token.string)
        for token in tokenize.generate_tokens(readline)
        if token.type not in layout
    ]
