"""The program `lint-exitstack`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from lint_exitstack.clients.console import Console
from lint_exitstack.clients.interrupts import obeyed

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE_ERROR = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code: 0 clean, 1 findings, 2 an error to mend."""
    console = Console.standard()
    # Nothing large is imported before: from here on Ctrl-C is answered in one line.
    with obeyed(console):
        return _run(sys.argv[1:] if argv is None else argv, console)


def _run(argv: Sequence[str], console: Console) -> int:
    from lint_exitstack.model.errors import UsageError

    try:
        status = _command(argv, console)
        console.out.flush()
    except UsageError as error:
        console.fail(str(error))
        return USAGE_ERROR
    except BrokenPipeError:
        # The reader of our output has seen enough; the interpreter must not flush again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _command(argv: Sequence[str], console: Console) -> int:
    from lint_exitstack.clients.arguments import parse

    arguments = parse(argv)
    if arguments.command == "rule":
        from lint_exitstack.clients.rule_command import explain

        return explain(arguments, console)
    if arguments.command == "server":
        from lint_exitstack.clients.server.command import serve

        # It writes no files that there would be anything to say of.
        console.farewell = ""
        return serve()
    from lint_exitstack.clients.check_command import check

    return check(arguments, console)
