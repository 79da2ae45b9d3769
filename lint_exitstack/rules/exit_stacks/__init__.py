"""Mistakes with exit stacks, and with other places that keep cleanups."""
