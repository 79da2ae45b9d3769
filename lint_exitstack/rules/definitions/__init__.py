"""How context managers are written: cleanups that are skipped, needless wrappers, decorators."""
