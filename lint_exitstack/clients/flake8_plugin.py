"""The flake8 plugin: our findings on flake8's own tree, selected and silenced by flake8."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from lint_exitstack import __version__
from lint_exitstack.analysis import analyse
from lint_exitstack.model.errors import UsageError
from lint_exitstack.model.source import Source
from lint_exitstack.project.configuration import Configuration
from lint_exitstack.rules import all_rules
from lint_exitstack.settings_keys import KEYS, read_table
from lint_exitstack.suppression import judged

if TYPE_CHECKING:
    import argparse
    import ast
    from collections.abc import Iterator

    from flake8.options.manager import OptionManager

    from lint_exitstack.settings import Settings

_NUMBERS = ("line-length", "exit-stack-depth", "max-with-items")
_WORDS = ("target-version", "runtime")
_LISTS = ("exempt-contexts", "extend-exempt-contexts", "accept-hazards")
_FLAGS = ("parenthesized-39",)


class Plugin:
    """What flake8 makes for each file; the options reach it through the class, as flake8 wants."""

    name = "lint-exitstack"
    version = __version__
    configuration: ClassVar[Configuration] = Configuration()
    noqa: ClassVar[bool] = True

    def __init__(self, tree: ast.Module, lines: list[str], filename: str = "-") -> None:
        self._source = Source.from_text("".join(lines), filename)
        self._source.tree = tree

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        """Register our options, and switch off what is off by default."""
        manager.extend_default_ignore([rule.code for rule in all_rules() if not rule.default])
        manager.add_option(
            "--xit-config",
            metavar="FILE",
            normalize_paths=True,
            parse_from_config=True,
            help="A pyproject.toml whose [tool.lint-exitstack] counts for every file. "
            "(Default: for each file the nearest one.)",
        )
        for key in (*_WORDS, *_NUMBERS, *_LISTS, *_FLAGS):
            manager.add_option(
                f"--xit-{key}",
                parse_from_config=True,
                help=f"{KEYS[key].about} (Default: as in pyproject.toml.)",
                **_kind(key),
            )

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Check what flake8 read on the command line and in its configuration."""
        given = {
            key: getattr(options, f"xit_{key}".replace("-", "_")) for key in KEYS if _is_ours(key)
        }
        table = {key: value for key, value in given.items() if value is not None}
        cls.noqa = not options.disable_noqa
        file = Path(options.xit_config) if options.xit_config else None
        try:
            values = read_table(table, lambda key: f"--xit-{key}", "")
            cls.configuration = Configuration(values, file)
            cls.configuration.for_folder(Path.cwd())
        except UsageError as error:
            _refuse(str(error))

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        """Yield every finding of every rule: flake8 knows which ones are wanted."""
        path = Path(self._source.path).absolute()
        settings = _of_every_rule(self.configuration.for_file(path))
        everything = frozenset(rule.code for rule in all_rules())
        found = analyse(self._source, settings)
        # flake8 looks for `noqa` on the first line only, and doesn't know our own comments.
        for finding in judged(self._source, found, everything, noqa=self.noqa):
            start = finding.span.start
            yield start.line, start.column, f"{finding.code} {finding.message}", type(self)


def _kind(key: str) -> dict[str, Any]:
    if key in _NUMBERS:
        return {"type": int, "metavar": "N"}
    if key in _LISTS:
        return {"comma_separated_list": True, "metavar": "NAMES"}
    if key in _FLAGS:
        return {"action": "store_true", "default": None}
    return {"metavar": "WORD"}


def _is_ours(key: str) -> bool:
    return key in (*_WORDS, *_NUMBERS, *_LISTS, *_FLAGS)


def _of_every_rule(settings: Settings) -> Settings:
    nothing: dict[str, Any] = dict.fromkeys(
        ("ignore", "extend_select", "per_file_ignores", "extend_per_file_ignores"), ()
    )
    return replace(settings, select=("ALL",), **nothing)


def _refuse(message: str) -> NoReturn:
    from flake8.exceptions import ExecutionError

    raise ExecutionError(message)
