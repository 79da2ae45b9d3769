"""What calls are known to make: through names, methods, paths and annotations."""

import ast

import pytest

from lint_exitstack.semantics.acquisitions import Acquisitions
from lint_exitstack.semantics.bindings import Bindings
from lint_exitstack.semantics.names import Names

HEAD = "import pathlib, sqlite3, zipfile\nfrom pathlib import Path\n"


def kind(text):
    """Return the kind of resource that the last call on the last line makes."""
    tree = ast.parse(HEAD + text)
    bindings = Bindings(tree)
    scope = bindings.module
    last = tree.body[-1]
    if isinstance(last, ast.FunctionDef):
        scope = bindings.scopes[last]
        last = last.body[-1]
    row = Acquisitions(Names(bindings), {}).resource(last.value, scope)
    return None if row is None else row.kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("open(p)", "file"),
        ("Path(p).open()", "file"),
        ("pathlib.Path(p).parent.open()", "file"),
        ("(Path(p) / 'a' / 'b').open()", "file"),
        ("Path.cwd().joinpath('a').open()", "file"),
        ("here = Path(__file__).resolve().parent\nhere.open()", "file"),
        ("def f(p: Path):\n    p.open()", "file"),
        ("def f(p: 'Path'):\n    p.open()", None),
        ("def f(p):\n    p.open()", None),
        ("with zipfile.ZipFile(p) as z: pass\nz.open('n')", "file"),
        ("db: object = sqlite3.connect(p)\ndb.cursor()", "cursor"),
        ("a = Path(p)\na = other(p)\na.open()", None),
        ("Path(p).stat().open()", None),
        ("(1 / 2).open()", None),
        ("(Path(p) + 1).open()", None),
        ("x.parent.open()", None),
        ("make().open()", None),
        ("missing.open()", None),
        ("x[0].open()", None),
        ("a = a\na.open()", None),
        ("p", None),
    ],
)
def test_kind(text, expected):
    assert kind(text) == expected
