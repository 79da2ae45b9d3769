"""The modules that contextlib can't be imported in."""

from __future__ import annotations

from pathlib import Path

# What `import contextlib` itself needs, found by listing sys.modules of 3.8-3.13 started with -S:
# such a module would have to wait for itself.
_BOOTSTRAP = frozenset(
    [
        "_abc",
        "_collections_abc",
        "_py_abc",
        "_py_warnings",
        "_sitebuiltins",
        "_weakrefset",
        "abc",
        "annotationlib",
        "codecs",
        "collections",
        "collections.abc",
        "contextlib",
        "copyreg",
        "encodings",
        "encodings.aliases",
        "encodings.cp1252",
        "encodings.latin_1",
        "encodings.utf_8",
        "functools",
        "genericpath",
        "heapq",
        "importlib._bootstrap",
        "importlib._bootstrap_external",
        "io",
        "keyword",
        "ntpath",
        "operator",
        "os",
        "posixpath",
        "reprlib",
        "site",
        "sitecustomize",
        "stat",
        "sys",
        "types",
        "warnings",
        "weakref",
    ]
)
_STEMS = frozenset(["__init__", *(name.rpartition(".")[2] for name in _BOOTSTRAP)])


def is_bootstrap_module(path: str) -> bool:
    """Say whether the file at `path` is one of them: it lies beside contextlib.py, or below."""
    file = Path(path)
    if file.stem not in _STEMS:
        return False
    for root in list(file.parents)[:2]:
        parts = file.relative_to(root).with_suffix("").parts
        dotted = ".".join(parts).removesuffix(".__init__")
        if dotted in _BOOTSTRAP and (root / "contextlib.py").is_file():
            return True
    return False
