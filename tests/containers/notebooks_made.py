"""Notebooks written in every way that their authors' tools write JSON."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

IGNORING = "import os\n\ntry:\n    os.remove('gone')\nexcept FileNotFoundError:\n    pass"
IGNORED = (
    "import os\nfrom contextlib import suppress\n\n"
    "with suppress(FileNotFoundError):\n    os.remove('gone')"
)


def code(source: str, number: int = 0, *, as_list: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"cell-{number}",
        "metadata": {"é": ["\u2028", 1.0, None]},
        "outputs": [
            {"name": "stdout", "output_type": "stream", "text": ["ünlaut\n", "with a:\n"]},
        ],
        "source": source.splitlines(keepends=True) if as_list else source,
    } | more


def prose(text: str, number: int = 0) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": f"text-{number}", "metadata": {}, "source": [text]}


def notebook(
    *cells: dict[str, Any], language: str | None = "python", **more: Any
) -> dict[str, Any]:
    metadata = {"language_info": {"name": language}} if language else {}
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5} | more


def of_codes(*sources: str, **more: Any) -> bytes:
    """Return a notebook as Jupyter writes it."""
    cells = [code(source, number) for number, source in enumerate(sources)]
    return (json.dumps(notebook(*cells, **more), indent=1, ensure_ascii=False) + "\n").encode()


def codes_of(data: bytes) -> list[str]:
    cells = json.loads(data)["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def varied() -> list[tuple[str, bytes]]:
    """Return notebooks that say the same, each in another layout."""
    layouts: list[dict[str, Any]] = [
        {"indent": 1},
        {"indent": 4, "sort_keys": True},
        {"indent": "\t"},
        {"indent": None},
        {"indent": None, "separators": (",", ":")},
    ]
    made = []
    for (number, layout), ascii_only, as_list in product(
        enumerate(layouts), (True, False), (True, False)
    ):
        cells = (
            prose("# Tïtle\nwith text: `pass`"),
            code("%matplotlib inline\nname = 'ü'", 1, as_list=as_list),
            code(IGNORING, 2, as_list=as_list),
            code("with a:\n    with b:  # größer\n        x = !ls {name}\n", 3, as_list=as_list),
            code("with a:\n    with b:  # größer\n        pass;\n\n%time f()", 4, as_list=as_list),
            code("", 5, as_list=as_list),
        )
        text = json.dumps(notebook(*cells), ensure_ascii=ascii_only, **layout)
        text += "\n" if number % 2 else ""
        text = text.replace("\n", "\r\n") if number == 1 else text
        name = f"{number}-{'ascii' if ascii_only else 'utf8'}-{'list' if as_list else 'string'}"
        bom = b"\xef\xbb\xbf" if number == 2 else b""
        made.append((name, bom + text.encode()))
    return made
