"""`python -m lint_exitstack` is the program `lint-exitstack`."""

import sys

from lint_exitstack.clients.cli import main

if __name__ == "__main__":
    sys.exit(main())
