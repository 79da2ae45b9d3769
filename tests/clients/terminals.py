"""The surroundings of a program on a terminal, wherever the suite itself runs."""

import os


def environment(**more: str) -> dict[str, str]:
    """The variables of a usual terminal: whether this suite runs in CI is no matter."""
    usual = {key: value for key, value in os.environ.items() if key not in ("CI", "NO_COLOR")}
    return usual | {"TERM": "xterm-256color", "COLUMNS": "80", **more}
