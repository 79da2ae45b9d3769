"""What IPython understands besides Python: masked line for line, and held against IPython."""

from __future__ import annotations

import ast

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from lint_exitstack.containers.magics import Magics

CELLS = [
    "%matplotlib inline\nimport os\n",
    "\n\n%%time\nx = 1\n",
    "%%capture out\nprint(1)",
    "!pip install x \\\n  y\nx = !ls *.py\n",
    "a, b = %sx foo\nprint(a != b)\n",
    "x['a b'] = !ls\n",
    "foo?\n?bar\nfoo.bar??\n",
    "x = (1\n % 3)\ny = [\n  !0\n] if 0 else 1\n".replace("!0", "-0"),
    "s = '''\n%no\n!no\n'''\n",
    's = f"""\n%no {x["a"]}\n"""\n',
    "if a:\n    %time y = f(x)\n    foo??\nz == 1\n",
    'f(x);\ny = 5  # why?\nprint(\'a?\', "b\\"?")\n',
    "x = 1 \\\n  % 2\n",
    "def f():\n\t!ls {x}\n\treturn %who_ls\n".replace("return %", "y = %"),
    "x %= 3\ny = x % 2 != 1\n",
    "/f 1\n,f a b\n;f a\n",
    "await f()\n%time await g()\n",
    "%time f()\r\nx = 1\r\n",
    "# %not\n  # !not\nx = r'\\\\'\n%ls\n",
    "%timeit -n 3 f(x)  # how long?\n",
]


def masked(text: str) -> str:
    magics = Magics("_mark_")
    result = magics.masked(text)
    assert result is not None
    assert magics.restored(result) == text
    assert len(result.splitlines()) == len(text.splitlines())
    return result


@pytest.mark.parametrize("text", CELLS)
def test_cells_become_python_and_come_back(text):
    ours = ast.parse(masked(text))
    # IPython calls itself where we put a mark; it wraps a whole cell for a cell magic.
    if "%%" not in text:
        theirs = ast.parse(TransformerManager().transform_cell(text))
        assert [type(node) for node in ours.body] == [type(node) for node in theirs.body]


@pytest.mark.parametrize("text", ["x = 1\n", "pip = 3\npip\ncat [1]\n", "", "ls -l\n", "'''\n"])
def test_python_stays(text):
    assert masked(text) == text


def test_commands_without_a_percent_sign():
    assert "_mark_" in masked("pip install x\n")
    assert "_mark_" in masked("  conda install -y x\n")


def test_the_words_of_a_magic_are_read_and_bound():
    tree = ast.parse(masked("%time x = f(y, class_.z)\n"))
    names = {(node.id, type(node.ctx)) for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert {("x", ast.Store), ("f", ast.Load), ("y", ast.Load), ("class_", ast.Load)} <= names


@pytest.mark.parametrize("text", ["%%bash\nls", "%%timeit\nx", "\n%%html\n<p>", "%%script x\n"])
def test_cells_of_something_else(text):
    assert Magics("_mark_").masked(text) is None
