"""The house as docs/architecture.md draws it: who imports whom, and how large things grow."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "lint_exitstack"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Each part of the package and what of it the others stand on; a part may use its own modules,
# those of its row, and of the rows of these.
MODEL = "model"
STANDS_ON = {
    "model": (),
    "patterns": (),
    "semantics": ("model",),
    "settings": ("semantics",),
    "settings_keys": ("settings", "patterns", "model", "semantics"),
    "rules": ("semantics", "model", "settings"),
    "selection": ("rules", "patterns", "model", "settings"),
    "directives": ("selection", "rules", "model"),
    "withdrawal": ("directives", "model"),
    "suppression": ("withdrawal", "directives", "selection", "rules", "model"),
    "rewriting": ("model", "semantics"),
    "novelty": ("model",),
    "containers": ("model",),
    "analysis": ("rules", "suppression", "selection", "semantics", "model", "settings"),
    "incremental": (
        "analysis",
        "novelty",
        "suppression",
        "rules",
        "selection",
        "semantics",
        "model",
        "settings",
    ),
    "checking": ("analysis", "suppression", "selection", "rules", "model", "settings"),
    "fixing": (
        "analysis",
        "checking",
        "incremental",
        "novelty",
        "rewriting",
        "suppression",
        "model",
        "settings",
    ),
    "api": ("checking", "fixing", "suppression", "selection", "model", "settings"),
    "project": (
        "checking",
        "containers",
        "fixing",
        "suppression",
        "directives",
        "selection",
        "settings",
        "settings_keys",
        "patterns",
        "rules",
        "semantics",
        "model",
    ),
    "reports": ("checking", "rules", "model"),
    "codemods": ("fixing", "project", "selection", "settings", "settings_keys", "rules", "model"),
    "clients": (
        "project",
        "reports",
        "fixing",
        "checking",
        "incremental",
        "analysis",
        "suppression",
        "selection",
        "settings",
        "settings_keys",
        "rules",
        "model",
    ),
    "runtime": (),
    "__init__": ("api", "fixing", "model", "settings"),
    "__main__": ("clients",),
}

# The pytest plugin is a client of the runtime alone.
EXTRA = {"clients/pytest_plugin.py": ("runtime",), "clients/tracked_test.py": ("runtime",)}

MODULE_LINES, FUNCTION_LINES = 400, 60
MEDIAN_MODULE, MEDIAN_FUNCTION = 120, 12


def part_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> list[str]:
    """Return the modules that a file imports anywhere, as dotted names."""
    names = []
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            home = ".".join(path.relative_to(PACKAGE.parent).parts[: -node.level or None])
            module = ".".join(filter(None, (home if node.level else "", node.module)))
            names += [module, *(f"{module}.{alias.name}" for alias in node.names)]
    return names


def own_parts(path: Path) -> set[str]:
    parts = set()
    for name in imported(path):
        words = name.split(".")
        if words[0] == "lint_exitstack" and len(words) > 1 and is_part(words[1]):
            parts.add(words[1])
    return parts


def is_part(word: str) -> bool:
    return (PACKAGE / word).is_dir() or (PACKAGE / f"{word}.py").is_file()


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def test_every_part_has_its_place():
    assert {part_of(path) for path in MODULES} == set(STANDS_ON)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_arrows_run_one_way(path):
    allowed = {part_of(path), *STANDS_ON[part_of(path)], *EXTRA.get(name_of(path), ())}
    assert own_parts(path) <= allowed


def test_what_reads_code_knows_no_plans():
    readers = [path for path in MODULES if path.parent.name == "reading"]
    assert readers
    for path in readers:
        assert not [name for name in imported(path) if ".planning" in name], path


def test_the_picture_has_no_circles():
    done: set[str] = set()
    pending = dict(STANDS_ON)
    while pending:
        free = [part for part, below in pending.items() if done.issuperset(below)]
        assert free, f"a circle among {sorted(pending)}"
        done.update(free)
        for part in free:
            del pending[part]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_libcst_is_for_rewriting_and_codemods(path):
    if part_of(path) not in ("rewriting", "codemods"):
        assert not any(name.split(".")[0] == "libcst" for name in imported(path))


HEAVY = (
    "libcst",
    "rich",
    "jinja2",
    "pygments",
    "pathspec",
    "packaging",
    "pygls",
    "flake8",
    "nbformat",
    "markdown_it",
    "concurrent.futures.process",
)

CHECK = "from lint_exitstack.clients.cli import main; main(['check', 'a.py'])"
PLUGIN = (
    "import ast; from lint_exitstack.clients.flake8_plugin import Plugin; "
    "text = open('a.py').read(); "
    "assert list(Plugin(ast.parse(text), text.splitlines(True), 'a.py').run())"
)


def loaded(code: str, folder: Path, *names: str) -> list[str]:
    """Run `code` in a new interpreter and return which of the modules `names` it has loaded."""
    (folder / "a.py").write_text("with a:\n    with b:\n        pass\n")
    report = f"import sys; print(*[name for name in {names!r} if name in sys.modules])"
    command = [sys.executable, "-c", f"{code}\n{report}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    return done.stdout.splitlines()[-1].split()


def test_checking_loads_nothing_heavy(tmp_path):
    assert loaded(CHECK, tmp_path, *HEAVY) == []


def test_the_flake8_plugin_loads_nothing_heavy(tmp_path):
    assert loaded(PLUGIN, tmp_path, *HEAVY) == []


def test_the_package_loads_nothing_of_itself(tmp_path):
    every = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
    ]
    assert loaded("import lint_exitstack", tmp_path, *every) == ["lint_exitstack"]


def test_the_runtime_is_an_island(tmp_path):
    others = [
        f"lint_exitstack.{part}" for part in STANDS_ON if part[0] != "_" and part != "runtime"
    ]
    modules = [name_of(path) for path in MODULES if part_of(path) == "runtime"]
    code = "; ".join(
        "import lint_exitstack."
        + name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in modules
    )
    assert loaded(code or "pass", tmp_path, *others, *HEAVY) == []


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_bytes())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def length(node: ast.AST) -> int:
    return node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_outgrows_its_reader(path):
    assert len(path.read_bytes().splitlines()) <= MODULE_LINES
    assert [node.name for node in functions(path) if length(node) > FUNCTION_LINES] == []


def test_most_things_are_small():
    modules = sorted(len(path.read_bytes().splitlines()) for path in MODULES)
    lengths = sorted(length(node) for path in MODULES for node in functions(path))
    assert modules[len(modules) // 2] <= MEDIAN_MODULE
    assert lengths[len(lengths) // 2] <= MEDIAN_FUNCTION


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_bytes()))
