"""Where reports go: `--output-format FORMAT[=FILE]`, repeated, and `-o FILE`."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from lint_exitstack.model.errors import UsageError
from lint_exitstack.model.nearest import did_you_mean
from lint_exitstack.project.signals import held_back
from lint_exitstack.reports import formats, packages

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

_DEFAULT = "full"


@dataclass(frozen=True, slots=True)
class Output:
    """A report and the file that it goes to; `main` is the one that could go to stdout."""

    format: str
    file: Path | None
    main: bool


def outputs(arguments: argparse.Namespace) -> tuple[Output, ...]:
    """Return the reports that are asked for; raises UsageError before any work is done."""
    given = arguments.output_format or [_DEFAULT]
    file = None if arguments.output_file is None else Path(arguments.output_file)
    wanted = tuple(_output(text, file) for text in given)
    mains = [output for output in wanted if output.main]
    if len(mains) > 1:
        text = f"{mains[-1].format}={mains[-1].format}.out"
        raise UsageError(f"--output-format: give all but one format a file, as in {text}")
    if file is not None and not mains:
        raise UsageError("-o: every format has a file of its own already")
    files = [output.file for output in wanted if output.file is not None]
    for path in files:
        _check(path)
    if len({path.absolute() for path in files}) < len(files):
        raise UsageError("--output-format: two reports can't go to one file")
    return wanted


def _output(text: str, file: Path | None) -> Output:
    name, equals, path = text.partition("=")
    if name not in formats():
        hint = did_you_mean(name, formats()) or f"; there are {', '.join(formats())}"
        raise UsageError(f'--output-format: there is no format "{name}"{hint}')
    if equals and not path:
        raise UsageError(f"--output-format: {name}= lacks the name of a file")
    _require_packages(name)
    return Output(name, Path(path) if equals else file, not equals)


def _require_packages(name: str) -> None:
    missing = [package for package in packages(name) if find_spec(package) is None]
    if missing:
        raise UsageError(
            f'--output-format: "{name}" needs {" and ".join(missing)}: '
            'pip install "lint-exitstack[report]"'
        )


def _check(path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; reports need a file")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the folder {path.parent} doesn't exist")


def write_file(path: Path, pieces: Iterable[str]) -> None:
    """Write a report, wholly or not at all; raises UsageError."""
    try:
        if path.exists() and not path.is_file():
            # A pipe or a device: there is nothing to replace.
            with path.open("w", encoding="utf-8", errors="backslashreplace") as stream:
                stream.writelines(pieces)
            return
        # Rendered first, since that may take a while: signals wait for the writing only.
        text = "".join(pieces)
        with held_back():
            _replace(path, text)
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror or error})") from error


def _replace(path: Path, text: str) -> None:
    target = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(
            handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n"
        ) as to:
            to.write(text)
        # Reports are for others to read; mkstemp thinks of secrets.
        temporary.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        temporary.replace(target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
