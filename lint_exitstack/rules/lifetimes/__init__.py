"""Who closes what was opened, and whether that happens on every path."""
