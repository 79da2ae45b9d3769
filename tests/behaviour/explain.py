"""Show what the fixes make of one program, and every kind of run in which that differs.

python -m tests.behaviour.explain FILE [--unsafe] [--select XIT1,XIT301] [--budget 2000]
"""

import argparse
import sys
from pathlib import Path

from lint_exitstack.settings import Settings

from .interpreters import VERSIONS, Worker, find_interpreter
from .reading import describe
from .rewriting import rewrite


def main():
    """Explain one file in every interpreter that is there."""
    parser = argparse.ArgumentParser(
        description="Explain a counterexample of the behaviour oracle."
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--unsafe", action="store_true", help="apply unsafe fixes too")
    parser.add_argument("--select", default="ALL", help="codes or prefixes, by commas")
    parser.add_argument("--runtime", default="contextlib", help="where the names come from")
    parser.add_argument("--depth", type=int, default=3, help="exit-stack-depth")
    parser.add_argument("--budget", type=int, default=2000, help="runs for each kind of plan")
    given = parser.parse_args()
    settings = Settings(
        select=tuple(given.select.split(",")),
        target_version=(3, 11),
        runtime=given.runtime,
        exit_stack_depth=given.depth,
    )
    rewritten = rewrite(given.file.read_bytes().decode(), settings, unsafe=given.unsafe)
    lines = list(rewritten.complaints)
    for version in VERSIONS:
        command = find_interpreter(version)
        if command is None:
            continue
        worker = Worker(version, command)
        answer = worker.compare(
            rewritten.before, rewritten.after, hazards=rewritten.hazards(), budget=given.budget
        )
        worker.close()
        lines.append(answer.get("error") or describe(rewritten, version, answer))
    sys.stdout.write("\n".join(lines) + "\n")
    return int(bool(rewritten.complaints))


if __name__ == "__main__":
    sys.exit(main())
