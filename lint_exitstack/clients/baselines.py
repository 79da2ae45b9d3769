"""`--baseline write|check`: old findings written down, new ones told apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lint_exitstack.clients.outputs import write_file
from lint_exitstack.project.baseline import compared, read, written
from lint_exitstack.reports._lines import counted

if TYPE_CHECKING:
    import argparse
    from collections import Counter

    from lint_exitstack.clients.console import Console
    from lint_exitstack.model.outcome import FileOutcome
    from lint_exitstack.project.baseline import Entry


def with_baseline(
    outcomes: tuple[FileOutcome, ...], arguments: argparse.Namespace, console: Console
) -> tuple[FileOutcome, ...]:
    """Return what is left to report; raises UsageError."""
    file = Path(arguments.baseline_file).absolute()
    wanted = not (arguments.quiet or arguments.silent)
    if arguments.baseline == "write":
        old: dict[str, Counter[Entry]] = read(file) if file.exists() else {}
        text, count = written(outcomes, old, file.parent)
        write_file(file, [text])
        if wanted:
            console.say(f"Wrote {counted(count, 'finding')} to {arguments.baseline_file}.")
        return compared(outcomes, read(file), file.parent).outcomes
    result = compared(outcomes, read(file), file.parent)
    if wanted and result.known:
        console.say(f"The baseline knows {counted(result.known, 'finding')}.")
    if wanted and result.gone and arguments.changed_since is None:
        gone = counted(result.gone, "finding")
        console.say(f"{gone} of the baseline no longer exist; `--baseline write` forgets them.")
    return result.outcomes
