"""What the commands have in common: LibCST hands a module over and gets the fixed one back."""

from __future__ import annotations

import argparse
import functools
from abc import ABC
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import libcst
from libcst.codemod import CodemodCommand, CodemodContext, SkipFile

from lint_exitstack.fixing import fix
from lint_exitstack.model.errors import SourceError, UsageError
from lint_exitstack.model.source import Source
from lint_exitstack.project.configuration import Configuration
from lint_exitstack.rules import all_rules
from lint_exitstack.selection import Selection, check_selectors
from lint_exitstack.settings_keys import read_table

if TYPE_CHECKING:
    from lint_exitstack.settings import Settings


class RewriteCommand(CodemodCommand, ABC):
    """Fixes the findings whose codes begin with PREFIX, as `lint-exitstack check --fix` does."""

    PREFIX: ClassVar[str]

    def __init__(
        self,
        context: CodemodContext,
        *,
        unsafe_fixes: bool = False,
        select: tuple[str, ...] = (),
        target_version: str | None = None,
    ) -> None:
        super().__init__(context)
        self._unsafe = unsafe_fixes
        self._configuration = _configuration(tuple(select), target_version)

    @staticmethod
    def add_args(arg_parser: argparse.ArgumentParser) -> None:
        """Add the arguments that `__init__` takes."""
        arg_parser.add_argument(
            "--unsafe-fixes", action="store_true", help="carry out unsafe fixes, too"
        )
        arg_parser.add_argument(
            "--select",
            type=_selectors,
            default=(),
            metavar="RULES",
            help="codes, prefixes or names",
        )
        arg_parser.add_argument(
            "--target-version", type=_version, metavar="VERSION", help="oldest Python, such as 3.10"
        )

    def transform_module_impl(self, tree: libcst.Module) -> libcst.Module:
        """Return the fixed module."""
        path = Path(self.context.filename or "-").absolute()
        source = Source.from_text(tree.code, str(path))
        try:
            settings = self._family(self._configuration.for_file(path), str(path))
            fixed = fix(source, settings, unsafe=self._unsafe)
        except (SourceError, UsageError) as error:
            raise SkipFile(str(error)) from error
        for failure in fixed.failures:
            where, code = failure.finding.line, failure.finding.code
            self.warn(f"line {where}: {code} was not fixed: {failure.guard}: {failure.detail}")
        if not fixed.applied:
            return tree
        return libcst.parse_module(fixed.source.text, tree.config_for_parsing)

    def _family(self, settings: Settings, path: str) -> Settings:
        """Leave only the rules of this family among those that are on."""
        on = Selection.of(settings).codes(path)
        codes = tuple(sorted(code for code in on if code.startswith(self.PREFIX)))
        return replace(settings, select=codes or ("XIT9",), ignore=(), extend_select=())


@functools.lru_cache(maxsize=4)
def _configuration(select: tuple[str, ...], target_version: str | None) -> Configuration:
    table: dict[str, object] = {"select": list(select)} if select else {}
    if target_version is not None:
        table["target-version"] = target_version
    return Configuration(read_table(table, lambda key: f"--{key}", ""))


def _selectors(text: str) -> tuple[str, ...]:
    selectors = tuple(word.strip() for word in text.split(",") if word.strip())
    try:
        check_selectors(selectors, all_rules(), "--select")
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return selectors


def _version(text: str) -> str:
    try:
        _configuration((), text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text
