"""Sources that the clients are tried on."""

from __future__ import annotations

NEST = "with a:\n    with b:\n        pass\n"
MERGED = "with a, b:\n    pass\n"
HELD = "import m\n\ntry:\n    m.f()\nexcept ValueError:\n    pass\n"
CLEAN = "x = 1\n"
