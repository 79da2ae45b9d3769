"""Which settings a file gets: nearest pyproject.toml, layers, requires-python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lint_exitstack.model.errors import UsageError
from lint_exitstack.project.configuration import Configuration, inline_values, layered
from lint_exitstack.project.requires_python import supported
from lint_exitstack.selection import Selection
from lint_exitstack.settings import DEFAULT_TARGET, Settings


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "inner" / "deep").mkdir(parents=True)
    return tmp_path


def write(folder: Path, text: str) -> None:
    (folder / "pyproject.toml").write_text(text, "utf-8")


def test_without_a_file_the_defaults(project):
    settings = Configuration(isolated=True).for_folder(project)
    assert settings.root == str(Path.cwd())
    assert settings.line_length == Settings().line_length


def test_the_nearest_table_counts_alone(project):
    write(project, '[tool.lint-exitstack]\nline-length = 70\nselect = ["XIT9"]\n')
    write(project / "inner", "[tool.lint-exitstack]\nline-length = 99\n")
    configuration = Configuration()
    assert configuration.for_folder(project).line_length == 70
    inner = configuration.for_file(project / "inner" / "deep" / "a.py")
    assert (inner.line_length, inner.select, inner.root) == (99, (), str(project / "inner"))
    assert configuration.origin(project / "inner" / "deep") == project / "inner" / "pyproject.toml"


def test_a_pyproject_without_our_table_is_passed_over(project):
    write(project, "[tool.lint-exitstack]\nline-length = 70\n")
    write(project / "inner", "[tool.black]\nline-length = 99\n")
    assert Configuration().for_folder(project / "inner").line_length == 70


@pytest.mark.parametrize("name", ["lint-exitstack.toml", ".lint-exitstack.toml"])
def test_a_file_of_our_own_wins_in_its_folder(project, name):
    write(
        project, '[project]\nrequires-python = ">=3.9"\n[tool.lint-exitstack]\nline-length = 70\n'
    )
    (project / name).write_text('line-length = 99\nexclude = ["/gen"]\n')
    write(project / "inner", "[tool.lint-exitstack]\nline-length = 60\n")
    configuration = Configuration()
    settings = configuration.for_folder(project)
    assert (settings.line_length, settings.target_version) == (99, (3, 9))
    assert (settings.root, settings.exclude) == (str(project), (f"{project}/gen",))
    assert configuration.origin(project) == project / name
    assert configuration.for_folder(project / "inner").line_length == 60
    assert Configuration(file=project / name).for_folder(project / "inner").line_length == 99


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nselct = []\n", 'lint-exitstack.toml:2: unknown key "selct"'),
        ("[tool.lint-exitstack]\nselect = []\n", 'lint-exitstack.toml: unknown key "tool"'),
        ('select = ["XIT77"]', 'lint-exitstack.toml: select: "XIT77" is neither a code'),
        ("[[[", "lint-exitstack.toml: is no valid TOML"),
    ],
)
def test_mistakes_in_a_file_of_our_own(project, text, said):
    (project / "lint-exitstack.toml").write_text(text)
    with pytest.raises(UsageError, match=re.escape(said)):
        Configuration().for_folder(project)


def test_a_broken_pyproject_of_somebody_else_is_passed_over(project):
    write(project, "[tool.lint-exitstack]\nline-length = 70\n")
    write(project / "inner", "[[[")
    assert Configuration().for_folder(project / "inner").line_length == 70


def test_the_target_comes_from_requires_python_of_the_nearest_project(project):
    write(project, '[project]\nrequires-python = ">=3.9"\n[tool.lint-exitstack]\n')
    write(project / "inner", '[project]\nrequires-python = ">=3.11,<3.13"\n')
    configuration = Configuration()
    outer, inner = (configuration.for_folder(place) for place in (project, project / "inner"))
    assert (outer.target_version, outer.target_below) == ((3, 9), None)
    assert (inner.target_version, inner.target_below) == ((3, 11), (3, 13))


def test_an_explicit_target_wins(project):
    table = '[tool.lint-exitstack]\ntarget-version = "3.12"\n'
    write(project, f'[project]\nrequires-python = ">=3.9,<3.12"\n{table}')
    settings = Configuration().for_folder(project)
    assert (settings.target_version, settings.target_below) == ((3, 12), None)
    given = Configuration({"target_version": (3, 8)}).for_folder(project)
    assert (given.target_version, given.target_below) == ((3, 8), (3, 12))


def test_our_runtime_needs_a_target_that_can_import_it(project):
    table = '[tool.lint-exitstack]\nruntime = "lint_exitstack.runtime"\n'
    write(project, table)
    with pytest.raises(UsageError, match=r"needs Python 3\.11 or newer, but .* is 3\.10: set"):
        Configuration().for_folder(project)
    write(project, f'[project]\nrequires-python = ">=3.11"\n{table}')
    assert Configuration().for_folder(project).runtime == "lint_exitstack.runtime"


def test_a_project_for_no_python_3_gets_the_default(project):
    write(project, '[project]\nrequires-python = "<3"\n')
    assert Configuration().for_folder(project).target_version == DEFAULT_TARGET


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.lint-exitstack]\nline-length = 70\nselct = []\n", r':3: .*"selct".*"select"'),
        ("[tool.lint-exitstack]\n\n'line-length' = 'x'\n", ":3: tool.lint-exitstack: line-length"),
        ("[tool.lint-exitstack.per-file-ignore]\na = []\n", ':1: .*"per-file-ignores"'),
        ("[tool]\nlint-exitstack = 3\n", "tool.lint-exitstack must be a table, not 3"),
        ("[tool]\nlint-exitstack = {selct = []}\n", 'unknown key "selct"'),
        ("[tool.lint-exitstack]\nselect = [\n", "is no valid TOML"),
        ('[tool.lint-exitstack]\nselect = ["XIT77"]\n', 'select: "XIT77" is neither'),
        ('[project]\nrequires-python = "newest"\n', 'requires-python: "newest" is no version'),
    ],
)
def test_mistakes_name_file_and_line(project, text, said):
    write(project, text)
    with pytest.raises(UsageError) as caught:
        Configuration().for_folder(project)
    assert str(caught.value).startswith(str(project / "pyproject.toml"))
    assert re.search(said, str(caught.value))


def test_a_mistake_on_the_command_line_says_so(project):
    with pytest.raises(UsageError, match=r'^--select: "XIT77" is neither'):
        Configuration({"select": ("XIT77",)}).for_folder(project)


def test_a_file_given_by_name(project):
    write(project, "[tool.lint-exitstack]\nline-length = 70\n")
    other = project / "other.toml"
    other.write_text("[tool.lint-exitstack]\nline-length = 55\n", "utf-8")
    settings = Configuration(file=other).for_folder(project / "inner")
    assert (settings.line_length, settings.root) == (55, str(Path.cwd()))


@pytest.mark.parametrize("content", [None, "[tool.black]\n"])
def test_a_file_given_by_name_must_speak_to_us(project, content):
    other = project / "other.toml"
    if content is not None:
        other.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=r"other\.toml: (can't be read|has no table)"):
        Configuration(file=other).for_folder(project)


def test_a_pyproject_that_cant_be_read_is_an_error(project):
    (project / "pyproject.toml").mkdir()
    with pytest.raises(UsageError, match="can't be read"):
        Configuration().for_folder(project)


def test_values_in_line():
    assert inline_values("line-length = 99") == {"line_length": 99}
    with pytest.raises(UsageError, match="neither a file nor"):
        inline_values("line-length: 99")
    with pytest.raises(UsageError, match='--config: unknown key "a"'):
        inline_values("a = 1")


def codes(config: dict, override: dict) -> set[str]:
    settings = layered(layered(Settings(), config), override)
    return {code for code in Selection.of(settings).on if code.startswith(("XIT0", "XIT9"))}


def test_later_layers_beat_earlier_ones():
    everything = {"XIT001", "XIT002", "XIT901", "XIT902"}
    assert codes({"select": ("XIT001",)}, {"select": ("XIT002",)}) == everything - {"XIT001"}
    assert codes({"ignore": ("XIT001",)}, {"select": ("XIT0",)}) == everything
    assert codes({"ignore": ("XIT001",)}, {"extend_select": ("XIT001",)}) == everything
    assert codes({"ignore": ("XIT001",)}, {"ignore": ("XIT002",)}) == {"XIT901", "XIT902"}
    assert codes({"extend_select": ("XIT001",)}, {"ignore": ("XIT0",)}) == {"XIT901", "XIT902"}
    assert codes({"select": ("XIT001",)}, {"ignore": ("XIT0",)}) == {"XIT901", "XIT902"}
    assert codes({"select": ("XIT901",)}, {"extend_select": ("XIT0",)}) == everything


def test_lists_that_extend_add_up():
    first = layered(Settings(), {"extend_exclude": ("a",), "exclude": ("x",)})
    both = layered(first, {"extend_exclude": ("b",), "exclude": ("y",)})
    assert (both.extend_exclude, both.exclude) == (("a", "b"), ("y",))


@pytest.mark.parametrize(
    ("specifier", "lowest", "below"),
    [
        (">=3.8", (3, 8), None),
        (">= 3.10.0", (3, 10), None),
        (">=3.8.1", (3, 8), None),
        (">3.8", (3, 8), None),
        (">=3.9,<4", (3, 9), None),
        (">=3.9,<3.13", (3, 9), (3, 13)),
        (">=3.9,<=3.12", (3, 9), (3, 13)),
        (">=3.9,<3.12.4", (3, 9), (3, 13)),
        ("~=3.10", (3, 10), None),
        ("~=3.10.2", (3, 10), (3, 11)),
        ("==3.11.*", (3, 11), (3, 12)),
        ("==3.11.17", (3, 11), (3, 12)),
        (">=2.7,!=3.0.*,!=3.1.*,!=3.2.*", (3, 3), None),
        ("", (3, 0), None),
    ],
)
def test_requires_python(specifier, lowest, below):
    assert supported(specifier) == (lowest, below)


def test_requires_python_without_python_3():
    assert supported("<3") is None
