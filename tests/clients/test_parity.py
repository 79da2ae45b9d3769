"""Every door leads to the same findings and the same text."""

from __future__ import annotations

import ast
import json
import tokenize
from pathlib import Path

import libcst
import pytest
from libcst.codemod import CodemodContext, TransformSkip, transform_module

from lint_exitstack import Settings, SourceError, check_source, fix_source
from lint_exitstack.clients.flake8_plugin import Plugin
from lint_exitstack.codemods.all_families import Cleanup
from lint_exitstack.model.source import Source

FIXTURES = Path(__file__).parents[2] / "fixtures"
SOURCES = sorted(FIXTURES.rglob("*.py"))
EVERY_RULE = Settings(select=("ALL",), target_version=(3, 12))


def is_usable(path: Path) -> bool:
    try:
        check_source(path.read_bytes())
    except SourceError:
        return False
    return True


def libcst_takes(text: str) -> bool:
    """A form feed in an indentation is beyond its tokenizer."""
    try:
        libcst.parse_module(text)
    except libcst.ParserSyntaxError:
        return False
    return True


USABLE = [path for path in SOURCES if is_usable(path)]


def test_there_is_something_to_compare():
    assert len(USABLE) > 10


@pytest.mark.parametrize("path", USABLE, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_findings(run, project, path):
    (project / "a.py").write_bytes(path.read_bytes())
    here = str(project / "a.py")
    found = [
        (item.code, item.span.start.line, item.span.start.column + 1, item.message)
        for item in check_source(path.read_bytes(), path=here, settings=EVERY_RULE)
    ]
    options = ["--isolated", "--select", "ALL", "--target-version", "3.12"]
    records = json.loads(run("check", "--output-format", "json", *options).out)
    assert [
        (row["code"], row["location"]["row"], row["location"]["column"], row["message"])
        for row in records
    ] == found
    (project / "pyproject.toml").write_text('[tool.lint-exitstack]\ntarget-version = "3.12"\n')
    with tokenize.open(path) as file:  # as flake8 reads it
        lines = file.readlines()
    said = Plugin(ast.parse("".join(lines)), lines, here).run()
    assert [
        (message.split()[0], line, column + 1, message.partition(" ")[2])
        for line, column, message, _ in said
    ] == found


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
@pytest.mark.parametrize("path", USABLE, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_fixes(run, project, path, unsafe):
    data = path.read_bytes()
    target = project / "a.py"
    target.write_bytes(data)
    settings = Settings(target_version=(3, 12))
    fixed = fix_source(data, path=str(target), settings=settings, unsafe=unsafe).source
    options = ["--isolated", "--target-version", "3.12", *(["--unsafe-fixes"] if unsafe else [])]
    run("check", "--fix", *options)
    assert target.read_bytes() == fixed
    text = Source(data).text
    if not libcst_takes(text):
        return
    context = CodemodContext(filename=str(target))
    command = Cleanup(context, unsafe_fixes=unsafe, target_version="3.12")
    result = transform_module(command, text)
    assert not isinstance(result, TransformSkip)
    assert result.code == Source(fixed).text
