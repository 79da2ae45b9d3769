"""Tree surgery: carries rewrites out on source text, guarded."""
