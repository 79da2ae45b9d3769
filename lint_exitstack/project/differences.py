"""A change as a unified diff that `patch` and `git apply` take."""

from __future__ import annotations

import difflib
import re

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def unified_diff(old: str, new: str, name: str) -> str:
    """Return the difference between two texts of the file `name`; empty if there is none."""
    rows = difflib.unified_diff(_LINE.findall(old), _LINE.findall(new), name, name)
    return "".join(row if row.endswith(("\n", "\r")) else f"{row}\n{_NO_END}" for row in rows)


_NO_END = "\\ No newline at end of file\n"
