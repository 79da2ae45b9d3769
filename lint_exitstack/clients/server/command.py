"""`lint-exitstack server`: the language server on standard input and output."""

from __future__ import annotations

import os
import sys
import threading
from importlib.util import find_spec

from lint_exitstack.model.errors import UsageError

# The parser recurses on the thread's stack, which some systems keep small.
_STACK = 16 * 2**20


def serve() -> int:
    """Serve until the client says good-bye; raises UsageError."""
    if find_spec("pygls") is None:
        raise UsageError(
            "the language server needs pygls, which isn't installed: "
            'pip install "lint-exitstack[server]"'
        )
    from lint_exitstack.clients.server.messages import make_server

    threading.stack_size(_STACK)
    # One stray line on standard output would break the protocol: it's ours alone from here on.
    sys.stdout.flush()
    protocol = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    make_server().start_io(sys.stdin.buffer, protocol)
    return 0
