"""Find hand-written cleanup code and rewrite it without changing what the program does."""

__version__ = "0.1.0"
