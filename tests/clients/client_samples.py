"""Sources that the clients are tried on."""

from __future__ import annotations

NEST = "with a:\n    with b:\n        pass\n"
MERGED = "with a, b:\n    pass\n"
HELD = "import m\n\ntry:\n    m.f()\nexcept ValueError:\n    pass\n"
CLEAN = "x = 1\n"
_CELL = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
NOTEBOOK = {
    "cells": [_CELL | {"source": NEST}],
    "metadata": {"language_info": {"name": "python"}},
    "nbformat": 4,
    "nbformat_minor": 4,
}
DOCUMENT = f"# Title\n\n```python\n{NEST}```\n"
