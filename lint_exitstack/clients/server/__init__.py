"""The language server: what editors talk to. Only this package imports pygls."""
