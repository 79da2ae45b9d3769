"""The command line: what may stand there, and how it becomes values."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lint_exitstack import __version__
from lint_exitstack.model.errors import UsageError
from lint_exitstack.project.configuration import Configuration, inline_values
from lint_exitstack.reports import formats
from lint_exitstack.settings_keys import KEYS, read_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.settings_keys import Values

BASELINE = ".lint-exitstack-baseline.json"
_REASON = "--add-ignore-reason"
_LISTS = (
    "select",
    "extend-select",
    "ignore",
    "fixable",
    "unfixable",
    "extend-fixable",
    "exclude",
    "extend-exclude",
)
_TABLES = ("per-file-ignores", "extend-per-file-ignores")
_SINGLE = (
    "target-version",
    "line-length",
    "force-exclude",
    "respect-gitignore",
    "docs",
    "cache-dir",
)


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Read the command line; argparse ends the program where it can't be understood."""
    parser = argparse.ArgumentParser(
        prog="lint-exitstack",
        description="Finds hand-written cleanup code and rewrites it with contextlib.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"lint-exitstack {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_check(commands.add_parser("check", help="check files, and fix them", allow_abbrev=False))
    _add_rule(commands.add_parser("rule", help="explain a rule", allow_abbrev=False))
    _add_server(commands.add_parser("server", help="serve editors (LSP)", allow_abbrev=False))
    return parser.parse_args([part for word in argv for part in _split_reason(word)])


def _split_reason(word: str) -> tuple[str, ...]:
    """`--add-ignore=reason` takes a value only with the equals sign: paths follow it."""
    option, equals, reason = word.partition("=")
    return (option, f"{_REASON}={reason}") if equals and option == "--add-ignore" else (word,)


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files, folders, or - for stdin")
    _add_fixing(parser.add_argument_group("fixing"))
    _add_selecting(parser.add_argument_group("rules"))
    _add_finding_files(parser.add_argument_group("files"))
    _add_baseline(parser.add_argument_group("baseline"))
    _add_output(parser.add_argument_group("output"))
    _add_configuration(parser.add_argument_group("configuration"))


def _add_fixing(group: argparse._ArgumentGroup) -> None:
    flag = argparse.BooleanOptionalAction
    group.add_argument("--fix", action=flag, default=False, help="carry out the fixes")
    group.add_argument("--unsafe-fixes", action=flag, default=False, help="the unsafe ones, too")
    group.add_argument("--diff", action="store_true", help="show what would be fixed, as a diff")
    rules: dict[str, Any] = {"action": "append", "metavar": "RULES"}
    group.add_argument("--fixable", help="fix only findings of these", **rules)
    group.add_argument("--unfixable", help="only report findings of these", **rules)
    group.add_argument("--extend-fixable", help="on top of the fixable ones", **rules)
    group.add_argument("--show-fixes", action="store_true", help="list what was fixed")
    group.add_argument("--fix-only", action="store_true", help="fix, and report nothing else")
    group.add_argument(
        "--add-ignore",
        action="store_true",
        help="put `# exitstack: ignore[...]` behind each finding; --add-ignore=REASON says why",
    )
    group.add_argument(_REASON, default="", help=argparse.SUPPRESS)


def _add_selecting(group: argparse._ArgumentGroup) -> None:
    rules: dict[str, Any] = {"action": "append", "metavar": "RULES"}
    group.add_argument("--select", help="codes, prefixes, names or ALL", **rules)
    group.add_argument("--extend-select", help="on top of the selected ones", **rules)
    group.add_argument("--ignore", "--extend-ignore", help="rules to leave out", **rules)
    pairs: dict[str, Any] = {"action": "append", "metavar": "PATTERN:RULES"}
    group.add_argument("--per-file-ignores", help="rules to leave out in some files", **pairs)
    group.add_argument("--extend-per-file-ignores", help="on top of the configured ones", **pairs)
    group.add_argument(
        "--ignore-noqa",
        "--disable-noqa",
        action="store_true",
        help="report what comments suppress, too",
    )
    group.add_argument("--target-version", metavar="VERSION", help="oldest Python, such as 3.10")
    group.add_argument("--line-length", type=int, metavar="N", help="where headers are wrapped")


def _add_finding_files(group: argparse._ArgumentGroup) -> None:
    flag = argparse.BooleanOptionalAction
    patterns: dict[str, Any] = {"action": "append", "metavar": "PATTERNS"}
    group.add_argument("--exclude", help="instead of the usual ones", **patterns)
    group.add_argument("--extend-exclude", help="on top of the excluded ones", **patterns)
    group.add_argument("--force-exclude", action=flag, help="exclude named files, too")
    group.add_argument("--respect-gitignore", action=flag, help="pass over what git ignores")
    group.add_argument("--docs", action=flag, help="Markdown and reStructuredText, too")
    names = ("--stdin-filename", "--stdin-display-name")
    group.add_argument(*names, metavar="PATH", help="what stdin would be called")
    group.add_argument("--show-files", action="store_true", help="list the files, and stop")
    group.add_argument("--changed-since", metavar="REV", help="only files that git saw change")
    group.add_argument(
        "--changed-lines", action="store_true", help="of these, only findings on changed lines"
    )


def _add_baseline(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--baseline",
        choices=("write", "check"),
        help="write down today's findings; report only what is not written down",
    )
    group.add_argument("--baseline-file", metavar="FILE", default=BASELINE, help="where that is")


def _add_output(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--output-format",
        action="append",
        metavar="FORMAT[=FILE]",
        help=f"of the report: {', '.join(formats())}; repeated for several reports, of which one "
        "may go to stdout",
    )
    group.add_argument("-o", "--output-file", metavar="FILE", help="the report goes there")
    group.add_argument("--statistics", action="store_true", help="counts for each rule only")
    group.add_argument("-e", "--exit-zero", action="store_true", help="findings aren't a failure")
    group.add_argument("--exit-non-zero-on-fix", action="store_true", help="fixes are a failure")
    group.add_argument("-q", "--quiet", action="store_true", help="findings and errors only")
    group.add_argument(
        "-w", "--watch", action="store_true", help="again at every change (extra: watch)"
    )
    group.add_argument("-s", "--silent", action="store_true", help="errors only")


def _add_configuration(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--config", action="append", metavar="FILE|KEY=VALUE", default=[])
    group.add_argument("--isolated", action="store_true", help="read no configuration file")
    group.add_argument("--show-settings", action="store_true", help="print them, and stop")
    group.add_argument("-j", "--jobs", type=int, default=0, metavar="N", help="processes at most")
    group.add_argument("-n", "--no-cache", action="store_true", help="examine every file anew")
    group.add_argument("--cache-dir", metavar="DIR", help="where the cache is kept")


def _add_rule(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", nargs="?", metavar="CODE|NAME", help="none: list the rules")
    parser.add_argument("--all", action="store_true", help="explain every rule")
    parser.add_argument("--output-format", choices=("text", "json"), default="text")


def _add_server(parser: argparse.ArgumentParser) -> None:
    # Many clients add this by themselves.
    parser.add_argument("--stdio", action="store_true", help="accepted; there is no other way")


def configuration(arguments: argparse.Namespace) -> Configuration:
    """Return where settings are looked for, and what the command line says about them."""
    values: Values = {}
    files: list[Path] = []
    for text in arguments.config:
        if Path(text).is_file() or text.endswith(".toml"):
            files.append(Path(text).absolute())
        else:
            values |= inline_values(text)
    if len(files) > 1:
        raise UsageError("--config: only one file can be given")
    if files and arguments.isolated:
        raise UsageError("--isolated: contradicts --config with a file")
    values |= read_table(_table(arguments), lambda key: f"--{key}", str(Path.cwd()))
    if arguments.ignore_noqa:
        values["ignore_noqa"] = True
    return Configuration(values, files[0] if files else None, arguments.isolated)


def _table(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the options that are settings, in the form that a file would have them."""
    readers = dict.fromkeys(_LISTS, _list) | dict.fromkeys(_TABLES, _pairs)
    given = {key: getattr(arguments, key.replace("-", "_")) for key in KEYS if key in _OPTIONS}
    return {
        key: readers[key](value) if key in readers else value
        for key, value in given.items()
        if value is not None
    }


_OPTIONS = frozenset((*_LISTS, *_TABLES, *_SINGLE))


def _list(values: list[str]) -> list[str]:
    return [word.strip() for value in values for word in value.split(",") if word.strip()]


def _pairs(values: list[str]) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for pair in (word for value in values for word in value.split()):
        pattern, colon, selectors = pair.rpartition(":")
        if not colon:
            raise UsageError(f'--per-file-ignores: "{pair}" must look like "tests/*:XIT1,XIT301"')
        table.setdefault(pattern, []).extend(_list([selectors]))
    return table
