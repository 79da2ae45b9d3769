"""`try/except: pass` and the uses of `contextlib.suppress`."""
