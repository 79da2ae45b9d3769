"""What a dotted name of the data stands for in the interpreter that runs."""

import importlib
import warnings


def find(dotted):
    """Return the module, or what it holds; raises AttributeError."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found = importlib.import_module(".".join(parts[:cut]))
            except ImportError:
                continue
            for part in parts[cut:]:
                found = getattr(found, part)
            return found
    raise AttributeError(dotted)
