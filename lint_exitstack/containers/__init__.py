"""Files of other kinds with Python in them: notebooks, and documents with blocks of code."""

from __future__ import annotations

import functools
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from lint_exitstack.model.errors import UsageError

if TYPE_CHECKING:
    from lint_exitstack.containers.container import Container


class Kind(NamedTuple):
    """A kind of file: its suffixes, the package that reads it and the extra that brings that."""

    suffixes: tuple[str, ...]
    package: str
    extra: str


NOTEBOOK = Kind((".ipynb",), "nbformat", "notebook")
MARKDOWN = Kind((".md", ".markdown"), "markdown_it", "docs")
REST = Kind((".rst",), "", "")


def kind_of(path: str) -> Kind | None:
    """Return what kind of file `path` names; None for Python."""
    kinds = (NOTEBOOK, MARKDOWN, REST)
    return next((kind for kind in kinds if path.lower().endswith(kind.suffixes)), None)


@functools.cache
def suffixes(*, docs: bool) -> tuple[str, ...]:
    """Return the ends of names that are worth looking for, as far as they can be read here."""
    wanted = (NOTEBOOK, MARKDOWN, REST) if docs else (NOTEBOOK,)
    return tuple(end for kind in wanted if _is_readable(kind) for end in kind.suffixes)


def opened(data: bytes, path: str) -> Container:
    """Read a file of one of these kinds, which its name tells.

    Raises UnreadableSourceError, and UsageError where it takes an extra to read it.
    """
    kind = kind_of(path)
    if kind is None:
        raise ValueError(path)
    if not _is_readable(kind):
        package = kind.package.replace("_", "-")
        raise UsageError(f'needs {package}: pip install "lint-exitstack[{kind.extra}]"')
    if kind is NOTEBOOK:
        from lint_exitstack.containers.notebook import Notebook

        return Notebook(data, path)
    from lint_exitstack.containers.document import Document

    if kind is MARKDOWN:
        from lint_exitstack.containers.markdown import blocks
    else:
        from lint_exitstack.containers.rest import blocks
    return Document(data, path, blocks)


def _is_readable(kind: Kind) -> bool:
    return not kind.package or find_spec(kind.package) is not None
