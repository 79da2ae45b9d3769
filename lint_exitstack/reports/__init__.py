"""How findings are shown: a file for each output format."""
