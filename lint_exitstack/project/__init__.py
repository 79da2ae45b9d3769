"""Many files: finding them, writing them, working on them in parallel."""
